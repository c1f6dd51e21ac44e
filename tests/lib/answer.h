/* SPDX-License-Identifier: MIT
 *
 * What getaddrinfo answered, and whether two answers are the same, field by field: for
 * tests that hold the object against libc.
 */
#ifndef ANSWER_H
#define ANSWER_H

#include <netdb.h>
#include <stdbool.h>
#include <string.h>

struct answer {
	int code;
	int error; /* errno, with EAI_SYSTEM */
	struct addrinfo *list;
};

/* What *res holds before each question, and must still hold after a failure. */
static struct addrinfo untouched;

static inline bool same_text(const char *a, const char *b)
{
	return a != NULL && b != NULL ? strcmp(a, b) == 0 : a == b;
}

static inline bool same_answer(struct answer want, struct answer got)
{
	const struct addrinfo *a = want.list, *b = got.list;

	if (want.code != got.code || want.error != got.error)
		return false;
	if (a == &untouched || b == &untouched)
		return a == b;
	for (; a != NULL && b != NULL; a = a->ai_next, b = b->ai_next)
		if (a->ai_flags != b->ai_flags || a->ai_family != b->ai_family
		    || a->ai_socktype != b->ai_socktype || a->ai_protocol != b->ai_protocol
		    || a->ai_addrlen != b->ai_addrlen || !same_text(a->ai_canonname, b->ai_canonname)
		    || memcmp(a->ai_addr, b->ai_addr, a->ai_addrlen) != 0)
			return false;
	return a == b;
}

#endif
