/* SPDX-License-Identifier: MIT
 *
 * Each access that flights make: is it to what is theirs still, and what may come before it?
 */
#include "flight_model.h"

#include "hooks.h"

/* A signal handler comes before this store. */
static void interrupt(void)
{
	struct thread_state *thread = &m.thread[self()];
	bool had_lock = has_lock();
	unsigned faults = thread->away || m.child ? 0 : 1u << SIGNAL;
	enum option option;

	if (!m.child && !thread->unwinding && !thread->away)
		faults |= 1u << JUMP | 1u << FORK;
	option = happens(faults);
	if (option == JUMP) {
		m.torn = m.loners = true;
		jump(true);
	}
	if (option == FORK) {
		m.torn |= had_lock; /* it goes on with what the lock guarded in the parent */
		do_fork();
	}
	if (option != SIGNAL)
		return;
	go_away(true);
	if (has_lock() != had_lock)
		fail("a handler has given the lock away");
}

void model_access(void *at, size_t size, int write)
{
	const struct task_state *task;

	(void)size;
	if (explore_current() < 0)
		return;
	task = me();
	if (slot_of(at) < SLOTS * THREADS) {
		if (task->released)
			pause_for_handlers(UNLOCKED);
		if (!((bool *)m.entry_live)[slot_of(at)])
			fail("an entry is %s that is freed", write ? "written" : "read");
	}
	if (!anywhere || !write || explore_current() >= THREADS
	    || (task->caller == NULL && !has_lock()))
		return;
	if (slot_of(at) < SLOTS * THREADS || subject_owns(at)
	    || (task->caller != NULL && subject_is_caller(task->caller, at)))
		interrupt();
}

void model_atomic(void *at)
{
	if (at != &m.process.table)
		model_access(at, 1, 0);
	else if (explore_current() >= 0 && m.process.table == NULL)
		pause_for_handlers(UNLOCKED); /* else it stays as it is */
}
