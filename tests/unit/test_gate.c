/* SPDX-License-Identifier: MIT */
#include "libc/gate.h"

#include "times.h"
#include "unit.h"

#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static sem_t go, entered;
static _Thread_local uint32_t era;

static void setup(void)
{
	sem_init(&go, 0, 0);
	sem_init(&entered, 0, 0);
}

static void *look_up(void *unused)
{
	(void)unused;
	gate_enter(&era);
	sem_post(&entered);
	sem_wait(&go);
	gate_leave(era);
	return NULL;
}

static bool is_entered(void)
{
	int n;

	sem_getvalue(&entered, &n);
	return n > 0;
}

/* Who comes while the gate is closed waits until it opens, or 100 ms. */
START_TEST(test_held)
{
	bool held = false;

	/* The machine may be so busy that we miss those 100 ms: then again. */
	for (int i = 0; i < 20 && !held; i++) {
		pthread_t thread;
		double closed;

		gate_before_fork();
		closed = now();
		ck_assert_int_eq(pthread_create(&thread, NULL, look_up, NULL), 0);
		nanosleep(&(struct timespec){ .tv_nsec = 30000000 }, NULL);
		ck_assert_msg(!is_entered() || now() - closed >= 0.1, "it went in");
		held = !is_entered();
		gate_after_fork();
		sem_wait(&entered);
		sem_post(&go);
		ck_assert_int_eq(pthread_join(thread, NULL), 0);
	}
	ck_assert(held);
}
END_TEST

START_TEST(test_held_not_for_ever)
{
	pthread_t thread;

	gate_before_fork();
	ck_assert_int_eq(pthread_create(&thread, NULL, look_up, NULL), 0);
	sem_wait(&entered);
	gate_after_fork(); /* of no consequence any more */
	sem_post(&go);
	ck_assert_int_eq(pthread_join(thread, NULL), 0);
	gate_before_fork();
	gate_after_fork();
}
END_TEST

/* A fork ends its wait when the last comes home. */
static void *close_and_open(void *unused)
{
	(void)unused;
	gate_before_fork();
	gate_after_fork();
	return NULL;
}

START_TEST(test_many)
{
	pthread_t thread[8];

	for (size_t i = 0; i < 8; i++)
		ck_assert_int_eq(pthread_create(&thread[i], NULL, i % 2 ? close_and_open : look_up, NULL), 0);
	for (size_t i = 0; i < 4; i++)
		sem_post(&go);
	for (size_t i = 0; i < 8; i++)
		ck_assert_int_eq(pthread_join(thread[i], NULL), 0);
}
END_TEST

/* A lookup that waits for a fork waits 100 ms. On a busy machine others may be late
 * too, but not each time. */
static bool enters_at_once(void)
{
	double start, least = 1;

	for (int i = 0; i < 20 && least > 0.05; i++) {
		start = now();
		ck_assert(gate_enter(&era));
		gate_leave(era);
		if (now() - start < least)
			least = now() - start;
	}
	return least < 0.05;
}

/* The thread that forks, and one that is inside already, must not wait. */
START_TEST(test_own)
{
	gate_before_fork();
	gate_before_fork(); /* a handler of that fork forks */
	gate_after_fork();
	ck_assert(enters_at_once());
	gate_after_fork();
	ck_assert(gate_enter(&era));
	gate_before_fork();
	gate_after_fork();
	gate_leave(era);
}
END_TEST

static __attribute__((noinline)) bool deeper(void)
{
	volatile char room[256];

	room[0] = 0;
	return gate_enter(&era) || room[0] != 0;
}

START_TEST(test_nested)
{
	ck_assert(gate_enter(&era));
	ck_assert(!deeper());
	gate_leave(era);
	ck_assert(deeper());
	/* Left by a jump: the frame is gone. */
	ck_assert(gate_enter(&era));
	gate_leave(era);
}
END_TEST

static __attribute__((noinline)) bool deepest(void)
{
	volatile char room[256];

	room[0] = 0;
	return deeper() || room[0] != 0;
}

/* A jump has left the gate without a word: the next fork writes that lookup off, and
 * whoever comes is counted again, as deep as may be. */
START_TEST(test_left)
{
	ck_assert(deeper());
	errno = 0;
	close_and_open(NULL);
	ck_assert_int_eq(errno, 0);
	ck_assert(deepest());
	gate_leave(era);
}
END_TEST

