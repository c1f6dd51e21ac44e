/* SPDX-License-Identifier: MIT
 *
 * The life of a flight:
 *
 *   (none) -> listed, with one asker or more --------> landed, not listed -> freed by the
 *                  |             ^        a final answer            last holder
 *       the last   |             | the next
 *       asker gone v             | waiter asks
 *             listed, without askers -----> freed, if nobody waits
 *
 * An answer that is not final is told to callers who came before its ask began, or a
 * little after: libc alone would have told them the same by now. The others wait for a
 * younger ask.
 */
#include "flight/flight.h"

#include "flight/asks.h"
#include "flight/caller.h"
#include "flight/table.h"
#include "flight/this_call.h"
#include "libc/clock.h"
#include "libc/gate.h"
#include "libc/libc.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

/* A cleanup handler: the thread is cancelled, exits, or jumps away. */
static void abandon(void *argument)
{
	struct caller *caller = argument;
	struct flight *last = NULL;
	struct table *table;

	/* Inside a cancellation point libc lets a thread be cancelled at any instruction. A
	 * jump out of there leaves the thread in that state, in which free() must not run. */
	pthread_setcanceltype(PTHREAD_CANCEL_DEFERRED, NULL);
	this_call.frame = __builtin_frame_address(0); /* so that a handler's lookup asks apart */
	gate_abandon(caller);
	table = table_lock();
	if (caller->part != OUTSIDE)
		last = caller_leave_locked(table, caller);
	table_unlock(table);
	this_call = (struct this_call){ 0 };
	flight_free(last);
	flight_free(caller->spare);
	caller->spare = NULL;
}

/* A jump that ran no cleanup handler may have left a frame of this thread that asked for a
 * flight. Then desert that flight. The frame is not counted out: if it comes back after all
 * (stacks can be switched), it must find its flight. */
static void desert_lost_locked(struct table *table)
{
	struct flight *lost = this_call.flight;

	this_call.flight = NULL;
	if (lost != NULL && table == lost->entry.table)
		ask_desert_locked(table, lost);
}

/* Take the flight's code and answer, leave the flight and give the lock up. The last holder
 * takes the answer itself, the others take a copy. */
static int take_locked(struct table *table, struct caller *caller, void **answer,
		       struct flight_outcome *outcome)
{
	struct flight *flight = caller->flight;
	const struct flight_kind *kind = caller->kind;
	struct flight *last;
	void *own = NULL;
	int code = flight->code;
	int error = flight->error;

	outcome->asks = flight->asks;
	outcome->shared = flight->answered_until == ANSWERED_ALL ? flight->takers - 1 : 0;
	if (code == 0 && flight->holders == 1) {
		own = flight->answer;
		flight->answer = NULL;
	} else if (code == 0) {
		table_unlock(table);
		own = kind->copy(flight->answer);
		table = table_lock();
	}
	last = caller_leave_locked(table, caller);
	table_unlock(table);
	flight_free(last);

	if (code == 0 && own == NULL)
		return kind->no_memory;
	if (code == 0)
		*answer = own;
	else
		errno = error;
	return code;
}

void flight_asks_again(int64_t then)
{
	struct flight *flight = this_call.flight;
	struct table *table;

	if (flight == NULL)
		return;
	this_call.asked = then;
	table = table_lock();
	if (table == flight->entry.table)
		ask_again_locked(flight, then);
	table_unlock(table);
}

/* Ask, tell the others and give the lock up. A caller that asked in vain takes the answer
 * that another has got meanwhile. */
static int ask_locked(struct table *table, struct caller *caller, void **answer,
		      struct flight_outcome *outcome)
{
	struct flight *flight = caller->flight;
	const struct flight_kind *kind = caller->kind;
	const char *frame = this_call.frame;
	struct flight *last;
	void *own = NULL;
	int code, error;

	outcome->role = flight->askers == 0 ? FLIGHT_LED : FLIGHT_ASKED;
	caller_begin_to_ask_locked(caller);
	table_unlock(table);
	this_call.flight = flight;
	this_call.asker = caller;
	this_call.asked = caller->asked;
	code = kind->ask(caller->question, &own);
	error = errno;
	if (this_call.asker == caller) /* and no call on another stack of this thread */
		caller->asked = this_call.asked;
	this_call.frame = frame; /* a call on another stack of this thread may have cleared it */
	this_call.flight = NULL;

