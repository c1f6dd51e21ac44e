/* SPDX-License-Identifier: MIT */
/*
 * clock.c and gate.c are here twice: as the object has them, and below under other
 * names, as on a machine whose kernel has no vDSO.
 */
#include "filter.h"
#include "unit.h"

static unsigned long no_vdso(unsigned long type);

#define getauxval no_vdso
#define clock_now blind_now
#define clock_coarse blind_coarse
#define gate_enter blind_enter
#define gate_leave blind_leave
#define gate_before_fork blind_close
#define gate_after_fork blind_open
#define gate_in_child blind_reset
#define gate_abandon blind_abandon
#define gate_has_doubt blind_doubt
#define gate_is_closed blind_is_closed
#define gate_fork_wait blind_fork_wait
#include "libc/clock.c"
#include "libc/gate.c"
#undef getauxval
#undef clock_now
#undef clock_coarse

#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <sys/wait.h>

int64_t clock_now(void);
int64_t clock_coarse(void);

/* getauxval sets errno, too, if the kernel has not told. */
static unsigned long no_vdso(unsigned long type)
{
	(void)type;
	errno = ENOENT;
	return 0;
}

static int64_t libc_now(void)
{
	struct timespec time;

	ck_assert_int_eq(clock_gettime(CLOCK_MONOTONIC, &time), 0);
	return time.tv_sec * SECOND + time.tv_nsec;
}

/* Each call, the first one too, is between what libc's clock says before and after. */
static void check_clock(int64_t (*now)(void), int64_t (*coarse)(void))
{
	errno = ERANGE;
	for (int i = 0; i < 3; i++) {
		int64_t before = libc_now();
		int64_t read = now();
		int64_t tick = coarse();
		int64_t after = libc_now();

		ck_assert_int_ge(read, before);
		ck_assert_int_le(read, after);
		ck_assert_int_le(tick, after);
		ck_assert_int_gt(tick, before - 5 * SECOND); /* a busy machine has late ticks */
	}
	ck_assert_int_eq(errno, ERANGE);
}

START_TEST(test_time)
{
	check_clock(clock_now, clock_coarse);
}
END_TEST

START_TEST(test_time_without_vdso)
{
	check_clock(blind_now, blind_coarse);
}
END_TEST

/* The system call is not allowed, before the first reading or after it. */
START_TEST(test_call_refused)
{
	if (_i >= 2)
		clock_now();
	ck_assert(refuse_call(SYS_clock_gettime, _i % 2 == 1));
	check_clock(clock_now, clock_coarse);
}
END_TEST

/* Without a clock the time goes on all the same, from where it was. */
START_TEST(test_no_clock)
{
	int64_t begun = _i == 0 ? 0 : blind_now(), last = begun;

	ck_assert(refuse_call(SYS_clock_gettime, false));
	errno = ERANGE;
	for (int i = 0; i < 3000; i++) {
		int64_t now = i % 2 == 0 ? blind_now() : blind_coarse();

		if (i == 0)
			ck_assert_int_ge(now, begun - SECOND);
		else
			ck_assert_int_gt(now, last);
		last = now;
	}
	ck_assert_int_gt(last, begun + SECOND);
	ck_assert_int_lt(last, begun + 4 * SECOND);
	ck_assert_int_eq(errno, ERANGE);
}
END_TEST

static sem_t entered, go;

static void *look_up(void *unused)
{
	uint32_t era;

	(void)unused;
	gate_enter(&era);
	sem_post(&entered);
	sem_wait(&go);
	gate_leave(era);
	return NULL;
}

/* A fork waits 10 ms for a lookup, with or without a clock, not ten times as long. The
 * machine may be so busy that it is later, but not each time. */
START_TEST(test_gate_without_clock)
{
	int64_t least = SECOND, most = 0;

	ck_assert(refuse_call(SYS_clock_gettime, false));
	for (int i = 0; i < 20; i++) {
		pthread_t thread;
		int64_t begun, took;

		sem_init(&entered, 0, 0);
		sem_init(&go, 0, 0);
		ck_assert_int_eq(pthread_create(&thread, NULL, look_up, NULL), 0);
		sem_wait(&entered);
		begun = libc_now();
		gate_before_fork();
		took = libc_now() - begun;
		gate_after_fork();
		sem_post(&go);
		ck_assert_int_eq(pthread_join(thread, NULL), 0);
		least = took < least ? took : least;
		most = took > most ? took : most;
	}
	ck_assert_int_ge(most, gate_fork_wait / 2);
	ck_assert_int_lt(least, 3 * gate_fork_wait);
}
END_TEST

/* Whether libc tells the time without the system call: not under valgrind, nor where
 * the machine's clock cannot be read by a program. */
static bool libc_needs_no_call(void)
{
	struct timespec time;
	int status;
	pid_t child = fork();

	if (child == 0)
		_exit(refuse_call(SYS_clock_gettime, true) ? clock_gettime(CLOCK_MONOTONIC, &time) : 1);
	return child > 0 && waitpid(child, &status, 0) == child && status == 0;
}

TCase *make_tests(void)
{
	TCase *tcase = tcase_create("clock");

	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, test_time);
	tcase_add_test(tcase, test_time_without_vdso);
	if (libc_needs_no_call()) {
		tcase_add_loop_test(tcase, test_call_refused, 0, 4);
		tcase_add_loop_test(tcase, test_no_clock, 0, 2);
		tcase_add_test(tcase, test_gate_without_clock);
	} else {
		puts("# SKIP a filter on the clock: libc makes the system call here, or there are no filters");
	}
	return tcase;
}
