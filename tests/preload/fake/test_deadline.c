/* SPDX-License-Identifier: MIT */
/* GAISHIM_DEADLINE: no lookup of any call takes longer, whatever libc does. */
#include "callers.h"
#include "logged.h"

#include <errno.h>
#include <semaphore.h>
#include <time.h>

/* Seconds. A busy machine may be late. */
static const double deadline = 0.5, least = 0.49, most = 20;

/* What a lookup comes to that is too late, in each call. */
static struct question too_late(enum call call, const char *host)
{
	struct question q = { .host = host, .call = call, .code = TRY_AGAIN, .error = EAGAIN };

	if (call == GETADDRINFO || call == NAMEINFO)
		q.code = EAI_AGAIN;
	return q;
}

START_TEST(stuck_lookup_ends)
{
	double took = ask_right(too_late((enum call)_i, "gate.fake"));
	char line[128];

	ck_assert_double_ge(took, least);
	ck_assert_double_lt(took, most);
	snprintf(line, sizeof line, "%s host=.* how=hedged ms=[0-9]+ asks=[0-9]+ shared=0 code=(EAI|TRY)_AGAIN",
	         call_names[_i]);
	ck_logged(read_log(), 1, line);
	fake->open_gate();
	ask_right((struct question){ .host = "gate.fake", .call = (enum call)_i });
}
END_TEST

START_TEST(lookup_in_time_is_answered)
{
	ask_right((struct question){ .host = "ms-100.fake", .call = (enum call)_i });
	ask_right((struct question){ .host = "127.0.0.1", .service = "80" });
}
END_TEST

/* A caller has its own time, whoever asked first. */
START_TEST(each_caller_has_its_own)
{
	struct herd *first = start_herd(5, too_late(GETADDRINFO, "gate.fake")), *second;

	await(fake->running() >= 1);
	nap(250);
	second = start_herd(5, too_late(GETADDRINFO, "gate.fake"));
	herd_join_between(first, least, most);
	herd_join_between(second, least, most);
	herd_end(first);
	herd_end(second);
	fake->open_gate();
}
END_TEST

/* Wait for a semaphore, so in futex(2), for 80 ms. */
static void hold_up(const char *host)
{
	struct timespec until;
	sem_t never;

	(void)host;
	sem_init(&never, 0, 0);
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_nsec += 80000000;
	until.tv_sec += until.tv_nsec / 1000000000;
	until.tv_nsec %= 1000000000;
	while (sem_timedwait(&never, &until) != 0 && errno == EINTR)
		;
}

/* On a busy machine a thread may wait long for a lock of libc's, which another lookup holds. That
 * is no reason for its caller to ask by itself, without an end. */
START_TEST(lookup_held_up_by_others_ends)
{
	double took;

	fake->hook(hold_up);
	took = ask_right(too_late((enum call)_i, "hook.gate.fake"));
	ck_assert_double_ge(took, least);
	ck_assert_double_lt(took, most);
	ck_assert_int_eq(fake->calls("hook.gate.fake"), 1);
	fake->open_gate();
}
END_TEST

/* There are 256 threads at most. A caller who waits for one does not wait longer. */
START_TEST(more_hosts_than_threads)
{
	enum { HOSTS = 300, THREADS_MOST = 256 };
	size_t n = scaled(HOSTS), before = count_tasks();
	struct herd *herd = herd_of(n, too_late(GETADDRINFO, NULL));
	static char hosts[HOSTS][40];

	for (size_t i = 0; i < n; i++) {
		snprintf(hosts[i], sizeof hosts[i], "gate.host%zu.fake", i);
		herd->caller[i].q.host = hosts[i];
	}
	herd_start(herd);
	herd_join_between(herd, least, most);
	ck_assert_int_le(fake->running_max(), THREADS_MOST);
	herd_end(herd);
	/* They are still out, and the next one does not wait longer. */
	ck_assert_double_lt(ask_right(too_late(GETADDRINFO, "gate.another.fake")), most);
	fake->open_gate();
	await(tasks_are(before));
	ask_right((struct question){ .host = "quick.fake" });
}
END_TEST

TCase *make_tests(void)
{
	char value[16];
	TCase *tcase;

	snprintf(value, sizeof value, "%g", deadline);
	with_environment("GAISHIM_DEADLINE", value);
	with_log();
	tcase = callers_case("deadline");
	tcase_add_checked_fixture(tcase, NULL, remove_log);
	ADD_CALLS(tcase, stuck_lookup_ends);
	ADD_CALLS(tcase, lookup_in_time_is_answered);
	ADD_CALLS(tcase, lookup_held_up_by_others_ends);
	tcase_add_test(tcase, each_caller_has_its_own);
	tcase_add_test(tcase, more_hosts_than_threads);
	return tcase;
}
