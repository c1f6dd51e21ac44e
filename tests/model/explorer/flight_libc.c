/* SPDX-License-Identifier: MIT */
#include "flight_model.h"

#include "hooks.h"

#include <errno.h>
#include <stdarg.h>

bool is_free(void)
{
	return subject_lock()->__data.__owner == 0;
}

static bool is_mine(const pthread_mutex_t *mutex)
{
	return mutex->__data.__owner == self() + 1;
}

int model_lock(pthread_mutex_t *mutex)
{
	if (is_mine(mutex)) {
		if (mutex->__data.__kind != PTHREAD_MUTEX_ERRORCHECK_NP)
			fail("locks what it has locked");
		return EDEADLK;
	}
	/* What it did since it was paused was its own affair: one pause is enough. */
	if (me()->released || !is_free())
		pause_at(LOCKING);
	mutex->__data.__owner = self() + 1;
	return 0;
}

int model_unlock(pthread_mutex_t *mutex)
{
	if (!is_mine(mutex))
		return EPERM;
	mutex->__data.__owner = 0;
	me()->released = true;
	m.thread[self()].left = m.thread[self()].unwinding;
	return 0;
}

int model_wait(pthread_cond_t *cond, pthread_mutex_t *mutex, clockid_t clock, const struct timespec *deadline)
{
	struct task_state *task = me();
	enum option option;

	(void)deadline;
	if (clock != CLOCK_MONOTONIC)
		fail("waits by another clock");
	if (!is_mine(mutex))
		return EPERM; /* in a handler's child: its lock is new */
	mutex->__data.__owner = 0;
	task->cond = cond;
	task->woken = false;
	while ((option = pause_at(WAITING)) == FORK)
		do_fork();
	if (option == JUMP || option == VANISH) {
		for (int i = 0; !task->woken && i < FAULTS_MAX; i++)
			if (m.ghosts[i] == NULL) {
				m.ghosts[i] = cond;
				break;
			}
		m.ghosted = true;
		task->cond = NULL;
		jump(option == JUMP);
	}
	task->woken = true;
	if (option != GO || !is_free())
		pause_at(LOCKING);
	mutex->__data.__owner = self() + 1;
	task->cond = NULL;
	if (option == CANCEL) {
		run_handlers();
		end();
	}
	if (option == TIMEOUT)
		task->timed_out = m.loners = true;
	return option == TIMEOUT ? ETIMEDOUT : 0;
}

/* Each lookup has a place for the answer that it gets from ask, and one for a copy. */
struct answer *answer_of(int task, int kind)
{
	return &m.answers[(m.task[task].number * THREADS + task % THREADS) * 2 + kind];
}

unsigned char present(void)
{
	unsigned char tasks = 0;

	for (int task = 0; task < TASKS; task++)
		if (m.task[task].within)
			tasks |= (unsigned char)(1u << task);
	return tasks;
}

static bool sleeps_on(int task, const void *cond)
{
	return !(m.gone & 1u << task) && m.task[task].cond == cond && !m.task[task].woken;
}

int model_signal(pthread_cond_t *cond)
{
	unsigned options = 0;
	enum option option;

	for (int task = 0; task < TASKS; task++)
		if (sleeps_on(task, cond))
			options |= 1u << (WHOM + task);
	for (int i = 0; i < FAULTS_MAX; i++)
		if (m.ghosts[i] == cond)
			options |= 1u << (WHOM + TASKS);
	if (options == 0)
		return 0;
	option = choose(options);
	if (option < WHOM + TASKS)
		m.task[option - WHOM].woken = true;
	return 0;
}

int model_broadcast(pthread_cond_t *cond)
{
	answer_of(explore_current(), ASKED)->present = present();
	for (int task = 0; task < TASKS; task++)
		if (sleeps_on(task, cond))
			m.task[task].woken = true;
	return 0;
}

void *model_malloc(size_t size)
{
	int number = me()->number;

	if (size > ENTRY)
		fail("an entry of %zu bytes", size);
	if (m.entry_live[number][self()])
		fail("a second entry for one lookup");
	if (happens(OUT_OF_MEMORY)) {
		m.loners = true;
		me()->starved = true;
		return NULL;
	}
	m.entry_live[number][self()] = true;
	return entries[number][self()];
}

void model_free(void *memory)
{
	size_t i = (size_t)((unsigned char *)memory - entries[0][0]) / ENTRY;

	if (memory == NULL)
		return;
	if (!((bool *)m.entry_live)[i])
		fail("an entry is freed twice");
	((bool *)m.entry_live)[i] = false;
	for (int task = 0; task < TASKS; task++) {
		const unsigned char *cond = m.task[task].cond;

		if (!(m.gone & 1u << task) && cond != NULL && (size_t)(cond - entries[0][0]) / ENTRY == i)
			fail("an entry is freed that task %d waits for", task);
	}
	for (int ghost = 0; ghost < FAULTS_MAX; ghost++)
		if (m.ghosts[ghost] != NULL
		    && (size_t)((const unsigned char *)m.ghosts[ghost] - entries[0][0]) / ENTRY == i)
			m.ghosts[ghost] = NULL;
	memset(memory, 0, ENTRY);
}

long model_syscall(long number, ...)
{
	(void)number; /* the time stands still: when patience ends is a choice */
	return 0;
}

void model_push(struct _pthread_cleanup_buffer *buffer, void (*handler)(void *), void *argument)
{
	buffer->__routine = handler;
	buffer->__arg = argument;
	buffer->__prev = m.thread[self()].handlers;
	m.thread[self()].handlers = buffer;
}

void model_pop(struct _pthread_cleanup_buffer *buffer, int execute)
{
	m.thread[self()].handlers = buffer->__prev;
	if (execute)
		buffer->__routine(buffer->__arg);
}

void model_access(void *at, size_t size, int write)
{
	size_t offset = (size_t)((unsigned char *)at - entries[0][0]);
	struct _pthread_cleanup_buffer *handlers;
	bool mine;

	(void)size;
	if (explore_current() < 0)
		return;
	if (offset < sizeof entries && me()->released)
		pause_at(UNLOCKED);
	if (offset < sizeof entries && !((bool *)m.entry_live)[offset / ENTRY])
		fail("an entry is %s that is freed", write ? "written" : "read");
	handlers = m.thread[self()].handlers;
	mine = is_mine(subject_lock());
	if (!anywhere || !write || m.child || explore_current() >= THREADS || m.thread[self()].unwinding
	    || (handlers == NULL && !mine))
		return;
	if ((offset < sizeof entries || subject_owns(at)
	     || (handlers != NULL && subject_is_seat(handlers->__arg, at))) && happens(JUMP)) {
		m.torn = m.loners = true;
		jump(true);
	}
}

void model_atomic(void *at)
{
	(void)at;
	pause_at(UNLOCKED);
}
