/* SPDX-License-Identifier: MIT
 *
 * What getaddrinfo answered, and whether two answers are the same, field by field, for
 * tests that hold the object against libc.
 */
#ifndef ANSWER_H
#define ANSWER_H

#include <netdb.h>
#include <stdbool.h>

struct answer {
	int code;
	int error; /* errno, with EAI_SYSTEM */
	struct addrinfo *list;
};

/* What *res holds before each question, and must still hold after a failure. */
extern struct addrinfo untouched;

bool same_text(const char *a, const char *b);
bool same_answer(struct answer want, struct answer got);

#endif
