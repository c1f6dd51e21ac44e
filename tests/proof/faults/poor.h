/* SPDX-License-Identifier: MIT */
/*
 * Lookups that run out of memory. Included once by each program that the faulty
 * allocator is preloaded into, behind the fake resolver.
 */
#ifndef POOR_H
#define POOR_H

#include "alloc.h"

#include "callers.h"

/* Set by poor_case(). */
static const struct allocator *allocator;

/* NULL if it is right for memory to run out so, else what is wrong. */
static inline const char *wrong_with_fault(const struct caller *caller, bool failed)
{
	if (failed && caller->code == EAI_MEMORY) {
		if (caller->error != ENOMEM)
			return "errno";
		return caller->list == &untouched ? NULL : "*res touched";
	}
	/* The name is in Unicode, which the fake resolver's own is not. */
	if (caller->code == 0 && caller->q.flags & AI_CANONIDN) {
		struct caller plain = *caller;
		struct addrinfo first = *caller->list;
		char ascii[sizeof FAKE_CANON + 64];

		if (strncmp(first.ai_canonname, FAKE_CANON, sizeof FAKE_CANON - 1) != 0
		    || strcmp(first.ai_canonname + sizeof FAKE_CANON - 1, caller->q.host) != 0)
			return "canonical name in Unicode";
		snprintf(ascii, sizeof ascii, FAKE_CANON "%s", caller->q.asked);
		first.ai_canonname = ascii;
		plain.list = &first;
		return wrong(&plain);
	}
	if (caller->code == 0 && caller->error != 0)
		return "errno of a success";
	return wrong(caller);
}

static inline void ask_with_fault(struct caller *caller, unsigned nth, enum whose whose, bool *failed)
{
	allocator->arm(nth, whose);
	ask(caller);
	*failed = allocator->disarm();
}

#define ck_right_with_fault(caller, failed, nth) do { \
	const char *ck_what = wrong_with_fault(caller, failed); \
	ck_assert_msg(ck_what == NULL, "allocation %u: %s: wrong %s (code %d, errno %d)", nth, \
	              (caller)->q.host, ck_what, (caller)->code, (caller)->error); \
} while (0)

static inline TCase *poor_case(const char *name)
{
	TCase *tcase = callers_case(name);

	allocator = dlsym(RTLD_DEFAULT, "faulty_allocator");
	if (allocator == NULL) {
		fputs("the faulty allocator is not preloaded\n", stderr);
		exit(99);
	}
	return tcase;
}

#endif
