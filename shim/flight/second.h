/* SPDX-License-Identifier: MIT
 *
 * Second asks of a flight, on threads of ours. A waiter that asked by itself would be
 * stuck in libc for all of libc's time. It does so only where it may hold what the others
 * wait for, or where there can be no thread.
 */
#ifndef GAISHIM_SECOND_H
#define GAISHIM_SECOND_H

#include "flight/asks.h"

#include <stdbool.h>
#include <stdint.h>

/* When a caller who came then must see to the flight. The lock is held. */
int64_t second_next_locked(const struct flight *flight, int64_t came);

/* See to the flight if it is time: ask again on a thread, or look after that thread. The
 * lock is held at first, and again at the end, but not in between: the caller has to look
 * anew at what it guards. */
enum second {
	SECOND_WAIT,  /* the caller may go on waiting */
	SECOND_ASK,   /* it has to ask by itself */
	SECOND_APART, /* the same, and is not in this flight any more, nor has the lock: this is
		       * the child of a fork, see table_relock() */
} second_see_to_locked(struct table *table, struct flight *flight, int64_t came);

#endif
