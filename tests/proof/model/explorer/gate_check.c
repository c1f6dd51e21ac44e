/* SPDX-License-Identifier: MIT
 *
 * Three threads that look up and fork, in every order: a thread pauses before each
 * atomic operation and each system call. Time is a choice: a sleep may end by it.
 *
 *   gate ACTIONS FAULTS
 *
 * ACTIONS: how many lookups or forks each thread makes, a digit each.
 */
#include "gate_model.h"

#include <stdio.h>
#include <string.h>

static const char *const option_names[] = {
	"goes on", "looks up", "forks", "is the child now",
	"looks up, within", "forks, within", "jumps away", "is cancelled", "wakes for nothing", "has waited long enough",
};

static const char *const place_names[] = { "idle", "at work", "asleep", "in libc", "in fork", "ended" };

static unsigned free_options(int thread)
{
	if (m.gone & 1u << thread)
		return 0;
	switch (m.thread[thread].place) {
	case IDLE:
		return 1u << LOOK_UP | 1u << FORK;
	case AT_ATOMIC:
	case INSIDE:
		return 1u << GO;
	case CLOSED:
		return 1u << GO | (m.gone == 0 && m.thread[thread].depth == 1 + m.thread[thread].inside ? 1u << CHILD : 0);
	case ASLEEP:
		return m.thread[thread].woken ? 1u << GO : 0;
	default:
		return 0;
	}
}

static unsigned fault_options(int thread)
{
	if (m.faults == 0 || m.gone & 1u << thread)
		return 0;
	switch (m.thread[thread].place) {
	case AT_ATOMIC:
		return 1u << JUMP;
	case INSIDE:
		return 1u << JUMP | (m.thread[thread].depth == 1 ? 1u << CANCEL : 0)
		       | (m.thread[thread].depth < 3 ? 1u << NEST | 1u << NEST_FORK : 0);
	case CLOSED:
		return 1u << JUMP | (m.thread[thread].depth < 3 ? 1u << NEST | 1u << NEST_FORK : 0);
	case ASLEEP:
		return 1u << JUMP | 1u << TIMEOUT | 1u << SPURIOUS;
	default:
		return 0;
	}
}

static bool is_asleep(int thread)
{
	return !(m.gone & 1u << thread) && m.thread[thread].place == ASLEEP && !m.thread[thread].woken;
}

/* Nothing more happens by itself: who sleeps is woken by the clock alone. */
bool is_over(void)
{
	for (int thread = 0; thread < THREADS; thread++)
		if (free_options(thread) != 0)
			return false;
	return true;
}

static unsigned options(int thread)
{
	return free_options(thread) | fault_options(thread) | (is_asleep(thread) && is_over() ? 1u << TIMEOUT : 0);
}

/* Nobody is woken, and that is as told: a fork waits in vain for those who were lost when
 * it began, lookups that fork wait for one another, and a lookup that would wait no longer
 * for a fork, which takes its limit ten times over, lets it wait for the clock. */
static bool is_excused(void)
{
	for (int thread = 0; thread < THREADS; thread++)
		if (is_asleep(thread) && m.in_close[thread] && m.lost & era_bit(m.thread[thread].close_era))
			return true;
	return m.fork_lost || m.broken_in || m.forks_within > 1;
}

static void check(void)
{
	uint32_t counted = 0, overdue = 0;
	bool over = is_over();

	for (int thread = 0; thread < THREADS; thread++) {
		if (m.gone & 1u << thread)
			continue;
		if (over && is_asleep(thread) && !is_excused())
			fail("thread %d sleeps, and nobody will wake it", thread);
		if (!m.thread[thread].inside)
			continue;
		if (m.thread[thread].era != subject_era()) {
			overdue += subject_is_own(m.thread[thread].era);
			continue;
		}
		counted++;
		for (int other = 0; other < THREADS; other++)
			if (other != thread && !(m.gone & 1u << other) && m.thread[other].closed > 0
			    && !m.thread[other].late && m.thread[thread].forks == 0
			    && !m.broken_in && !m.fork_lost)
				fail("thread %d forks while thread %d is in libc", other, thread);
	}
	if (subject_inside() < counted || subject_inside() > THREADS + 2)
		fail("%u inside, counted as %u", counted, subject_inside());
	if (subject_overdue() < overdue || subject_overdue() > 2 * THREADS + 2)
		fail("%u overdue, counted as %u", overdue, subject_overdue());
	if (subject_forks() > THREADS + 2)
		fail("%u forks", subject_forks());
}

static void stuck(void)
{
	for (int thread = 0; thread < THREADS; thread++)
		if (!(m.gone & 1u << thread) && m.thread[thread].place != ENDED)
			fail("thread %d hangs %s", thread, place_names[m.thread[thread].place]);
	if (subject_inside() != 0 && !m.lost)
		fail("%u inside at the end", subject_inside());
	if (subject_overdue() != 0 && !m.ever_lost)
		fail("%u overdue at the end", subject_overdue());
	if (subject_forks() != 0 && !m.fork_lost)
		fail("%u forks at the end", subject_forks());
}

static const char *tell(int thread, int option)
{
	static char text[100];

	snprintf(text, sizeof text, "%s: %s", place_names[m.thread[thread].place], option_names[option]);
	return text;
}

int main(int argc, char **argv)
{
	static const struct model model = { options, check, stuck, tell };

	if (argc != 3 || strlen(argv[1]) != THREADS)
		return 2;
	m.faults = argv[2][0] - '0';
	subject_memory();
	explore_memory(&m, sizeof m);
	for (int thread = 0; thread < THREADS; thread++) {
		m.thread[thread].todo = (unsigned char)(argv[1][thread] - '0');
		explore_task(thread, thread, live);
	}
	explore(&model);
	explore_report("gate");
	return 0;
}
