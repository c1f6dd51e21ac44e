/* SPDX-License-Identifier: MIT */
/*
 * The clock is set forward or back, and then right again while callers wait: an
 * answer is late in real time.
 * The clocks that everything in this process reads are those below; the
 * machine's stay as they are, and measure.
 */
#include "callers.h"

#include <stdatomic.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>

/* Seconds: when an answer is late. */
static const double late = 0.4 * 0.9, at_last = 30;

enum { DAY = 86400 };

static atomic_long wall, monotonic; /* seconds by which they are wrong */

int clock_gettime(clockid_t clock, struct timespec *time)
{
	int rc = (int)syscall(SYS_clock_gettime, clock, time);

	if (rc == 0)
		time->tv_sec += clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE ? wall : monotonic;
	return rc;
}

int gettimeofday(struct timeval *restrict day, void *restrict zone)
{
	struct timespec time;

	(void)zone;
	clock_gettime(CLOCK_REALTIME, &time);
	*day = (struct timeval){ time.tv_sec, time.tv_nsec / 1000 };
	return 0;
}

time_t time(time_t *seconds)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	if (seconds != NULL)
		*seconds = now.tv_sec;
	return now.tv_sec;
}

static double real_now(void)
{
	struct timespec time;

	syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void set_clocks(long wall_seconds, long monotonic_seconds)
{
	wall = wall_seconds;
	monotonic = monotonic_seconds;
}

/* The last two are what no system does, but libfaketime. */
static const struct { long wall, monotonic; } jumps[] = {
	{ DAY, 0 }, { -DAY, 0 }, { DAY, DAY }, { -DAY, -DAY },
};

START_TEST(clock_set_while_callers_wait)
{
	const struct question q = { .host = "once.gate.fake", .service = "80" };
	struct herd *leader = start_herd(1, q), *waiters;
	double begun, waited;
	int calls;

	await(fake->running() == 1);
	set_clocks(jumps[_i].wall, jumps[_i].monotonic);
	begun = real_now();
	waiters = start_herd(5, q);
	nap(100);
	set_clocks(0, 0);
	nap(100);
	calls = fake->calls(q.host);
	/* Unless the machine stood still meanwhile they are all there. */
	if (real_now() - begun < late)
		ck_assert_int_eq(calls, 1);
	herd_join(waiters);
	waited = real_now() - begun;
	ck_assert_double_ge(waited, late);
	ck_assert_double_lt(waited, at_last);
	ck_lookups(q.host, 2, begun);
	for (size_t i = 0; i < waiters->n; i++)
		ck_right(&waiters->caller[i]);
	herd_end(waiters);
	fake->open_gate();
	herd_end_right(leader);
}
END_TEST

static atomic_bool ended;

static void *set_again_and_again(void *unused)
{
	for (long sign = 1; !ended; sign = -sign) {
		set_clocks(sign * DAY, sign * DAY);
		usleep(500);
	}
	return unused;
}

/* Lookups, those that wait, and forks, which wait for them. */
START_TEST(clock_set_all_the_time)
{
	const struct question stuck = { .host = "gate.fake" };
	struct herd *herd = start_herd(1, stuck);
	double begun = real_now();
	pthread_t setter;

	while (fake->running() < 1)
		usleep(1000);
	ck_assert_int_eq(pthread_create(&setter, NULL, set_again_and_again, NULL), 0);
	for (int i = 0; i < 50; i++) {
		pid_t pid = fork();
		int status;

		if (pid == 0) {
			struct caller caller = { .q = { .host = "ms-1.fake" } };

			alarm(20);
			ask(&caller);
			_exit(wrong(&caller) != NULL);
		}
		ck_assert_int_gt(pid, 0);
		ck_assert_int_eq(waitpid(pid, &status, 0), pid);
		ck_assert_int_eq(status, 0);
		ask_right((struct question){ .host = "127.0.0.1", .no_hints = true });
		herd_end_right(start_herd(4, (struct question){ .host = "ms-5.fake" }));
	}
	ended = true;
	ck_assert_int_eq(pthread_join(setter, NULL), 0);
	set_clocks(0, 0);
	ck_assert_double_lt(real_now() - begun, 60);
	fake->open_gate();
	herd_end_right(herd);
}
END_TEST

TCase *make_tests(void)
{
	TCase *tcase;

	if (dlsym(RTLD_DEFAULT, "clock_gettime") != (void *)clock_gettime) {
		fputs("the clocks here are not those that all read\n", stderr);
		exit(99);
	}
	tcase = callers_case("clocks");
	tcase_set_timeout(tcase, 60);
	ADD_ROWS(tcase, clock_set_while_callers_wait, jumps);
	tcase_add_test(tcase, clock_set_all_the_time);
	return tcase;
}