/* In a child nobody is inside, and nobody forks. */
START_TEST(test_reset)
{
	pthread_t thread;

	ck_assert_int_eq(pthread_create(&thread, NULL, look_up, NULL), 0);
	sem_wait(&entered);
	gate_before_fork();
	gate_in_child();
	ck_assert(enters_at_once());
	sem_post(&go);
	ck_assert_int_eq(pthread_join(thread, NULL), 0);
}
END_TEST

/* Forks once, and returns whether the child has doubt. */
static bool child_has_doubt(void)
{
	int status;
	pid_t pid;

	gate_before_fork();
	pid = fork();
	if (pid == 0) {
		gate_in_child();
		_exit(gate_has_doubt());
	}
	gate_after_fork();
	ck_assert_int_gt(pid, 0);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFEXITED(status));
	return WEXITSTATUS(status) == 1;
}

/* The first fork waits for the lookup, the others do not, but the lookup is out all the same. */
START_TEST(test_doubt)
{
	pthread_t thread;

	ck_assert(!child_has_doubt());
	ck_assert_int_eq(pthread_create(&thread, NULL, look_up, NULL), 0);
	sem_wait(&entered);
	for (int i = 0; i < 3; i++)
		ck_assert_msg(child_has_doubt(), "child %d has no doubt", i);
	sem_post(&go);
	ck_assert_int_eq(pthread_join(thread, NULL), 0);
	ck_assert(!child_has_doubt());
}
END_TEST

/* A child in doubt leaves its doubt to its own children. */
START_TEST(test_doubt_is_inherited)
{
	pthread_t thread;

	ck_assert_int_eq(pthread_create(&thread, NULL, look_up, NULL), 0);
	sem_wait(&entered);
	gate_before_fork();
	sem_post(&go);
	ck_assert_int_eq(pthread_join(thread, NULL), 0);
	gate_in_child();
	ck_assert(gate_has_doubt());
	ck_assert(child_has_doubt());
}
END_TEST

/* The child is in that lookup, too, and will give its locks back. */
START_TEST(test_no_doubt_in_own_lookup)
{
	ck_assert(gate_enter(&era));
	ck_assert(!child_has_doubt());
	gate_leave(era);
	ck_assert(!child_has_doubt());
}
END_TEST

/* A lookup that has waited for a fork for 100 ms goes on, whether the fork is over or not. */
START_TEST(test_doubt_after_a_long_fork)
{
	pthread_t thread;

	gate_before_fork();
	ck_assert_int_eq(pthread_create(&thread, NULL, look_up, NULL), 0);
	sem_wait(&entered);
	gate_in_child();
	ck_assert(gate_has_doubt());
	sem_post(&go);
	ck_assert_int_eq(pthread_join(thread, NULL), 0);
}
END_TEST

static void *abandon_lookup(void *unused)
{
	(void)unused;
	deepest();
	gate_abandon(__builtin_frame_address(0));
	return NULL;
}

/* A lookup whose thread was cancelled is out no more. */
START_TEST(test_abandoned)
{
	pthread_t thread;

	ck_assert_int_eq(pthread_create(&thread, NULL, abandon_lookup, NULL), 0);
	ck_assert_int_eq(pthread_join(thread, NULL), 0);
	ck_assert(!child_has_doubt());
}
END_TEST

static __attribute__((noinline)) void abandon_deeper(void)
{
	volatile char room[256];

	room[0] = 0;
	abandon_lookup((void *)room);
}

/* Only the lookups below that frame are abandoned. */
START_TEST(test_abandoned_within)
{
	ck_assert(gate_enter(&era));
	abandon_deeper();
	gate_leave(era);
	ck_assert(!child_has_doubt());
}
END_TEST

TCase *make_tests(void)
{
	TCase *tcase = tcase_create("gate");

	tcase_set_timeout(tcase, 60);
	tcase_add_checked_fixture(tcase, setup, NULL);
	tcase_add_test(tcase, test_held);
	tcase_add_test(tcase, test_held_not_for_ever);
	tcase_add_test(tcase, test_many);
	tcase_add_test(tcase, test_own);
	tcase_add_test(tcase, test_nested);
	tcase_add_test(tcase, test_left);
	tcase_add_test(tcase, test_reset);
	tcase_add_test(tcase, test_doubt);
	tcase_add_test(tcase, test_doubt_is_inherited);
	tcase_add_test(tcase, test_no_doubt_in_own_lookup);
	tcase_add_test(tcase, test_doubt_after_a_long_fork);
	tcase_add_test(tcase, test_abandoned);
	tcase_add_test(tcase, test_abandoned_within);
	return tcase;
}
