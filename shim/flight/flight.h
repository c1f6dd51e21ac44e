/* SPDX-License-Identifier: MIT
 *
 * A flight is a question under way, and all who wait for its answer. The first caller
 * leads: it asks, with no lock held. Those who ask the same meanwhile wait, and get a copy
 * of the first answer that is final. Nobody is tied to one asker: when an answer is later
 * than usual, a thread of ours asks again. Each caller is covered by an ask that began at
 * most USUAL_MOST after the caller came. So a fault of one asker costs the others such a
 * wait and one more ask.
 *
 * A question is a string of bytes, and a set of functions knows how to ask it: flights know
 * nothing of names or addresses. This is no cache: an answer is forgotten when all its
 * waiters have it.
 *
 * Any thread may call. A thread may be cancelled, may exit and may longjmp out of a
 * call. A thread that leaves by a jump without cleanup handlers (setcontext) must not be
 * cancelled nor call pthread_exit later: a handler of its lost frame is still registered
 * with libc.
 */
#ifndef GAISHIM_FLIGHT_H
#define GAISHIM_FLIGHT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How a caller wants its question asked. */
struct flight_terms {
	bool apart;       /* on threads of ours, so that the caller is not stuck in libc */
	bool hedged;      /* and a few times more than there are callers, if an answer is late */
	bool lone;        /* and by the caller itself only if there can be no thread: it might hang */
	int64_t deadline; /* when the caller is told kind->no_time; FLIGHT_NO_DEADLINE */
};
#define FLIGHT_NO_DEADLINE INT64_MAX

/* The functions of a kind of questions, and of their answers. A code is 0 or an error; errno
 * goes along with an error. */
struct flight_kind {
	/* Write the question as a key. Two questions with the same key are one question. */
	void (*write_key)(const void *question, void *key);
	/* Say how to ask. NULL: not apart, and without a deadline. */
	void (*terms)(const void *question, struct flight_terms *terms);
	/* Ask on the caller's thread. Returns a code, and with 0 an answer. */
	int (*ask)(void *question, void **answer);
	/* The same by the key, on a thread of ours: the caller and its question may be gone. */
	int (*ask_by_key)(const void *key, void **answer);
	/* Returns a copy of an answer, or NULL if out of memory. NULL in a kind whose
	 * answers are not shared: its callers ask one after the other. */
	void *(*copy)(const void *answer);
	void (*discard)(void *answer);
	/* Returns whether a code is final. A code that is not final may be different
	 * tomorrow. */
	bool (*is_final)(int code);
	int no_memory; /* the code for want of memory; it is never shared */
	int no_time;   /* the code for a deadline that has passed */
};

/* How a call got its answer. */
struct flight_outcome {
	enum flight_role {
		FLIGHT_LED,    /* asked first, or in the place of an asker that was gone */
		FLIGHT_WAITED, /* got the answer of another's ask */
		FLIGHT_ASKED,  /* waited, and then asked as well */
		FLIGHT_PASSED, /* asked apart from all others */
		FLIGHT_HEDGED, /* was the first, and a thread of ours asked */
	} role;
	unsigned shared; /* other callers who got this answer */
	unsigned asks;   /* asks for this answer until then */
	int64_t waited;  /* nanoseconds */
};

/* The asker on this thread will ask again then, a time of clock_now(): until then the answer is
 * not late. Call this from within flight_kind's ask or ask_by_key. */
void flight_asks_again(int64_t then);

/* Returns the code of this caller's ask, or of another's. The caller owns *answer, which is
 * untouched on failure. key_length is the number of bytes that write_key writes. A call
 * from inside another call of this thread (by a module or a signal handler) asks apart. */
int flight_join(const struct flight_kind *kind, void *question, size_t key_length, void **answer,
		struct flight_outcome *outcome);

#endif