	table = table_lock();
	if (!ask_report_locked(table, flight, caller->asked, code, error, own)
	    && (code == 0 || kind->is_final(code) || code == kind->no_memory
		|| table != flight->entry.table || flight->answered_until != ANSWERED_ALL))
		goto own;
	flight->takers++;
	caller_begin_to_wait_locked(caller);
	flight->askers--;
	return take_locked(table, caller, answer, outcome);
own:
	outcome->asks = flight->asks;
	last = caller_leave_locked(table, caller);
	table_unlock(table);
	flight_free(last);
	if (code == 0)
		*answer = own;
	else
		errno = error;
	return code;
}

/* Leave the flight without an answer, and give the lock up. */
static int give_up_locked(struct table *table, struct caller *caller, struct flight_outcome *outcome)
{
	struct flight *last;

	outcome->asks = caller->flight->asks;
	last = caller_leave_locked(table, caller);
	table_unlock(table);
	flight_free(last);
	errno = EAGAIN;
	return caller->kind->no_time;
}

/* Take part in a flight, and wait if others ask. Returns what the caller does next. */
static enum next_step take_part_locked(struct table *table, struct caller *caller,
				       struct flight_outcome *outcome)
{
	enum next_step next;

	caller_enter_locked(table, caller);
	if (caller->flight->askers == 0 && !caller->terms.apart)
		return ASK_ITSELF;
	outcome->role = caller->flight->asks > 0 ? FLIGHT_WAITED : FLIGHT_HEDGED;
	caller->came = clock_now();
	if (caller->came <= caller->flight->answered_until)
		caller->came = caller->flight->answered_until + 1; /* this caller came later */
	caller_begin_to_wait_locked(caller);
	next = caller_wait_locked(table, caller);
	outcome->waited = clock_now() - caller->came;
	return next;
}

int flight_join(const struct flight_kind *kind, void *question, size_t key_length, void **answer,
		struct flight_outcome *outcome)
{
	const char *frame = __builtin_frame_address(0);
	struct caller caller = { .kind = kind, .question = question };
	struct flight_terms *terms = &caller.terms;
	struct _pthread_cleanup_buffer cleanup;
	struct table *table;
	enum next_step next = ASK_APART;
	void *brought = NULL;
	int saved = errno;
	int code;

	*outcome = (struct flight_outcome){ .role = FLIGHT_PASSED, .asks = 1 };
	terms->deadline = FLIGHT_NO_DEADLINE;
	if (kind->terms != NULL)
		kind->terms(question, terms);
	if (!libc->has_threads() || this_call_encloses(frame))
		return kind->ask(question, answer);
	if (libc->is_alone() && !terms->apart) {
		/* Nobody can come along, and a sandbox may not know the calls that map a table. */
		outcome->role = FLIGHT_LED;
		return kind->ask(question, answer);
	}
	caller.spare = flight_new(kind, question, key_length);
	if (caller.spare == NULL) {
		errno = saved; /* the lookup may succeed all the same */
		return kind->ask(question, answer);
	}

	this_call.frame = frame;
	libc->push_cleanup(&cleanup, abandon, &caller);
	table = table_lock();
	if (table != NULL) {
		desert_lost_locked(table);
		next = take_part_locked(table, &caller, outcome);
	}
	if (next == NO_ASK) {
		code = take_locked(table, &caller, &brought, outcome);
	} else if (next == ASK_ITSELF) {
		code = ask_locked(table, &caller, &brought, outcome);
	} else if (next == GIVE_UP) {
		code = give_up_locked(table, &caller, outcome);
	} else {
		caller.part = OUTSIDE;
		outcome->role = FLIGHT_PASSED;
		code = kind->ask(question, &brought);
	}
	this_call.frame = NULL;
	libc->pop_cleanup(&cleanup);
	flight_free(caller.spare);
	if (code == 0)
		*answer = brought;
	return code;
}
