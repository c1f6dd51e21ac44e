/* SPDX-License-Identifier: MIT */
#include "flight_model.h"

#include <string.h>

struct world m;
_Alignas(16) unsigned char entries[LOOKUPS_MAX][THREADS][ENTRY];
void *bases[TASKS][5];

int self(void)
{
	return explore_current() % THREADS;
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
	if (option >= OUT_OF_MEMORY && option < WHOM && !(option == TIMEOUT && is_late()))
		m.faults--;
	return option;
}

/* A choice of this task: nobody else does anything meanwhile. */
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

/* True if the fault that is asked about happens now. */
bool happens(enum option fault)
{
	return m.faults > 0 && choose(1u << GO | 1u << fault) == fault;
}

__attribute__((noinline)) _Noreturn void end(void)
{
	me()->within = false;
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
	thread->left = false;
	for (; thread->handlers != NULL; thread->handlers = thread->handlers->__prev)
		thread->handlers->__routine(thread->handlers->__arg);
	thread->unwinding = thread->left = false;
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
	me()->within = false;
	leave(bases[explore_current()]);
}

void do_fork(void)
{
	m.child = m.loners = true;
	m.choosing = -1;
	for (int task = 0; task < TASKS; task++)
		if (task % THREADS != self())
			m.gone |= 1u << task;
	memcpy(m.inherited, m.entry_live, sizeof m.inherited);
	for (struct _pthread_cleanup_buffer *h = m.thread[self()].handlers; h != NULL; h = h->__prev) {
		struct seat_view seat = view_seat(h->__arg);
		const unsigned char *own[] = { seat.spare, seat.part == VIEW_LEADING ? seat.flight : NULL };

		for (int i = 0; i < 2; i++)
			if (own[i] != NULL)
				((bool *)m.inherited)[(own[i] - entries[0][0]) / ENTRY] = false;
	}
	for (int i = 0; i < ANSWERS; i++)
		m.answers[i].inherited = m.answers[i].live;
	flight_reset();
}
