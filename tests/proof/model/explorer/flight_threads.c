/* SPDX-License-Identifier: MIT
 *
 * The process, its clock and the threads of ours, in the place of shim's functions. The
 * time is what the waiters' deadlines make it: it goes on when a wait ends by it.
 */
#include "flight_model.h"

#include "libc/clock.h"
#include "flight/threads.h"
#include "flight/usual.h"
#include "libc/gate.h"

#include <sys/syscall.h>

struct process *process_own(void)
{
	return &m.process;
}

void *process_map(size_t size)
{
	int number = 0;

	if (size != subject_table_size())
		fail("no table, but %zu bytes", size);
	if (happens(1u << OUT_OF_MEMORY) != GO) {
		m.loners = true;
		me()->starved = true;
		return NULL;
	}
	while (m.table_used[number])
		if (++number == TABLES)
			fail("the model has too few tables");
	m.table_used[number] = true;
	return subject_table(number);
}

int model_unmap(void *memory, size_t size)
{
	int number = 0;

	while (memory != subject_table(number))
		if (++number == TABLES)
			fail("no table, but %zu bytes", size);
	if (!m.table_used[number] || memory == m.process.table)
		fail("a table that is in use or none is given back");
	m.table_used[number] = false;
	subject_wipe_table(number);
	return 0;
}

int64_t clock_now(void)
{
	return m.now;
}

int64_t clock_coarse(void)
{
	return m.now - lagging;
}

int64_t usual_wait(uint32_t hash)
{
	(void)hash;
	return USUAL_MOST;
}

void usual_learn(uint32_t hash, int64_t took)
{
	(void)hash;
	(void)took;
}

int model_sigaltstack(const stack_t *new, stack_t *old)
{
	(void)new;
	*old = (stack_t){ .ss_flags = m.thread[self()].on_signal ? SS_ONSTACK : 0 };
	return 0;
}

long model_syscall(long number, ...)
{
	if (number != SYS_gettid)
		fail("system call %ld", number);
	return explore_current() + 1;
}

/* The gate has a model of its own. */
void gate_abandon(const void *frame)
{
	(void)frame;
}

bool threads_start(void (*job)(void *), void *argument)
{
	int task = CALLERS;

	me()->pending = argument;
	pause_for_handlers(UNLOCKED);
	while (task < TASKS && (m.gone & 1u << task || m.task[task].flight != NULL))
		task++;
	if (!m.no_threads && happens(1u << NO_THREAD) != GO)
		m.no_threads = true;
	if (m.no_threads || task == TASKS) {
		me()->released = true;
		return false;
	}
	m.task[task].job = job;
	m.task[task].flight = argument;
	me()->pending = NULL;
	me()->released = true;
	return true;
}

bool threads_are_busy(void)
{
	return false;
}

void threads_end(void)
{
	me()->job = NULL;
}

/* In futex(2) it is also for a moment, or when it waits for the lock of the table. */
int threads_is_blocked(int tid)
{
	int task = tid - 1;

	if (task < CALLERS || task >= TASKS)
		fail("there is no thread %d", tid);
	pause_for_handlers(UNLOCKED);
	me()->released = true;
	if (m.task[task].place == STUCK)
		return 1;
	return choose(1u << GO | 1u << BLOCKED) == BLOCKED;
}
