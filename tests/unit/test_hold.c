/* SPDX-License-Identifier: MIT */
/* The answers that GAISHIM_HOLD keeps. Here a key is a number, and an answer is a number in
 * memory of its own. */
#include "hold.h"

#include "filter.h"
#include "libc/clock.h"
#include "times.h"
#include "unit.h"

#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { STAMP = 5 };

static atomic_int copies; /* answers that are not freed */
static void (*in_copy)(void);

static void *copy(const void *answer)
{
	int *own = malloc(sizeof *own);

	if (in_copy != NULL)
		in_copy();
	*own = *(const int *)answer;
	copies++;
	return own;
}

static void discard(void *answer)
{
	free(answer);
	copies--;
}

static const struct flight_kind kind = { .copy = copy, .discard = discard };
static const struct flight_kind other_kind = { .copy = copy, .discard = discard };

static void keep(int key, int answer)
{
	hold_keep(&kind, &key, sizeof key, STAMP, INT64_MAX, &answer);
}

/* Returns the answer, or -1. */
static int find(int key)
{
	void *found = NULL;
	int answer;

	if (!hold_find(&kind, &key, sizeof key, STAMP, &found)) {
		ck_assert_ptr_null(found);
		return -1;
	}
	answer = *(int *)found;
	discard(found);
	return answer;
}

START_TEST(test_kept)
{
	errno = 77;
	ck_assert_int_eq(find(1), -1);
	keep(1, 10);
	keep(2, 20);
	ck_assert_int_eq(find(1), 10);
	ck_assert_int_eq(find(2), 20);
	ck_assert_int_eq(find(1), 10); /* it stays */
	ck_assert_int_eq(find(3), -1);
	ck_assert_int_eq(copies, 2);
	ck_assert_int_eq(errno, 77);
}
END_TEST

/* The same bytes of another call, or fewer of them, are another question. */
START_TEST(test_other_questions)
{
	int key = 1;
	void *found;

	keep(key, 10);
	ck_assert(!hold_find(&other_kind, &key, sizeof key, STAMP, &found));
	ck_assert(!hold_find(&kind, &key, sizeof key - 1, STAMP, &found));
}
END_TEST

START_TEST(test_newer_answer_replaces)
{
	for (int i = 0; i < 3 * HELD_MOST; i++)
		keep(1, i);
	ck_assert_int_eq(find(1), 3 * HELD_MOST - 1);
	ck_assert_int_eq(copies, 1);
}
END_TEST

/* The oldest goes first, and there are never more. */
START_TEST(test_ring)
{
	for (int i = 0; i < HELD_MOST; i++)
		keep(i, i);
	ck_assert_int_eq(copies, HELD_MOST);
	ck_assert_int_eq(find(0), 0);
	for (int i = HELD_MOST; i < 2 * HELD_MOST + 7; i++) {
		keep(i, i);
		ck_assert_int_eq(find(i - HELD_MOST), -1);
		ck_assert_int_eq(find(i - HELD_MOST + 1), i - HELD_MOST + 1);
		ck_assert_int_eq(find(i), i);
		ck_assert_int_eq(copies, HELD_MOST);
	}
}
END_TEST

/* For that long, and no longer: then its memory is free, too. */
START_TEST(test_until)
{
	const int64_t until = clock_now() + 50000000;
	int key = 1, answer = 10;

	hold_keep(&kind, &key, sizeof key, STAMP, until, &answer);
	while (clock_now() < until) {
		bool found = find(1) == 10;

		ck_assert(found || clock_now() >= until);
	}
	ck_assert_int_eq(find(1), -1);
	ck_assert_int_eq(copies, 0);
}
END_TEST

START_TEST(test_another_stamp)
{
	int key = 1;
	void *found;

	keep(1, 10);
	ck_assert(!hold_find(&kind, &key, sizeof key, STAMP + 1, &found));
	ck_assert_int_eq(copies, 0); /* it is dropped */
	ck_assert_int_eq(find(1), -1);
}
END_TEST

