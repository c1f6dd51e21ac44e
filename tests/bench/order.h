/* SPDX-License-Identifier: MIT */
/* What compete.c tells others/contender.c: a case of cases.h, or a HOST of its own. */
#ifndef ORDER_H
#define ORDER_H

struct order {
	unsigned which, calls;
	char host[64];
};

#endif
