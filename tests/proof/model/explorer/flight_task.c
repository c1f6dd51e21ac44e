/* SPDX-License-Identifier: MIT */
#include "flight_model.h"

#include <errno.h>
#include <string.h>

struct world m;
_Alignas(16) unsigned char entries[SLOTS][THREADS][ENTRY];
void *bases[CALLERS][5];

int self(void)
{
	int task = explore_current();

	return task < CALLERS ? task % THREADS : task - THREADS;
}

struct task_state *me(void)
{
	return &m.task[explore_current()];
}

enum option pause_at(enum place place)
{
	enum option option;

	me()->place = place;
	me()->released = false;
	option = (enum option)explore_pause();
	if (option >= OUT_OF_MEMORY && option < WHOM && !is_no_fault(option)) {
		m.faults--;
		m.again = true;
	}
	return option;
}

void pause_for_handlers(enum place place)
{
	while (pause_at(place) == FORK)
		do_fork();
}

enum option choose(unsigned options)
{
	enum place before = me()->place;
	enum option option;

	m.choosing = explore_current();
	me()->options = options;
	option = pause_at(CHOOSING);
	me()->place = before;
	me()->options = 0;
	if (m.choosing == explore_current())
		m.choosing = -1;
	return option;
}

enum option happens(unsigned faults)
{
	return m.faults > 0 && faults != 0 ? choose(1u << GO | faults) : GO;
}

/* Whether any flight is under way, or left behind. */
static bool any_flight(void)
{
	for (int i = 0; i < SLOTS * THREADS; i++)
		if (((bool *)m.entry_live)[i] && !((bool *)m.inherited)[i])
			return true;
	return false;
}

/* Errors are kept as long as anybody may be told of them, and the time goes on as long as
 * anybody knows it. */
void leave_call(void)
{
	struct task_state *task = me();
	unsigned char bit = (unsigned char)(1u << explore_current());

	task->within = task->asked = task->starved = task->apart = task->woken = false;
	task->to_be_told = task->in_vain = task->served = false;
	task->host = 0;
	task->began = task->joined = task->until = 0;
	task->caller = task->cond = NULL;
	for (int i = 0; i < TASKS * ERRORS; i++) {
		struct answer *error = &m.errors[i / ERRORS][i % ERRORS];

		error->present &= (unsigned char)~bit;
		if (error->present == 0)
			*error = (struct answer){ 0 };
	}
	if (present() == 0 && !any_flight())
		m.now = START;
}

__attribute__((noinline)) _Noreturn void end(void)
{
	leave_call();
	m.thread[self()].todo = 0;
	for (;;)
		pause_at(ENDED);
}

__attribute__((noinline, noreturn)) static void leave(void **base)
{
	__builtin_longjmp(base, 1);
}

void run_handlers(void)
{
	struct thread_state *thread = &m.thread[self()];

	thread->unwinding = true;
	for (; thread->handlers != NULL; thread->handlers = thread->handlers->__prev)
		thread->handlers->__routine(thread->handlers->__arg);
	thread->unwinding = false;
}

_Noreturn void jump(bool handlers)
{
	struct thread_state *thread = &m.thread[self()];

	if (handlers) {
		run_handlers();
	} else {
		thread->vanished = m.vanished = m.loners = true;
		thread->handlers = NULL;
	}
	leave_call();
	leave(bases[explore_current()]);
}

void go_away(bool signal)
{
	struct thread_state *thread = &m.thread[self()];
	int saved = errno; /* as a handler has to */

	m.loners = true;
	m.switched |= !signal;
	thread->away = true;
	thread->on_signal = signal;
	pause_at(SWITCHED);
	thread->on_signal = false;
	errno = saved;
}

/* The kernel wipes the process's page, and the table. */
void do_fork(void)
{
	m.child = m.loners = me()->apart = true;
	m.choosing = -1;
	for (int task = 0; task < TASKS; task++)
		if (task >= CALLERS || task % THREADS != self())
			m.gone |= 1u << task;
	memcpy(m.inherited, m.entry_live, sizeof m.inherited);
	for (int task = self(); task < CALLERS; task += THREADS) {
		struct caller_view caller = { 0 };
		const void *own[2] = { NULL };

		if (m.task[task].caller != NULL)
			caller = view_caller(m.task[task].caller);
		own[0] = caller.spare;
		own[1] = caller.part == VIEW_ASKING ? caller.flight : NULL;
		for (int i = 0; i < 2; i++)
			if (own[i] != NULL)
				((bool *)m.inherited)[slot_of(own[i])] = false;
	}
	for (int i = 0; i < ANSWERS; i++)
		m.answers[i].inherited = m.answers[i].live;
	m.process = (struct process){ 0 };
	for (int i = 0; i < TABLES; i++)
		subject_wipe_table(i);
}
