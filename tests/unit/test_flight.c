/* SPDX-License-Identifier: MIT
 *
 * Flights by themselves: who shares an answer, and what becomes of a flight whose leader
 * or waiters leave. Answers that are late are test_flight_late.c's.
 */
#include "flights.h"

#include <stdio.h>

enum { CALLERS = 50 };

START_TEST(test_alone)
{
	struct caller caller = plain;

	caller.in_line = _i;
	for (int i = 1; i <= 3; i++) {
		call(&caller);
		ck_assert_int_eq(caller.got_code, 0);
		ck_assert_int_eq(caller.got_answer, i); /* nothing is remembered */
		ck_assert_int_eq(caller.outcome.role, FLIGHT_LED);
		ck_assert_uint_eq(caller.outcome.shared, 0);
		ck_assert_uint_eq(caller.outcome.asks, 1);
		ck_assert_int_eq(caller.outcome.waited, 0);
	}
	ck_assert_int_eq(atomic_load(&copies), 0);
	assert_empty("key");
}
END_TEST

START_TEST(test_herd)
{
	static struct caller callers[CALLERS];

	start_herd(callers, CALLERS, plain);
	open_gate(1);
	join(callers, CALLERS);
	ck_assert_int_eq(atomic_load(&asked), 1);
	ck_assert_int_ge(atomic_load(&copies), CALLERS - 1); /* the last takes the answer itself */
	ck_assert_int_le(atomic_load(&copies), CALLERS);     /* unless another left meanwhile */
	for (int i = 0; i < CALLERS; i++) {
		ck_assert_int_eq(callers[i].got_code, 0);
		ck_assert_int_eq(callers[i].got_answer, 1);
		ck_assert_int_eq(callers[i].outcome.role, i == 0 ? FLIGHT_LED : FLIGHT_WAITED);
		ck_assert_uint_eq(callers[i].outcome.shared, CALLERS - 1);
		ck_assert_uint_ge(callers[i].outcome.asks, 1);
		ck_assert_int_eq(callers[i].outcome.waited > 0, i > 0);
	}
	assert_empty("key");
}
END_TEST

START_TEST(test_keys)
{
	static struct caller callers[CALLERS];
	static char keys[CALLERS][8];

	for (int i = 0; i < CALLERS; i++) {
		sprintf(keys[i], "%d", i);
		callers[i] = plain;
		callers[i].key = keys[i];
		callers[i].inside = wait_at_gate;
		start(&callers[i]);
	}
	await(&at_gate, CALLERS); /* all are out at the same time */
	open_gate(CALLERS);
	join(callers, CALLERS);
	ck_assert_int_eq(atomic_load(&asked), CALLERS);
	for (int i = 0; i < CALLERS; i++)
		assert_empty(keys[i]);
}
END_TEST

START_TEST(test_error)
{
	struct caller callers[5], like = plain;

	like.code = OTHER_ERROR;
	start_herd(callers, 5, like);
	open_gate(1);
	join(callers, 5);
	ck_assert_int_eq(atomic_load(&asked), 1);
	for (int i = 0; i < 5; i++) {
		ck_assert_int_eq(callers[i].got_code, OTHER_ERROR);
		ck_assert_int_eq(callers[i].got_error, 101);
		ck_assert_uint_eq(callers[i].outcome.shared, 4);
	}
	assert_empty("key");
}
END_TEST

/* A code that is not final is told to those who came soon after the ask began. On a
 * busy machine the callers may be late: then it is tried again. */
START_TEST(test_not_final)
{
	struct caller callers[5], like = plain;
	bool in_time = false;
	int64_t begun;

	like.code = TRY_LATER;
	for (int round = 0; round < 20 && !in_time; round++) {
		atomic_store(&at_gate, 0);
		atomic_store(&gate_opened, 0);
		atomic_store(&asked, 0);
		begun = clock_now();
		start_herd(callers, 5, like);
		in_time = clock_now() - begun < 300 * millisecond;
		open_gate(1);
		join(callers, 5);
	}
	ck_assert(in_time);
	ck_assert_int_eq(atomic_load(&asked), 1);
	for (int i = 0; i < 5; i++) {
		ck_assert_int_eq(callers[i].got_code, TRY_LATER);
		ck_assert_int_eq(callers[i].got_error, 101);
		ck_assert_int_eq(callers[i].outcome.role, i == 0 ? FLIGHT_LED : FLIGHT_WAITED);
	}
	assert_empty("key");
}
END_TEST

/* Who comes long after the ask began is not told: it has not waited long enough. */
START_TEST(test_not_final_for_newcomers)
{
	struct caller leader = plain, newcomer = plain;

	leader.code = TRY_LATER;
	leader.inside = wait_at_gate;
	start(&leader);
	await(&at_gate, 1);
	nanosleep(&(struct timespec){ .tv_nsec = 500 * millisecond }, NULL);
	start(&newcomer);
	await_waiters("key", 1);
	open_gate(1);
	join(&leader, 1);
	join(&newcomer, 1);
	ck_assert_int_eq(leader.got_code, TRY_LATER);
	ck_assert_uint_eq(leader.outcome.shared, 0);
	ck_assert_int_eq(newcomer.got_code, 0);
	ck_assert_int_eq(atomic_load(&asked), 2);
	assert_empty("key");
}
END_TEST