START_TEST(test_child_begins_without)
{
	int status;
	pid_t child;

	keep(1, 10);
	child = fork();
	if (child == 0) {
		bool empty = find(1) == -1;

		keep(1, 11);
		_exit(empty && find(1) == 11 ? 0 : 1);
	}
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_int_eq(status, 0);
	ck_assert_int_eq(find(1), 10);
}
END_TEST

/* The lock is held while an answer is copied: whoever asks then, on the same thread, finds and
 * keeps nothing, and comes back. */
static int found_inside;

static void ask_inside(void)
{
	void (*function)(void) = in_copy;

	in_copy = NULL;
	found_inside = find(1);
	keep(2, 20);
	in_copy = function;
}

START_TEST(test_inside)
{
	double begun;

	keep(1, 10);
	in_copy = ask_inside;
	begun = now();
	found_inside = 0;
	ck_assert_int_eq(find(1), 10);
	ck_assert_double_lt(now() - begun, 1);
	ck_assert_int_eq(found_inside, -1);
	in_copy = NULL;
	ck_assert_int_eq(find(2), -1);
	ck_assert_int_eq(find(1), 10);
}
END_TEST

static sigjmp_buf out;

static void jump_away(void)
{
	siglongjmp(out, 1);
}

/* A jump leaves the lock taken. Then nothing is kept any more, and that costs no time. */
START_TEST(test_jump)
{
	double begun;

	keep(1, 10);
	in_copy = jump_away;
	if (sigsetjmp(out, 1) == 0)
		find(1);
	in_copy = NULL;
	begun = now();
	for (int i = 0; i < 20000; i++)
		ck_assert_int_eq(find(1), -1);
	keep(2, 20);
	ck_assert_double_lt(now() - begun, 4); /* a millisecond for each would be 20 s */
	ck_assert_int_eq(find(2), -1);
}
END_TEST

/* A filter that does not know statx(2) does not end the process, nor hide a change. */
START_TEST(test_stamp_in_a_filter)
{
	uint64_t stamp = hold_stamp();

	if (!refuse_call(SYS_statx, true)) {
		puts("# SKIP a filter that does not know statx: this kernel has no seccomp filters");
		return;
	}
	errno = 77;
	ck_assert_uint_eq(hold_stamp(), stamp);
	ck_assert_int_eq(errno, 77);
}
END_TEST

static void *keep_and_find(void *argument)
{
	const int first = *(int *)argument, rounds = SANITIZER("") ? 2000 : 20000;

	for (int i = 0; i < rounds; i++) {
		int key = first + i % 600, answer;

		keep(key, key);
		answer = find(key);
		if (answer != -1 && answer != key)
			return argument;
		answer = find(i % 1200);
		if (answer != -1 && answer != i % 1200)
			return argument;
	}
	return NULL;
}

START_TEST(test_threads)
{
	int first[] = { 0, 300, 600, 0 };
	pthread_t threads[4];
	void *wrong;

	for (int i = 0; i < 4; i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, keep_and_find, &first[i]), 0);
	for (int i = 0; i < 4; i++) {
		pthread_join(threads[i], &wrong);
		ck_assert_ptr_null(wrong);
	}
	ck_assert_int_le(copies, HELD_MOST);
}
END_TEST

TCase *make_tests(void)
{
	TCase *tests = tcase_create("hold");

	tcase_add_test(tests, test_kept);
	tcase_add_test(tests, test_other_questions);
	tcase_add_test(tests, test_newer_answer_replaces);
	tcase_add_test(tests, test_ring);
	tcase_add_test(tests, test_until);
	tcase_add_test(tests, test_another_stamp);
	tcase_add_test(tests, test_child_begins_without);
	tcase_add_test(tests, test_inside);
	if (!SANITIZER("")) /* which know of a lock that is never released */
		tcase_add_test(tests, test_jump);
#if defined __x86_64__ || defined __aarch64__
	tcase_add_test(tests, test_stamp_in_a_filter);
#endif
	tcase_add_test(tests, test_threads);
	return tests;
}
