/* SPDX-License-Identifier: MIT */
#include "answer.h"

#include <string.h>

struct addrinfo untouched;

bool same_text(const char *a, const char *b)
{
	return a != NULL && b != NULL ? strcmp(a, b) == 0 : a == b;
}

bool same_answer(struct answer want, struct answer got)
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
