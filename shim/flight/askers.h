/* SPDX-License-Identifier: MIT
 *
 * Second asks of a flight, on threads of ours. A waiter that asked by itself would be stuck
 * in libc for all of libc's time. So a waiter asks only where it may hold what the askers
 * wait for, or where there can be no thread.
 */
#ifndef GAISHIM_ASKERS_H
#define GAISHIM_ASKERS_H

#include "flight/asks.h"

#include <stdbool.h>
#include <stdint.h>

/* What a caller does next. */
enum next_step {
	NO_ASK,     /* the caller need not ask: it may wait, or there is an answer */
	ASK_ITSELF, /* the caller has to ask by itself */
	GIVE_UP,    /* the caller's deadline has passed */
	ASK_APART,  /* the same, but outside this flight and without the lock: this is the
		     * child of a fork, see table_relock() */
};

/* Returns when a caller who came then must see to the flight. The lock is held. */
int64_t askers_due_locked(const struct flight *flight, int64_t came);

/* Have a thread ask from now on. The lock is held at first, and again at the end, but not in
 * between. Returns NO_ASK; ASK_ITSELF if there can be no thread; or ASK_APART. */
enum next_step askers_start_locked(struct table *table, struct flight *flight, int64_t now);

/* See to the flight if it is time: ask again on a thread, or look at that thread. The caller
 * came then, and has that deadline. The lock is held at first, and again at the end, but not in
 * between: the caller has to read again what the lock guards. */
enum next_step askers_see_to_locked(struct table *table, struct flight *flight, int64_t came,
				    int64_t deadline);

#endif
