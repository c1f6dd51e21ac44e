/* SPDX-License-Identifier: MIT */
/*
 * Lookups that run out of memory, in programs that the faulty allocator is preloaded into,
 * behind the fake resolver.
 */
#ifndef NO_MEMORY_H
#define NO_MEMORY_H

#include "alloc.h"
#include "callers.h"

/* Set by no_memory_case(). */
extern const struct allocator *allocator;

/* NULL if it is right for memory to run out so, else what is wrong. */
const char *wrong_with_fault(const struct caller *caller, bool failed);

/* Asks on this thread while the NTH allocation fails; *FAILED says whether one did. */
void ask_with_fault(struct caller *caller, unsigned nth, enum whose whose, bool *failed);

#define ck_right_with_fault(caller, failed, nth) do { \
	const char *ck_what = wrong_with_fault(caller, failed); \
	ck_assert_msg(ck_what == NULL, "allocation %u: %s: wrong %s (code %d, errno %d)", nth, \
	              (caller)->q.host, ck_what, (caller)->code, (caller)->error); \
} while (0)

/* As callers_case(). */
TCase *no_memory_case(const char *name);

#endif
