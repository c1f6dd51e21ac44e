/* SPDX-License-Identifier: MIT
 *
 * Three threads that look up two hosts, in every order and with every mishap that a
 * budget of faults allows. What is checked is told in ../README, too.
 *
 *   flight LOOKUPS FAULTS [-a] [-c] [-n] [-u]
 *
 * LOOKUPS: how many each thread makes, a digit each.
 *
 * -a: a signal handler may run at any store: it jumps out, forks, or looks up.
 * -c: the coarse clock is behind the other one.
 * -n: there is no table yet.
 * -u: answers are not shared (GAISHIM_LOCK=global).
 */
#include "flight_model.h"

#include "flight/usual.h"

#include <stdlib.h>
#include <string.h>

bool anywhere, lagging;

/* Who is in a flight. */
struct crew {
	unsigned askers, waiters, awake, holders;
};

static struct crew crew_of(const void *flight)
{
	struct crew crew = { 0 };

	for (int task = 0; task < TASKS; task++) {
		const struct task_state *one = &m.task[task];
		struct caller_view caller = { 0 };

		if (m.gone & 1u << task)
			continue;
		crew.askers += one->flight == flight && !one->left;
		crew.askers += one->pending == flight;
		if (one->caller != NULL)
			caller = view_caller(one->caller);
		if (caller.flight != flight)
			continue;
		crew.askers += caller.part == VIEW_ASKING;
		crew.waiters += caller.part == VIEW_WAITING;
		crew.awake += caller.part == VIEW_WAITING && !is_waiting(task);
	}
	crew.holders = crew.askers + crew.waiters;
	return crew;
}

/* A lost frame may count on, and a jump may leave a count too high; never too low. */
static bool is_counted(unsigned count, unsigned there)
{
	if (m.torn || m.vanished || m.switched)
		return count >= there && count <= there + THREADS;
	return count == there;
}

static void check_flight(const void *flight)
{
	struct flight_view view = view_flight(flight);
	struct crew crew = crew_of(flight);

	if (!((bool *)m.entry_live)[slot_of(flight)])
		fail("an entry in use is freed");
	if (!view.own)
		return;
	if (view.askers == 0 && crew.awake == 0 && !view.landed && !m.ghosted && !m.torn)
		fail("nobody asks, and nobody is awake to");
	if (!is_counted(view.askers, crew.askers) || !is_counted(view.waiters, crew.waiters)
	    || !is_counted(view.holders, crew.holders))
		fail("%u askers, %u waiters, counted as %u, %u and %u", crew.askers, crew.waiters,
		     view.askers, view.waiters, view.holders);
}

/* It must see to the flight in time: soon, if no ask began after it came. */
static void check_wait(const struct task_state *task, const struct caller_view *caller)
{
	const int64_t most = INT64_C(30000000000); /* whatever happens */
	struct flight_view view = view_flight(caller->flight);
	int64_t soon = task->joined + USUAL_MOST + 1;

	if (!view.own)
		return;
	if (caller->came <= view.answered_until || view.deserted)
		fail("it sleeps, and could be told");
	if (task->until > m.now + most)
		fail("it sleeps for longer than anybody asks");
	for (int ours = CALLERS; ours < TASKS; ours++)
		if (m.task[ours].flight == caller->flight && m.task[ours].place == STUCK
		    && m.now > task->joined + 10 * INT64_C(1000000000))
			fail("it waits for a thread that waits for it");
	if (unshared || view.asked >= caller->came || crew_of(caller->flight).awake > 0 || m.ghosted)
		return;
	if (task->until > soon)
		fail("nobody asks for it, and it sleeps for %lld ms more",
		     (long long)(task->until - m.now) / 1000000);
}

static void check_seats(void)
{
	for (int task = 0; task < TASKS; task++) {
		struct caller_view caller = { 0 };

		if (m.gone & 1u << task)
			continue;
		if (m.task[task].flight != NULL && !m.task[task].left)
			check_flight(m.task[task].flight);
		if (m.task[task].caller != NULL)
			caller = view_caller(m.task[task].caller);
		if (caller.flight != NULL)
			check_flight(caller.flight);
		if (caller.part == VIEW_WAITING && is_waiting(task) && !m.torn)
			check_wait(&m.task[task], &caller);
	}
}

/* True in every state in which nobody has the lock. */
static void check(void)
{
	unsigned listed = 0;
	bool untold = is_over() && !m.vanished && !m.child && !m.ghosted && !m.torn && !anybody_is_stuck();

	for (int task = 0; untold && task < CALLERS; task++)
		if (is_waiting(task))
			fail("a wake-up is lost: task %d has nothing but time", task);
	if (!is_quiet() || m.choosing >= 0)
		return;
	check_seats();
	for (const void *flight = subject_first(m.process.table); flight != NULL && !m.torn;) {
		struct flight_view view = view_flight(flight);
		unsigned key = 1u << (memcmp(view.key, &keys[0], sizeof keys[0]) == 0);

		if (!view.listed || !view.own || view.landed || view.deserted)
			fail("an entry is in the table that must not be");
		if (listed & key)
			fail("two entries for one host");
		listed |= key;
		check_flight(flight);
		flight = view.next;
	}
}

static void stuck(void)
{
	for (int task = 0; task < TASKS; task++) {
		enum place last = task < THREADS ? ENDED : PARKED;

		if (!(m.gone & 1u << task) && m.task[task].place != last)
			fail("task %d hangs %s", task, place_names[m.task[task].place]);
	}
	/* A frame that is left for good keeps its entry: should it come back. */
	if (m.torn || m.vanished)
		return;
	for (int i = 0; !m.child && i < TABLES; i++)
		if (m.table_used[i] && subject_table(i) != m.process.table)
			fail("a table is left");
	if (subject_first(m.process.table) != NULL)
		fail("the table is not empty");
	for (int i = 0; i < SLOTS * THREADS; i++)
		if (((bool *)m.entry_live)[i] && !((bool *)m.inherited)[i])
			fail("an entry is left: of thread %d", i % THREADS);
	for (int i = 0; i < ANSWERS; i++)
		if (m.answers[i].live && !m.answers[i].inherited)
			fail("an answer is left");
}

static void read_options(int argc, char **argv)
{
	bool bare = false;

	for (int i = 3; i < argc; i++) {
		anywhere |= strcmp(argv[i], "-a") == 0;
		lagging |= strcmp(argv[i], "-c") == 0;
		bare |= strcmp(argv[i], "-n") == 0;
		unshared |= strcmp(argv[i], "-u") == 0;
	}
	if (!bare)
		subject_open_table();
}

int main(int argc, char **argv)
{
	static const struct model model = { options_of, check, stuck, tell_step };

	if (argc < 3 || strlen(argv[1]) != THREADS)
		return 2;
	m.choosing = -1;
	m.now = START;
	for (int thread = 0; thread < THREADS; thread++)
		m.thread[thread].todo = (unsigned char)(argv[1][thread] - '0');
	read_options(argc, argv);
	m.faults = atoi(argv[2]);
	if (m.faults > FAULTS_MAX)
		return 2;
	subject_memory(keys);
	explore_memory(&m, sizeof m);
	explore_memory(entries, sizeof entries);
	for (int thread = 0; thread < THREADS; thread++)
		explore_task(thread, thread, live);
	for (int thread = 0; thread < THREADS; thread++)
		explore_task(thread + THREADS, thread, live_apart);
	for (int task = CALLERS; task < TASKS; task++)
		explore_task(task, task - THREADS, live_as_ours);
	explore(&model);
	explore_report("flight");
	return 0;
}
