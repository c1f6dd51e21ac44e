/* SPDX-License-Identifier: MIT
 *
 * What each task may do next, by itself, as a fault, and by time.
 */
#include "flight_model.h"

#include <stdio.h>

static const char *const option_names[] = {
	"goes on", "looks up A", "looks up B", "error", "not now", "is blocked", "out of memory",
	"is cancelled", "longjmp (handlers run)", "setcontext (no handler runs)",
	"forks; now the child", "switches to its other stack", "a handler, on the signal stack",
	"wakes for nothing", "its time has come", "is stuck while anybody waits",
	"no thread can be made", "a while later",
	"wakes task 0", "wakes task 1", "wakes task 2",
	"wakes task 3", "wakes task 4", "wakes task 5",
	"wakes nobody",
};

const char *const place_names[] = {
	"idle", "at the lock", "unlocked", "in ask", "stuck in ask", "waiting", "choosing",
	"on its other stack", "parked", "ended",
};

enum { CHOICES = 1u << GO | 1u << BLOCKED };

bool is_waiting(int task)
{
	return !(m.gone & 1u << task) && m.task[task].place == WAITING && !m.task[task].woken;
}

static bool anybody_waits(void)
{
	for (int task = 0; task < CALLERS; task++)
		if (!(m.gone & 1u << task) && m.task[task].place == WAITING)
			return true;
	return false;
}

bool anybody_is_stuck(void)
{
	for (int task = 0; task < TASKS; task++)
		if (!(m.gone & 1u << task) && m.task[task].place == STUCK)
			return true;
	return false;
}

/* Without a fault. */
static unsigned free_options(int number)
{
	const struct task_state *task = &m.task[number];
	const struct thread_state *thread = &m.thread[number % THREADS];

	if (m.gone & 1u << number)
		return 0;
	if (m.choosing >= 0)
		return m.choosing == number ? task->options & (CHOICES | ~0u << WHOM) : 0;
	switch (task->place) {
	case IDLE:
		/* One of the two hosts is looked up first: call it A. */
		return number == 0 && !thread->begun ? 1u << HOST_A : 1u << HOST_A | 1u << HOST_B;
	case PARKED:
		if (number >= CALLERS)
			return task->flight != NULL ? 1u << GO : 0;
		return thread->away ? 1u << HOST_A | 1u << HOST_B : 0;
	case SWITCHED:
		return thread->away ? 0 : 1u << GO;
	case LOCKING:
		return is_free(task->lock) ? 1u << GO : 0;
	case UNLOCKED:
		return 1u << GO;
	case ASKING: /* there is no B, ever */
		return task->host == HOST_A ? 1u << GO | 1u << NOT_NOW : 1u << ERROR;
	case STUCK:
		return anybody_waits() ? 0 : 1u << GO;
	case WAITING:
		return task->woken ? 1u << GO : task->until <= m.now ? 1u << TIME : 0;
	default:
		return 0;
	}
}

static unsigned fault_options(int number)
{
	const struct task_state *task = &m.task[number];
	const struct thread_state *thread = &m.thread[number % THREADS];
	unsigned fork = m.child ? 0 : 1u << FORK;
	unsigned leaving = thread->vanished ? 0 : 1u << CANCEL | 1u << JUMP;

	if (m.faults == 0 || m.gone & 1u << number)
		return 0;
	if (number >= THREADS || thread->away)
		leaving = fork = 0; /* the other stack is left by its end alone */
	else
		leaving |= 1u << VANISH;
	if (m.choosing == number)
		return task->options & ~(CHOICES | ~0u << WHOM);
	if (m.choosing >= 0) /* a fork does not wait until we are done */
		return anywhere && (task->place == IDLE || task->place == ASKING) ? fork : 0;
	switch (task->place) {
	case IDLE:
		return fork | (present() != 0 ? 1u << LATER : 0);
	case LOCKING:
	case UNLOCKED:
		return number < THREADS ? fork : 0;
	case ASKING:
		return leaving | fork | 1u << OUT_OF_MEMORY | 1u << STICK
		       | (leaving ? 1u << SWITCH | 1u << SIGNAL : 0);
	case WAITING:
		return leaving | (leaving ? 1u << SIGNAL : 0)
		       | (task->woken ? 0 : fork | 1u << SPURIOUS | 1u << TIME);
	default:
		return 0;
	}
}

bool is_over(void)
{
	for (int task = 0; task < TASKS; task++)
		if (free_options(task) != 0)
			return false;
	return true;
}

static bool is_first(int number)
{
	for (int task = 0; task < CALLERS; task++)
		if (is_waiting(task) && m.task[task].until < m.task[number].until)
			return false;
	return is_waiting(number);
}

/* The time goes on where nothing else does; who waits for a lock that a stuck one waits
 * for, too, is stuck like it. */
static unsigned timely_options(int number)
{
	unsigned options = 0;

	if (is_over() && is_first(number))
		options |= 1u << TIME;
	if (number >= CALLERS && m.task[number].place == ASKING && anybody_is_stuck())
		options |= 1u << STICK;
	return m.choosing >= 0 ? 0 : options;
}

bool is_no_fault(enum option option)
{
	int task = explore_current();

	return (free_options(task) | timely_options(task)) & 1u << option;
}

unsigned options_of(int task)
{
	return free_options(task) | fault_options(task) | timely_options(task);
}

const char *tell_step(int task, int option)
{
	static char text[100];

	if (m.task[task].place == CHOOSING && option == GO)
		return NULL; /* the fault that was offered did not happen */
	snprintf(text, sizeof text, "%s: %s", place_names[m.task[task].place],
		 option_names[option]);
	return text;
}
