/* SPDX-License-Identifier: MIT */
#include "flight/askers.h"

#include "flight/this_call.h"
#include "flight/threads.h"
#include "libc/clock.h"
#include "libc/libc.h"

#include <errno.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Nanoseconds. */
#define CHECK_AFTER INT64_C(20000000)      /* until the first look at a thread */
#define CHECK_AGAIN INT64_C(5000000)       /* from a look that finds the thread blocked to the next */
#define CHECK_AGAIN_MOST INT64_C(100000000) /* the same for a caller with a deadline */

enum { LOOKS = 3 }; /* that find the thread blocked in a row, until nobody relies on it */

/* The thread's id is known once the thread runs: on a busy machine that may take a while. */
static void register_thread(struct flight *flight, int thread)
{
	struct table *table = table_lock();

	atomic_store(&flight->at_loader, true);
	flight->thread = thread;
	table_unlock(table);
}

static void ask_on_thread(void *argument)
{
	struct flight *flight = argument;
	const struct flight_kind *kind = flight->kind;
	int thread = (int)syscall(SYS_gettid);
	int64_t now = clock_now();
	void *answer = NULL;
	struct table *table;
	bool landed;
	int code, error;

	this_call.frame = __builtin_frame_address(0); /* lookups by libc's modules are asked apart */
	register_thread(flight, thread);
	/* The lookup may have to load a module. If the loader's lock is not free, the
	 * thread is blocked here, and not in the middle of the lookup, when nobody looks at
	 * the thread any more. */
	libc->wait_for_loader();
	atomic_store(&flight->at_loader, false);

	this_call.flight = flight;
	this_call.asked = now;
	code = kind->ask_by_key(flight->key, &answer);
	error = errno;
	this_call.flight = NULL;

	table = table_lock();
	landed = ask_report_locked(table, flight, this_call.asked, code, error, answer);
	if (flight->thread == thread)
		flight->check_at = 0;
	flight->askers--;
	flight = flight_leave_locked(table, flight);
	table_unlock(table);
	flight_free(flight);
	if (code == 0 && !landed)
		kind->discard(answer);
	threads_end();
}

int64_t askers_due_locked(const struct flight *flight, int64_t came)
{
	int64_t due = ask_due_locked(flight, came);

	return flight->check_at != 0 && flight->check_at < due ? flight->check_at : due;
}

/* Returns the time between looks at a thread that is blocked. It may be so since a waiter holds
 * a lock, or only since the machine is busy. Once it is given up, its callers ask by themselves,
 * and no deadline takes them out of libc: so wait for up to a quarter of the time that they have. */
static int64_t check_again(int64_t came, int64_t deadline)
{
	int64_t between = (deadline - came) / 4 / (LOOKS - 1);

	if (deadline == FLIGHT_NO_DEADLINE)
		return CHECK_AGAIN;
	return between < CHECK_AGAIN_MOST ? between : CHECK_AGAIN_MOST;
}

/* The newest thread may wait for a lock that a waiter holds: the loader's, if the waiter
 * runs an object's constructor, or a lock of a module's. */
static enum next_step check_thread_locked(struct table *table, struct flight *flight, int64_t now,
					  int64_t again)
{
	int thread = flight->thread;
	int blocked;

	flight->check_at = now + (now - flight->asked); /* twice as far from the start */
	if (thread == 0)
		return NO_ASK;
	table_unlock(table);
	blocked = threads_is_blocked(thread);
	if (!table_relock(table))
		return ASK_APART;
	if (flight->thread != thread || flight->check_at == 0)
		return NO_ASK;
	if (blocked < 0)
		blocked = atomic_load(&flight->at_loader);
	flight->blocked = blocked ? flight->blocked + 1 : 0;
	if (flight->blocked != 0 && flight->blocked < LOOKS)
		flight->check_at = now + again;
	else if (flight->blocked == LOOKS && !flight->lone)
		ask_desert_locked(table, flight);
	return NO_ASK;
}

enum next_step askers_start_locked(struct table *table, struct flight *flight, int64_t now)
{
	int64_t before = flight->asked;
	bool started;

	/* Before the lock is given up, so that no other waiter starts a thread, too. */
	flight->holders++;
	ask_begin_locked(flight, now);
	flight->thread = 0;
	flight->blocked = 0;
	atomic_signal_fence(memory_order_seq_cst);
	flight->check_at = now + CHECK_AFTER;
	table_unlock(table);
	started = threads_start(ask_on_thread, flight);
	if (!table_relock(table))
		return ASK_APART;
	if (started)
		return NO_ASK;
	flight->holders--; /* not the last: the caller holds the flight, too */
	flight->askers--;
	flight->asks--;
	flight->check_at = 0;
	if (flight->asked == now)
		flight->asked = before;
	return ASK_ITSELF;
}

enum next_step askers_see_to_locked(struct table *table, struct flight *flight, int64_t came,
				    int64_t deadline)
{
	int64_t now = clock_now();
	enum next_step next;
	bool covered;

	if (flight->check_at != 0 && now >= flight->check_at)
		return check_thread_locked(table, flight, now, check_again(came, deadline));
	if (now < ask_due_locked(flight, came))
		return NO_ASK;
	if (flight->kind->copy == NULL)
		ask_desert_locked(table, flight); /* the others form a new line */
	if (flight->kind->copy == NULL || now - came >= ASK_LONG_OVERDUE)
		return ASK_ITSELF;
	covered = ask_covers_locked(flight, came);
	next = askers_start_locked(table, flight, now);
	/* Alone, a covered caller would be in libc as long as the asker is. */
	return next == ASK_ITSELF && covered ? NO_ASK : next;
}
