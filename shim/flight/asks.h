/* SPDX-License-Identifier: MIT
 *
 * A flight and its asks: who asks, since when, when the next ask is due, and whom an answer
 * serves. How callers wait is in flight.c.
 *
 * The caller of a function that ends in _locked holds the table's lock. Times are those of
 * clock_now().
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
	pthread_cond_t changed; /* there is news for the waiters */
	bool deserted;          /* its askers may never come back: each waiter asks for itself */
	volatile unsigned holders; /* callers and threads that may still touch the flight */
	volatile unsigned askers;  /* holders that are asking */
	volatile unsigned waiters; /* holders that wait, or copy the answer */

	unsigned callers; /* callers that have come so far */
	unsigned asks;    /* asks that have begun so far */
	unsigned extra;   /* asks that may be made beyond one for each caller */
	bool lone;        /* no caller may ask by itself, even if it seems to hold a lock */
	int64_t asked;    /* when the newest ask began */
	int64_t distance; /* from the newest ask to the next */

	int64_t check_at;      /* when to look at our newest thread; 0: no need to */
	int thread;            /* the id of that thread; 0: it does not run yet */
	unsigned blocked;      /* looks in a row that found that thread blocked */
	atomic_bool at_loader; /* that thread waits for the loader's lock; no lock guards this */

	volatile int64_t answered_until; /* callers who came up to then are told code and error */
	int code;
	int error;       /* the asker's errno */
	void *answer;    /* if code is 0: the last holder takes the answer, the others copy it */
	unsigned takers; /* callers who get the answer, counted since the flight landed */

	/* Constant. */
	const struct flight_kind *kind;
	unsigned char key[];
};

/* A flight has landed when it has a final code: then all its callers are told. */
enum { ANSWERED_NOBODY = 0 };
#define ANSWERED_ALL INT64_MAX

/* Nanoseconds after which a waiter trusts no other asker, and asks by itself: by then libc
 * has given up three nameservers. */
#define ASK_LONG_OVERDUE INT64_C(30000000000)

/* Returns a new flight, which the caller frees with flight_free(), or NULL if out of memory. */
struct flight *flight_new(const struct flight_kind *kind, const void *question, size_t key_length);

/* Accepts NULL. */
void flight_free(struct flight *flight);

/* Count a holder out. If that was the last one in this process, returns the flight, which
 * the caller frees without the lock; else NULL. */
struct flight *flight_leave_locked(struct table *table, struct flight *flight);

/* Count an ask, and its asker, from now on. */
void ask_begin_locked(struct flight *flight, int64_t now);

/* An asker that is counted will ask again then. */
void ask_again_locked(struct flight *flight, int64_t then);

/* Take what an asker has brought. The asker is still counted. Returns whether the flight
 * has landed with this answer; if not, the asker still owns the answer. `asked` is when
 * this ask began. */
bool ask_report_locked(struct table *table, struct flight *flight, int64_t asked, int code,
		       int error, void *answer);

/* The askers may never come back: take the flight off the table, and wake its waiters. */
void ask_desert_locked(struct table *table, struct flight *flight);

/* Returns whether the newest ask began after the caller came: then that ask is as fresh as
 * the caller's own would be. */
bool ask_covers_locked(const struct flight *flight, int64_t came);

/* Returns when the next ask is due for a caller who came then. A caller is covered soon.
 * Further asks are for the case that the covering ask is lost, too. There are never more
 * asks than callers, each of whom would have asked libc once, unless a caller wants more. */
int64_t ask_due_locked(const struct flight *flight, int64_t came);

#endif
