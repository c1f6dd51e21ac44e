/* SPDX-License-Identifier: MIT
 *
 * Three threads that look up two hosts, in every order and with every mishap that a
 * budget of faults allows. What is checked is told in ../README, too.
 *
 *   flight LOOKUPS FAULTS [-a] [-u]
 *
 * LOOKUPS: how many each thread makes, a digit each.
 *
 * -a: a signal handler may jump out of any line, not just of a wait or out of ask().
 * -u: answers are not shared (GAISHIM_LOCK=global).
 */
#include "flight_model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const option_names[] = {
	"goes on", "looks up A", "looks up B", "error", "out of memory", "is cancelled",
	"longjmp (handlers run)", "setcontext (no handler runs)", "forks; now the child",
	"switches to its other stack", "wakes for nothing", "has no more patience",
	"wakes task 0", "wakes task 1", "wakes task 2", "wakes task 3",
	"wakes task 4", "wakes task 5", "wakes nobody",
};

static const char *const place_names[] = {
	"idle", "at the lock", "unlocked", "in ask", "waiting", "choosing", "on its other stack", "parked", "ended",
};

bool anywhere;

/* Without a fault. */
static unsigned free_options(int number)
{
	const struct task_state *task = &m.task[number];
	const struct thread_state *thread = &m.thread[number % THREADS];

	if (m.gone & 1u << number)
		return 0;
	if (m.choosing >= 0)
		return m.choosing == number ? task->options & (1u << GO | ~0u << WHOM) : 0;
	switch (task->place) {
	case IDLE:
		/* One of the two hosts is looked up first: call it A. */
		return number == 0 && thread->begun == 0 ? 1u << HOST_A : 1u << HOST_A | 1u << HOST_B;
	case PARKED:
		return thread->away ? 1u << HOST_A | 1u << HOST_B : 0;
	case SWITCHED:
		return thread->away ? 0 : 1u << GO;
	case LOCKING:
		return is_free() ? 1u << GO : 0;
	case UNLOCKED:
		return 1u << GO;
	case ASKING:
		return task->host == HOST_A ? 1u << GO | 1u << ERROR : 1u << GO; /* B is always there */
	case WAITING:
		return task->woken ? 1u << GO : 0;
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
		return task->options & ~(1u << GO | ~0u << WHOM);
	if (m.choosing >= 0) /* a fork does not wait until we are done */
		return anywhere && (task->place == IDLE || task->place == ASKING) ? fork : 0;
	switch (task->place) {
	case IDLE:
		return fork;
	case ASKING:
		return leaving | fork | 1u << OUT_OF_MEMORY | (leaving ? 1u << SWITCH : 0);
	case WAITING:
		return leaving | (task->woken ? 0 : fork | 1u << SPURIOUS | 1u << TIMEOUT);
	default:
		return 0;
	}
}

static bool is_waiting(int task)
{
	return !(m.gone & 1u << task) && m.task[task].place == WAITING && !m.task[task].woken;
}

/* Nothing more happens by itself: who waits has its patience alone. */
static bool is_over(void)
{
	for (int task = 0; task < TASKS; task++)
		if (free_options(task) != 0)
			return false;
	return true;
}

bool is_late(void)
{
	return m.torn || m.vanished || m.ghosted || is_over();
}

static unsigned options(int task)
{
	unsigned all = free_options(task) | fault_options(task);

	if (is_waiting(task) && is_late())
		all |= 1u << TIMEOUT;
	return all;
}

static const void *next_seat(struct _pthread_cleanup_buffer **at)
{
	const void *seat = *at != NULL ? (*at)->__arg : NULL;

	if (*at != NULL)
		*at = (*at)->__prev;
	return seat;
}

/* Who is in a flight. */
struct crew {
	unsigned leaders, waiters, awake;
};

static struct crew crew_of(const void *flight, const struct flight_view *view)
{
	struct crew crew = { 0 };

	for (int thread = 0; thread < THREADS; thread++) {
		struct _pthread_cleanup_buffer *at = m.thread[thread].handlers;
		const void *seat;

		if (m.gone & 1u << thread || m.thread[thread].left)
			continue;
		while ((seat = next_seat(&at)) != NULL) {
			struct seat_view one = view_seat(seat);

			if (one.flight != flight)
				continue;
			crew.leaders += one.part == VIEW_LEADING && one.turn == view->leaders;
			crew.waiters += one.part == VIEW_WAITING;
			crew.awake += one.part == VIEW_WAITING && !is_waiting(thread) && !is_waiting(thread + THREADS);
		}
	}
	return crew;
}

static void check_flight(const void *flight)
{
	struct flight_view view = view_flight(flight);
	struct crew crew = crew_of(flight, &view);

	if (!((bool *)m.entry_live)[((const unsigned char *)flight - entries[0][0]) / ENTRY])
		fail("an entry in use is freed");
	if (!view.current)
		return;
	if (view.state == VIEW_OUT && crew.leaders != 1 && !m.vanished)
		fail("%u leaders of a flight that is out", crew.leaders);
	if (view.state == VIEW_VACANT && crew.awake == 0 && !m.vanished && !m.ghosted)
		fail("nobody leads, and nobody is awake to");
	if (view.waiters != crew.waiters && !m.vanished && !m.switched)
		fail("%u waiters, counted as %u", crew.waiters, view.waiters);
}

/* True in every state in which nobody has the lock. */
static void check(void)
{
	size_t count = 0;
	unsigned listed = 0;
	bool over = is_over();

	for (int task = 0; over && task < TASKS; task++)
		if (is_waiting(task) && !m.vanished && !m.child && !m.ghosted && !m.torn)
			fail("a wake-up is lost: task %d has nothing but its patience", task);
	if (!is_free() || m.choosing >= 0 || m.torn)
		return;
	for (const void *flight = subject_first(); flight != NULL; count++) {
		struct flight_view view = view_flight(flight);
		unsigned key = 1u << (memcmp(view.key, &keys[0], sizeof keys[0]) == 0);

		if (!view.listed || !view.current || view.state == VIEW_LANDED)
			fail("an entry is in the table that must not be");
		if (listed & key)
			fail("two entries for one host");
		listed |= key;
		check_flight(flight);
		flight = view.next;
	}
	if (count != subject_count())
		fail("%zu entries, counted as %zu", count, subject_count());
	for (int thread = 0; thread < THREADS; thread++) {
		struct _pthread_cleanup_buffer *at = m.thread[thread].handlers;
		const void *seat;

		if (m.gone & 1u << thread || m.thread[thread].left)
			continue;
		while ((seat = next_seat(&at)) != NULL)
			if (view_seat(seat).part == VIEW_WAITING)
				check_flight(view_seat(seat).flight);
	}
}

static void stuck(void)
{
	for (int task = 0; task < TASKS; task++)
		if (!(m.gone & 1u << task) && m.task[task].place != (task < THREADS ? ENDED : PARKED))
			fail("task %d hangs %s", task, place_names[m.task[task].place]);
	if (m.torn)
		return;
	/* A frame that is left for good keeps its entry: should it come back. */
	if (!m.vanished && (subject_count() != 0 || subject_first() != NULL))
		fail("the table is not empty");
	for (int thread = 0; thread < THREADS; thread++)
		for (int number = 0; number < LOOKUPS_MAX; number++)
			if (m.entry_live[number][thread] && !m.inherited[number][thread] && !m.vanished)
				fail("an entry is left: of thread %d", thread);
	for (int i = 0; i < ANSWERS; i++)
		if (m.answers[i].live && !m.answers[i].inherited && !m.vanished)
			fail("an answer is left: of thread %d", i / 2 % THREADS);
}

static const char *tell(int task, int option)
{
	static char text[100];

	if (m.task[task].place == CHOOSING && option == GO)
		return NULL; /* the fault that was offered did not happen */
	snprintf(text, sizeof text, "%s: %s", place_names[m.task[task].place], option_names[option]);
	return text;
}

int main(int argc, char **argv)
{
	static const struct model model = { options, check, stuck, tell };

	int numbers = 0;

	if (argc < 3 || strlen(argv[1]) != THREADS)
		return 2;
	for (int i = 3; i < argc; i++) {
		anywhere |= strcmp(argv[i], "-a") == 0;
		unshared |= strcmp(argv[i], "-u") == 0;
	}
	m.faults = atoi(argv[2]);
	m.choosing = -1;
	for (int thread = 0; thread < THREADS; thread++) {
		m.thread[thread].todo = (unsigned char)(argv[1][thread] - '0');
		if (m.thread[thread].todo > numbers)
			numbers = m.thread[thread].todo;
	}
	numbers += m.faults; /* a switch of stacks makes room for one more */
	if (m.faults > FAULTS_MAX || numbers > LOOKUPS_MAX)
		return 2;
	subject_memory(keys);
	explore_memory(&m, sizeof m);
	explore_memory(entries, (size_t)numbers * sizeof entries[0]);
	for (int thread = 0; thread < THREADS; thread++)
		explore_task(thread, thread, live);
	for (int thread = 0; thread < THREADS; thread++)
		explore_task(thread + THREADS, thread, live_apart);
	explore(&model);
	explore_report("flight");
	return 0;
}
