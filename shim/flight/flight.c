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
#include "libc/clock.h"
#include "libc/libc.h"
#include "flight/second.h"
#include "flight/table.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>

/* A caller's part in a flight, on the caller's stack. Only the caller's thread touches it. */
struct seat {
	const struct flight_kind *kind;
	void *question;
	volatile enum { STANDING, WAITING, ASKING } part;
	struct flight *volatile flight; /* held, unless part is STANDING */
	struct flight *spare;           /* an unused flight, to be freed */
	int64_t came;                   /* when the caller began to wait */
	int64_t asked;                  /* when the caller began to ask */
};

_Thread_local struct inside inside;

/* End a caller's part. Returns the flight, to be freed, if nobody else holds it. */
static struct flight *stand_up_locked(struct table *table, struct seat *seat)
{
	bool was_asking = seat->part == ASKING;

	seat->part = STANDING;
	atomic_signal_fence(memory_order_seq_cst);
	if (was_asking)
		seat->flight->askers--;
	else
		seat->flight->waiters--;
	return flight_leave_locked(table, seat->flight);
}

/* A cleanup handler: the thread is cancelled, exits, or jumps away. */
static void abandon(void *argument)
{
	struct seat *seat = argument;
	struct flight *last = NULL;
	struct table *table;

	/* Inside a cancellation point libc lets a thread be cancelled at any instruction. A
	 * jump out of there leaves the thread so, and free() must not be cancelled. */
	pthread_setcanceltype(PTHREAD_CANCEL_DEFERRED, NULL);
	inside.frame = __builtin_frame_address(0); /* a handler's call must not give the lock away */
	table = table_lock();
	if (seat->part != STANDING)
		last = stand_up_locked(table, seat);
	table_unlock(table);
	inside = (struct inside){ 0 };
	flight_free(last);
	flight_free(seat->spare);
	seat->spare = NULL;
}

/* A jump that ran no cleanup handler may have left a frame of this thread that asked for a
 * flight. Then desert that flight. The frame is not counted out: if it comes back after all
 * (stacks can be switched), it must find its flight. */
static void desert_lost_locked(struct table *table)
{
	struct flight *lost = inside.flight;

	inside.flight = NULL;
	if (lost != NULL && table == lost->entry.table)
		ask_desert_locked(table, lost);
}

/* Returns whether this runs on the stack for signal handlers. */
static bool is_on_signal_stack(void)
{
	stack_t stack;

	return sigaltstack(NULL, &stack) == 0 && stack.ss_flags & SS_ONSTACK;
}

/* Returns whether this thread is inside another call: the frame of that call is further
 * up the stack, or a signal handler has interrupted it. Otherwise a jump has left that
 * call. */
static bool is_nested(const char *frame)
{
	if (inside.frame == NULL)
		return false;
	if (frame < inside.frame || is_on_signal_stack())
		return true;
	inside.frame = NULL;
	return false;
}

static void begin_to_wait_locked(struct seat *seat)
{
	seat->flight->waiters++;
	atomic_signal_fence(memory_order_seq_cst);
	seat->part = WAITING;
}

static void begin_to_ask_locked(struct seat *seat)
{
	bool waited = seat->part == WAITING;

	seat->asked = clock_coarse();
	ask_begin_locked(seat->flight, seat->asked);
	atomic_signal_fence(memory_order_seq_cst);
	seat->part = ASKING;
	if (waited)
		seat->flight->waiters--;
}

/* Take part in the listed flight with the spare one's key, or list the spare one. */
static void board_locked(struct table *table, struct seat *seat)
{
	struct flight *flight = (struct flight *)table_find(table, &seat->spare->entry);

	if (flight == NULL) {
		flight = seat->spare;
		seat->spare = NULL; /* before abandon() could free a listed flight */
		atomic_signal_fence(memory_order_seq_cst);
		table_add(table, &flight->entry);
	}
	flight->holders++;
	flight->callers++;
	seat->flight = flight;
}

/* Wait until the flight has something to tell the caller: returns SECOND_WAIT. Returns
 * another value if the caller has to ask. */
static enum second wait_locked(struct table *table, struct seat *seat)
{
	struct flight *flight = seat->flight;
	enum second next;

	while (seat->came > flight->told) {
		if (flight->askers == 0 || flight->deserted)
			return SECOND_ASK;
		if (!table_wait(table, &flight->changed, second_next_locked(flight, seat->came)))
			return SECOND_APART;
		if (seat->came <= flight->told || flight->askers == 0)
			continue;
		next = second_see_to_locked(table, flight, seat->came);
		/* The answer may have come while the lock was not held. */
		if (next == SECOND_APART || (next == SECOND_ASK && seat->came > flight->told))
			return next;
	}
	return SECOND_WAIT;
}