/* Want of memory is the leader's own: the others ask for themselves. */
START_TEST(test_no_memory)
{
	struct caller callers[5];

	start_herd(callers, 5, plain);
	callers[0].code = NO_MEMORY;
	open_gate(1);
	join(callers, 5);
	ck_assert_int_eq(callers[0].got_code, NO_MEMORY);
	ck_assert_int_ge(atomic_load(&asked), 2);
	for (int i = 1; i < 5; i++)
		ck_assert_int_eq(callers[i].got_code, 0);
	assert_empty("key");
}
END_TEST

START_TEST(test_copy_fails)
{
	struct caller callers[5], like = plain;
	int failed = 0;

	like.copy_fails = true;
	start_herd(callers, 5, like);
	open_gate(1);
	join(callers, 5);
	ck_assert_int_eq(atomic_load(&asked), 1);
	for (int i = 0; i < 5; i++)
		failed += callers[i].got_code == NO_MEMORY;
	/* The last takes the answer itself, unless another left meanwhile. */
	ck_assert_int_ge(failed, 4);
	assert_empty("key");
}
END_TEST

static void exit_at_gate(void)
{
	wait_at_gate();
	pthread_exit(NULL);
}

/* The next waiter leads, at once: nobody had to be late for it. */
START_TEST(test_leader_leaves)
{
	struct caller callers[5], like = plain;
	int led = 0;

	like.inside = exit_at_gate;
	start_herd(callers, 5, like);
	if (_i == 0)
		open_gate(1);
	else
		pthread_cancel(callers[0].thread);
	join(callers, 5);
	ck_assert(!atomic_load(&callers[0].done));
	for (int i = 1; i < 5; i++) {
		ck_assert_int_eq(callers[i].got_code, 0);
		led += callers[i].outcome.role == FLIGHT_LED;
	}
	ck_assert_int_ge(led, 1);
	assert_empty("key");
}
END_TEST

/* All waiters are cancelled, or all but one. */
START_TEST(test_waiters_cancelled)
{
	struct caller callers[10];

	start_herd(callers, 10, plain);
	for (int i = 1; i < 10 - _i; i++)
		pthread_cancel(callers[i].thread);
	join(callers + 1, 9 - _i);
	open_gate(1);
	join(callers, 1);
	join(callers + 10 - _i, _i);
	ck_assert_int_eq(callers[0].got_code, 0);
	ck_assert_uint_eq(callers[0].outcome.shared, (unsigned)_i);
	for (int i = 10 - _i; i < 10; i++)
		ck_assert_int_eq(callers[i].got_answer, 1);
	ck_assert_int_eq(atomic_load(&asked), 1);
	assert_empty("key");
}
END_TEST

/* The leader and waiters go at the same moment: the signal that names the next leader
 * must not be lost with one of them. It would be made up for when the answer is late. */
START_TEST(test_all_but_one_cancelled)
{
	struct caller callers[10];
	char key[32];
	int rounds = SANITIZER("") ? 10 : 50;
	int late_rounds = 0;

	for (int round = 0; round < rounds; round++) {
		sprintf(key, "round %d", round); /* not known to be quick */
		atomic_store(&at_gate, 0);
		for (int i = 0; i < 10; i++) {
			callers[i] = plain;
			callers[i].key = key;
		}
		callers[0].inside = wait_at_gate;
		start(&callers[0]);
		await(&at_gate, 1);
		for (int i = 1; i < 10; i++)
			start(&callers[i]);
		if (round % 2)
			await_waiters(key, 9);
		for (int i = 0; i < 9; i++)
			pthread_cancel(callers[i].thread);
		join(callers, 10);
		ck_assert_int_eq(callers[9].got_code, 0);
		late_rounds += callers[9].outcome.waited >= 400 * millisecond;
		assert_empty(key);
	}
	ck_assert_int_le(late_rounds, 5);
}
END_TEST

TCase *make_tests(void)
{
	TCase *tcase = tcase_create("sharing");
	bool tsan = SANITIZER("thread");

	tcase_set_timeout(tcase, 100);
	tcase_add_checked_fixture(tcase, set_up, NULL);
	tcase_add_loop_test(tcase, test_alone, 0, 2);
	tcase_add_test(tcase, test_herd);
	tcase_add_test(tcase, test_keys);
	tcase_add_test(tcase, test_error);
	tcase_add_test(tcase, test_not_final);
	tcase_add_test(tcase, test_not_final_for_newcomers);
	tcase_add_test(tcase, test_no_memory);
	tcase_add_test(tcase, test_copy_fails);
	if (tsan)
		puts("# SKIP cancelled leaders: ThreadSanitizer is blind after they are cancelled");
	tcase_add_loop_test(tcase, test_leader_leaves, 0, tsan ? 1 : 2);
	tcase_add_loop_test(tcase, test_waiters_cancelled, 0, 2);
	if (!tsan)
		tcase_add_test(tcase, test_all_but_one_cancelled);
	return tcase;
}
