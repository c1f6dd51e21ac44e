/* SPDX-License-Identifier: MIT */
#include "flight_model.h"

#include "libc/libc.h"

#include <errno.h>
#include <string.h>

bool is_free(const pthread_mutex_t *lock)
{
	return lock->__data.__owner == 0;
}

bool is_quiet(void)
{
	for (int i = 0; i < TABLES; i++)
		if (!is_free(subject_lock(i)))
			return false;
	return true;
}

static bool is_mine(const pthread_mutex_t *mutex)
{
	return mutex->__data.__owner == self() + 1;
}

bool has_lock(void)
{
	for (int i = 0; i < TABLES; i++)
		if (is_mine(subject_lock(i)))
			return true;
	return false;
}

static void take_lock(pthread_mutex_t *mutex)
{
	mutex->__data.__owner = self() + 1;
	me()->pending = NULL;
	if (me()->within && me()->joined == 0)
		me()->joined = m.now;
}

int model_lock(pthread_mutex_t *mutex)
{
	if (is_mine(mutex)) {
		if (mutex->__data.__kind != PTHREAD_MUTEX_ERRORCHECK_NP)
			fail("locks what it has locked");
		return EDEADLK;
	}
	/* What it did since it was paused was its own affair: one pause is enough. */
	if (me()->released || !is_free(mutex)) {
		me()->lock = mutex;
		pause_for_handlers(LOCKING);
		me()->lock = NULL;
	}
	take_lock(mutex);
	return 0;
}

int model_unlock(pthread_mutex_t *mutex)
{
	if (!is_mine(mutex))
		return EPERM;
	mutex->__data.__owner = 0;
	me()->released = true;
	me()->left = explore_current() >= CALLERS && me()->asked;
	return 0;
}

size_t slot_of(const void *memory)
{
	return (size_t)((const unsigned char *)memory - entries[0][0]) / ENTRY;
}

static const void *flight_of(const void *cond)
{
	return entries[0][0] + slot_of(cond) * ENTRY;
}

/* The others who are in that flight are not in this process. */
static bool is_of_parent(const void *cond)
{
	return m.child && !m.torn && !view_flight(flight_of(cond)).own;
}

/* Returns how the wait ended. */
static enum option sleep_on(const pthread_cond_t *cond)
{
	struct task_state *task = me();
	enum option option;

	task->cond = cond;
	task->woken = false;
	for (;;) {
		option = pause_at(WAITING);
		if (option == FORK)
			do_fork();
		else if (option == SIGNAL)
			go_away(true);
		else
			break;
	}
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
	return option;
}

static void model_init_lock(pthread_mutex_t *mutex)
{
	*mutex = (pthread_mutex_t)PTHREAD_ERRORCHECK_MUTEX_INITIALIZER_NP;
}

static void model_wait(pthread_cond_t *cond, pthread_mutex_t *mutex, int64_t until)
{
	struct task_state *task = me();
	enum option option;

	if (!is_mine(mutex)) {
		if (!m.torn)
			fail("waits without the lock");
		return; /* in a handler's child: its lock is new */
	}
	if (is_of_parent(cond))
		fail("a child waits for those of its parent");
	mutex->__data.__owner = 0;
	task->until = until;
	option = sleep_on(cond);
	if (option == TIME && task->until > m.now)
		m.now = task->until;
	if (option == TIME)
		m.loners = true;
	if (option != GO || !is_free(mutex)) {
		task->lock = mutex;
		pause_for_handlers(LOCKING);
		task->lock = NULL;
	}
	take_lock(mutex);
	task->cond = NULL;
	task->until = 0;
	if (option == CANCEL) {
		run_handlers();
		end();
	}
}

static bool sleeps_on(int task, const void *cond)
{
	return !(m.gone & 1u << task) && m.task[task].cond == cond && !m.task[task].woken;
}

