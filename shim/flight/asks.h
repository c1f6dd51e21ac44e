/* SPDX-License-Identifier: MIT
 *
 * A flight and its asks: who asks, since when, when the next is due, and whom an answer
 * serves. Callers and their waiting are flight.c's.
 *
 * What ends in _locked wants the lock of the table. Times are those of clock_now().
 */
#ifndef GAISHIM_ASKS_H
#define GAISHIM_ASKS_H

#include "flight/flight.h"
#include "flight/table.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct flight {
	/* The table's lock guards all but the constants. */
	struct entry entry;
	pthread_cond_t changed; /* there is news for those who wait */
	bool deserted;          /* its askers may never come back: each waiter asks for itself */
	volatile unsigned holders; /* callers and threads that may touch it still */
	volatile unsigned askers;  /* those of them that are asking */
	volatile unsigned waiters; /* those that wait or copy */

	unsigned callers; /* who have come so far */
	unsigned asks;    /* how often it was asked for */
	int64_t asked;    /* when that was last */
	int64_t distance; /* from then to the next */

	int64_t look_at;       /* when the newest thread of ours is looked after; 0: it is done */
	int thread;            /* its number; 0: it does not run yet */
	unsigned blocked;      /* how often on end it was found to be blocked */
	atomic_bool at_loader; /* it waits for the loader's lock; guarded by nothing */

	volatile int64_t told; /* callers who came until then are told: */
	int code;
	int error;       /* errno of who asked */
	void *answer;    /* of code 0: the last holder takes it, the others copy */
	unsigned served; /* callers who get this answer, since it landed */

	/* Constant. */
	const struct flight_kind *kind;
	unsigned char key[];
};

/* A flight has landed when its final code is there for whoever comes. */
enum { TOLD_NOBODY = 0 };
#define TOLD_ALL INT64_MAX

/* Nanoseconds after which an asker has been out for too long to believe in any other: libc
 * gives three nameservers up by then. */
#define ASK_LONG_OVERDUE INT64_C(30000000000)

/* This thread's call of flight_join(): its frame of the stack (NULL: none), and the flight
 * that it asks for (NULL: none). */
extern _Thread_local struct inside {
	const char *frame;
	struct flight *flight;
} inside;

/* The caller frees it with flight_free(). NULL if out of memory. */
struct flight *flight_new(const struct flight_kind *kind, const void *question, size_t key_length);

/* Takes NULL too. */
void flight_free(struct flight *flight);

/* One holder less. Returns the flight, to be freed without the lock, if it was the last. */
struct flight *flight_leave_locked(struct table *table, struct flight *flight);

/* Somebody begins to ask. */
void ask_begin_locked(struct flight *flight, int64_t now);

/* An asker is back, but still counted. Returns whether the flight has landed with its
 * answer; if not, the answer is still the asker's. `asked` is when it began. */
bool ask_report_locked(struct table *table, struct flight *flight, int64_t asked, int code,
		       int error, void *answer);

/* Who asks may never come back: take the flight off the table, and wake its waiters. */
void ask_desert_locked(struct table *table, struct flight *flight);

/* Whether the newest ask began after the caller came: asking alone, it would not be
 * told earlier. */
bool ask_covers_locked(const struct flight *flight, int64_t came);

/* When the next ask is due for a caller who came then. It is to be covered soon; further
 * asks are for the case that the one which covers it is lost, too. There are never more
 * of them than callers, each of whom would have asked libc once. */
int64_t ask_due_locked(const struct flight *flight, int64_t came);

#endif
