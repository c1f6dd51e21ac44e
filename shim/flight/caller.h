/* SPDX-License-Identifier: MIT
 *
 * A caller's part in a flight: it waits, or asks, and leaves. The caller of a function that ends
 * in _locked holds the table's lock.
 */
#ifndef GAISHIM_CALLER_H
#define GAISHIM_CALLER_H

#include "flight/askers.h"
#include "flight/asks.h"
#include "flight/flight.h"
#include "flight/table.h"

#include <stdbool.h>
#include <stdint.h>

/* A caller's part in a flight, on the caller's stack. Only the caller's thread touches it. */
struct caller {
	const struct flight_kind *kind;
	void *question;
	struct flight_terms terms;
	volatile enum { OUTSIDE, WAITING, ASKING } part;
	struct flight *volatile flight; /* held, unless part is OUTSIDE */
	struct flight *spare;           /* an unused flight, to be freed */
	bool has_started;               /* a thread that asks, as nobody did */
	int64_t came;                   /* when the caller began to wait */
	int64_t asked;                  /* when the caller began to ask */
};

/* Take part in the listed flight with the spare one's key, or list the spare one. */
void caller_enter_locked(struct table *table, struct caller *caller);

void caller_begin_to_wait_locked(struct caller *caller);
void caller_begin_to_ask_locked(struct caller *caller);

/* Wait until the flight has an answer for the caller, until the caller has to ask, or until
 * its deadline. Returns NO_ASK if there is an answer. The lock is held at the end, too, unless
 * this returns ASK_APART. */
enum next_step caller_wait_locked(struct table *table, struct caller *caller);

/* End a caller's part. Returns the flight, to be freed, if nobody else holds it. */
struct flight *caller_leave_locked(struct table *table, struct caller *caller);

#endif