static int model_signal(pthread_cond_t *cond)
{
	unsigned options = 0;
	enum option option;

	if (is_of_parent(cond))
		fail("a child wakes those of its parent");
	for (int task = 0; task < CALLERS; task++)
		if (sleeps_on(task, cond))
			options |= 1u << (WHOM + task);
	for (int i = 0; i < FAULTS_MAX; i++)
		if (m.ghosts[i] == cond)
			options |= 1u << (WHOM + CALLERS);
	if (options == 0)
		return 0;
	option = choose(options);
	if (option < WHOM + CALLERS)
		m.task[option - WHOM].woken = true;
	return 0;
}

/* Who asked tells it: who is there to be told? */
static void note_landing(const void *flight, const struct flight_view *view)
{
	struct answer *said = m.answers;

	if (view->code != 0)
		said = error_of(view->error);
	else
		said += (const struct answer *)view->answer - m.answers;
	if (said == NULL)
		fail("errno is lost");
	said->present = present();
	said->served = explore_current() < CALLERS;
	said->asking = 0;
	for (int task = 0; task < CALLERS; task++)
		if (!(m.gone & 1u << task) && m.task[task].caller != NULL) {
			struct caller_view caller = view_caller(m.task[task].caller);

			if (caller.flight != flight)
				continue;
			said->served += caller.part == VIEW_WAITING;
			if (caller.part != VIEW_ASKING || task == explore_current())
				continue;
			said->asking++;
			m.task[task].served |= view->landed;
		}
}

static int model_broadcast(pthread_cond_t *cond)
{
	const void *flight = flight_of(cond);
	struct flight_view view = view_flight(flight);

	if (is_of_parent(cond))
		fail("a child wakes those of its parent");
	if (explore_current() >= CALLERS
	    || (me()->caller != NULL && view_caller(me()->caller).part == VIEW_ASKING))
		note_landing(flight, &view);
	for (int task = 0; task < CALLERS; task++)
		if (sleeps_on(task, cond))
			m.task[task].woken = true;
	return 0;
}

void *model_malloc(size_t size)
{
	int slot = 0;

	if (size > ENTRY)
		fail("an entry of %zu bytes", size);
	if (happens(1u << OUT_OF_MEMORY) != GO) {
		m.loners = true;
		me()->starved = true;
		return NULL;
	}
	while (m.entry_live[slot][self()])
		if (++slot == SLOTS)
			fail("the model has too few entries");
	m.entry_live[slot][self()] = true;
	memset(entries[slot][self()], 0x5a, size);
	return entries[slot][self()];
}

void model_free(void *memory)
{
	size_t slot = slot_of(memory);

	if (memory == NULL)
		return;
	if (!((bool *)m.entry_live)[slot])
		fail("an entry is freed twice");
	((bool *)m.entry_live)[slot] = ((bool *)m.inherited)[slot] = false;
	for (int task = 0; task < CALLERS; task++)
		if (!(m.gone & 1u << task) && m.task[task].cond != NULL
		    && slot_of(m.task[task].cond) == slot)
			fail("an entry is freed that task %d waits for", task);
	for (int ghost = 0; ghost < FAULTS_MAX; ghost++)
		if (m.ghosts[ghost] != NULL && slot_of(m.ghosts[ghost]) == slot)
			m.ghosts[ghost] = NULL;
	memset(memory, 0, ENTRY);
}

static void model_push(struct _pthread_cleanup_buffer *buffer, void (*handler)(void *), void *argument)
{
	buffer->__routine = handler;
	buffer->__arg = argument;
	buffer->__prev = m.thread[self()].handlers;
	if (buffer->__prev == buffer)
		buffer->__prev = NULL;
	m.thread[self()].handlers = buffer;
	me()->caller = argument;
}

static void model_pop(struct _pthread_cleanup_buffer *buffer)
{
	m.thread[self()].handlers = buffer->__prev;
	me()->caller = NULL;
}

static bool has_threads(void)
{
	return true;
}

static bool is_alone(void)
{
	return false;
}

static void model_wait_for_loader(void)
{
}

static const struct libc model_libc = {
	.has_threads = has_threads,
	.is_alone = is_alone,
	.push_cleanup = model_push,
	.pop_cleanup = model_pop,
	.init_lock = model_init_lock,
	.wait = model_wait,
	.signal = model_signal,
	.broadcast = model_broadcast,
	.wait_for_loader = model_wait_for_loader,
};

const struct libc *libc = &model_libc;
