/* SPDX-License-Identifier: MIT
 *
 * A flight is a question under way, and all who wait for its answer. The first caller
 * leads: it asks, with no lock held. Those who ask the same meanwhile wait, and get a
 * copy of the first answer that is final. Nobody is tied to one asker: when an answer
 * is later than usual it is asked for again, on a thread of ours, and each caller is
 * covered by an ask that began at most USUAL_MOST after it came. So whatever befalls
 * an asker costs the others such a wait and one more ask.
 *
 * What is asked is bytes, and how to ask it is a set of functions: flights know nothing
 * of names or addresses. It is no cache: an answer is forgotten when all who waited
 * have it.
 *
 * Any thread may call. A thread may be cancelled, may exit and may longjmp out of a
 * call. If it leaves by a jump that runs no cleanup handlers (setcontext), it must not
 * be cancelled nor call pthread_exit later: a handler of its lost frame is still
 * registered with libc.
 */
#ifndef GAISHIM_FLIGHT_H
#define GAISHIM_FLIGHT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How questions of a kind are asked, and what becomes of their answers. A code is 0 or
 * an error; errno goes along with an error. */
struct flight_kind {
	/* Lay the question out as a key: two that are the same bytes are one. */
	void (*write_key)(const void *question, void *key);
	/* Ask on the caller's thread. Returns a code, and with 0 an answer. */
	int (*ask)(void *question, void **answer);
	/* The same on a thread of ours, when the caller and its question may be gone. */
	int (*ask_by_key)(const void *key, void **answer);
	/* The caller will never return to its question: free what that owns. NULL: nothing. */
	void (*abandon)(void *question);
	/* A copy of an answer, NULL if out of memory. NULL in a kind whose answers are
	 * not shared: its callers ask one after the other. */
	void *(*copy)(const void *answer);
	void (*discard)(void *answer);
	/* Whether a code is the answer. One that is not may be another tomorrow. */
	bool (*is_final)(int code);
	int no_memory; /* the code for want of memory, which is one thread's own */
};

/* What became of a call. */
struct flight_outcome {
	enum flight_role {
		FLIGHT_LED,    /* asked first, or in the place of one who was gone */
		FLIGHT_WAITED, /* got the answer of another's ask */
		FLIGHT_ASKED,  /* waited, and then asked as well */
		FLIGHT_PASSED, /* asked apart from all others */
	} role;
	unsigned shared; /* others who got this answer */
	unsigned asks;   /* how often it was asked for until then */
	int64_t waited;  /* nanoseconds */
};

/* Returns a code, of this caller's ask or of another's; the caller owns *answer, which
 * is untouched on failure. key_length is what write_key writes. A call from inside
 * another one of this thread (a module's, a signal handler's) asks apart. */
int flight_join(const struct flight_kind *kind, void *question, size_t key_length, void **answer,
		struct flight_outcome *outcome);

#endif
