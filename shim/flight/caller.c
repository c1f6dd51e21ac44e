/* SPDX-License-Identifier: MIT */
#include "flight/caller.h"

#include "flight/threads.h"
#include "libc/clock.h"

#include <stdatomic.h>
#include <stdbool.h>

enum {
	EXTRA_ASKS = 4,         /* their distances double: the last one is as late as libc's patience */
	BUSY_THREADS = 20000000 /* nanoseconds until a caller looks for a free thread again */
};

void caller_enter_locked(struct table *table, struct caller *caller)
{
	struct flight *flight = (struct flight *)table_find(table, &caller->spare->entry);

	if (flight == NULL) {
		flight = caller->spare;
		caller->spare = NULL; /* before abandon() could free a listed flight */
		atomic_signal_fence(memory_order_seq_cst);
		table_add(table, &flight->entry);
	}
	flight->holders++;
	flight->callers++;
	if (caller->terms.hedged && flight->extra < EXTRA_ASKS)
		flight->extra = EXTRA_ASKS;
	if (caller->terms.lone)
		flight->lone = true;
	caller->flight = flight;
}

void caller_begin_to_wait_locked(struct caller *caller)
{
	caller->flight->waiters++;
	atomic_signal_fence(memory_order_seq_cst);
	caller->part = WAITING;
}

void caller_begin_to_ask_locked(struct caller *caller)
{
	bool waited = caller->part == WAITING;

	caller->asked = clock_coarse();
	ask_begin_locked(caller->flight, caller->asked);
	atomic_signal_fence(memory_order_seq_cst);
	caller->part = ASKING;
	if (waited)
		caller->flight->waiters--;
}

/* Returns what a caller does next that should ask by itself. With a deadline, it does not go
 * into libc as long as there is another way: it would stay there for as long as libc likes. */
static enum next_step instead_of_asking_locked(struct table *table, struct caller *caller)
{
	struct flight *flight = caller->flight;

	if (caller->terms.deadline == FLIGHT_NO_DEADLINE || (flight->deserted && !flight->lone)
	    || (flight->askers == 0 && !threads_are_busy()))
		return ASK_ITSELF;
	return table_wait(table, &flight->changed, clock_now() + BUSY_THREADS) ? NO_ASK : ASK_APART;
}

/* Have somebody ask if nobody does. Returns NO_ASK if that need not be the caller. */
static enum next_step find_asker_locked(struct table *table, struct caller *caller)
{
	struct flight *flight = caller->flight;
	enum next_step next = ASK_ITSELF;

	if (flight->askers > 0 && (!flight->deserted || flight->lone))
		return NO_ASK;
	/* A second time means that the first thread's answer was for nobody: it had no memory. */
	if (caller->terms.apart && !flight->deserted && !caller->has_started) {
		next = askers_start_locked(table, flight, clock_now());
		caller->has_started = next == NO_ASK;
	}
	return next == ASK_ITSELF ? instead_of_asking_locked(table, caller) : next;
}

enum next_step caller_wait_locked(struct table *table, struct caller *caller)
{
	struct flight *flight = caller->flight;
	int64_t deadline = caller->terms.deadline;

	while (caller->came > flight->answered_until) {
		enum next_step next;

		if (deadline != FLIGHT_NO_DEADLINE && clock_now() >= deadline)
			return GIVE_UP;
		next = find_asker_locked(table, caller);
		if (next == NO_ASK && flight->askers > 0 && caller->came > flight->answered_until) {
			int64_t due = askers_due_locked(flight, caller->came);

			if (!table_wait(table, &flight->changed, due < deadline ? due : deadline))
				return ASK_APART;
			if (caller->came <= flight->answered_until || flight->askers == 0)
				continue;
			next = askers_see_to_locked(table, flight, caller->came, deadline);
			if (next == ASK_ITSELF)
				next = instead_of_asking_locked(table, caller);
		}
		/* The answer may have come while the lock was not held. */
		if (next == ASK_APART || (next == ASK_ITSELF && caller->came > flight->answered_until))
			return next;
	}
	return NO_ASK;
}

struct flight *caller_leave_locked(struct table *table, struct caller *caller)
{
	bool was_asking = caller->part == ASKING;

	caller->part = OUTSIDE;
	atomic_signal_fence(memory_order_seq_cst);
	if (was_asking)
		caller->flight->askers--;
	else
		caller->flight->waiters--;
	return flight_leave_locked(table, caller->flight);
}
