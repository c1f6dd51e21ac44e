/* SPDX-License-Identifier: MIT
 *
 * Questions for the name of an address: gethostbyaddr() and getnameinfo(). The host of such a
 * question is the address as text, and nothing is normalized. Any thread may call.
 */
#ifndef GAISHIM_REVERSE_H
#define GAISHIM_REVERSE_H

#include "question.h"

#include <netinet/in.h>
#include <sys/socket.h>

/* Lay out the question for an address of AF_INET or AF_INET6, without its room and skew. */
void reverse_lay_out(struct question *q, const struct call *call, const char *function, int family,
		     const void *address);

/* Write the address of the question, in either family, to *bytes. Returns its length. */
socklen_t reverse_address(const struct question *q, struct in6_addr *bytes);

#endif
