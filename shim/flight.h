/* SPDX-License-Identifier: MIT
 *
 * The flight table: callers who ask the same thing at the same time share one
 * answer. The first leads: it asks, with no lock held. Those who come while it
 * is out wait for it and get a copy. What was asked is a key, how to ask it a
 * function: the table knows nothing of names or addresses.
 *
 * It is not a cache: an entry lives as long as the asking does.
 *
 * Any thread may call. A thread may be cancelled, may exit and may longjmp out
 * of ask(): the next in line then leads. One that leaves by a jump which runs no
 * cleanup handlers (setcontext) must not be cancelled nor call pthread_exit later:
 * a handler of its lost frame is still registered with libc.
 */
#ifndef GAISHIM_FLIGHT_H
#define GAISHIM_FLIGHT_H

#include <stddef.h>
#include <stdint.h>

struct flight_plan {
	const void *key;
	size_t key_length;
	/* Ask; returns 0 and an answer in *answer, or an error code. errno goes
	 * along with an error. */
	int (*ask)(void *context, void **answer);
	void *context;
	/* A copy of an answer, NULL if out of memory. NULL for a plan whose
	 * answers are not shared: its callers ask one after the other. */
	void *(*copy)(const void *answer);
	void (*discard)(void *answer);
	int no_memory;    /* the error code for want of memory: never shared */
	int64_t patience; /* nanoseconds to wait for one leader */
};

/* What became of a call. */
struct flight_story {
	enum flight_role {
		FLIGHT_LED,    /* asked, and gave the answer to those who waited */
		FLIGHT_SHARED, /* waited, and got a leader's answer */
		FLIGHT_ALONE,  /* ran out of patience, and asked */
		FLIGHT_PASSED, /* asked without the table */
	} role;
	unsigned others; /* who got the same answer */
	int64_t waited;  /* nanoseconds */
};

/* Returns what ask() returned, here or in the leader's thread, with errno as
 * it was there when that is an error; the caller owns *answer, which is
 * untouched on failure. A call from inside an ask() of the same thread goes
 * straight to its own ask(). */
int flight_run(const struct flight_plan *plan, void **answer, struct flight_story *story);

/* In the child of a fork: nobody is out, and the lock is free. */
void flight_reset(void);

/* How many entries the table holds. For tests. */
size_t flight_count(void);

#endif