/* Take the flight's code and answer, leave the flight and give the lock up. The last holder
 * takes the answer itself, the others take a copy. */
static int take_locked(struct table *table, struct seat *seat, void **answer,
		       struct flight_outcome *outcome)
{
	struct flight *flight = seat->flight;
	const struct flight_kind *kind = seat->kind;
	struct flight *last;
	void *own = NULL;
	int code = flight->code;
	int error = flight->error;

	outcome->asks = flight->asks;
	outcome->shared = flight->told == TOLD_ALL ? flight->served - 1 : 0;
	if (code == 0 && flight->holders == 1) {
		own = flight->answer;
		flight->answer = NULL;
	} else if (code == 0) {
		table_unlock(table);
		own = kind->copy(flight->answer);
		table = table_lock();
	}
	last = stand_up_locked(table, seat);
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

/* Ask, tell the others and give the lock up. A caller that asked in vain takes the answer
 * that another has got meanwhile. */
static int ask_locked(struct table *table, struct seat *seat, void **answer,
		      struct flight_outcome *outcome)
{
	struct flight *flight = seat->flight;
	const struct flight_kind *kind = seat->kind;
	const char *frame = inside.frame;
	struct flight *last;
	void *own = NULL;
	int code, error;

	outcome->role = flight->askers == 0 ? FLIGHT_LED : FLIGHT_ASKED;
	begin_to_ask_locked(seat);
	table_unlock(table);
	inside.flight = flight;
	code = kind->ask(seat->question, &own);
	error = errno;
	inside.frame = frame; /* a call on another stack of this thread may have cleared it */
	inside.flight = NULL;

	table = table_lock();
	if (!ask_report_locked(table, flight, seat->asked, code, error, own)
	    && (code == 0 || kind->is_final(code) || code == kind->no_memory
		|| table != flight->entry.table || flight->told != TOLD_ALL))
		goto own;
	flight->served++;
	begin_to_wait_locked(seat);
	flight->askers--;
	return take_locked(table, seat, answer, outcome);
own:
	outcome->asks = flight->asks;
	last = stand_up_locked(table, seat);
	table_unlock(table);
	flight_free(last);
	if (code == 0)
		*answer = own;
	else
		errno = error;
	return code;
}

int flight_join(const struct flight_kind *kind, void *question, size_t key_length, void **answer,
		struct flight_outcome *outcome)
{
	const char *frame = __builtin_frame_address(0);
	struct seat seat = { .kind = kind, .question = question };
	struct _pthread_cleanup_buffer cleanup;
	struct table *table;
	enum second next = SECOND_APART;
	void *brought = NULL;
	int saved = errno;
	int code;

	*outcome = (struct flight_outcome){ .role = FLIGHT_PASSED, .asks = 1 };
	if (!libc->has_threads() || is_nested(frame))
		return kind->ask(question, answer);
	if (libc->is_alone()) {
		/* Nobody can come along, and a sandbox may not know the calls that map a table. */
		outcome->role = FLIGHT_LED;
		return kind->ask(question, answer);
	}
	seat.spare = flight_new(kind, question, key_length);
	if (seat.spare == NULL) {
		errno = saved; /* the lookup may succeed all the same */
		return kind->ask(question, answer);
	}

	inside.frame = frame;
	libc->push_cleanup(&cleanup, abandon, &seat);
	table = table_lock();
	if (table != NULL) {
		desert_lost_locked(table);
		board_locked(table, &seat);
		next = SECOND_ASK;
		if (seat.flight->askers > 0) {
			outcome->role = FLIGHT_WAITED;
			seat.came = clock_now();
			if (seat.came <= seat.flight->told)
				seat.came = seat.flight->told + 1; /* this caller came later */
			begin_to_wait_locked(&seat);
			next = wait_locked(table, &seat);
			outcome->waited = clock_now() - seat.came;
		}
	}
	if (next == SECOND_WAIT) {
		code = take_locked(table, &seat, &brought, outcome);
	} else if (next == SECOND_ASK) {
		code = ask_locked(table, &seat, &brought, outcome);
	} else {
		seat.part = STANDING;
		outcome->role = FLIGHT_PASSED;
		code = kind->ask(question, &brought);
	}
	inside.frame = NULL;
	libc->pop_cleanup(&cleanup);
	flight_free(seat.spare);
	if (code == 0)
		*answer = brought;
	return code;
}
