/* SPDX-License-Identifier: MIT
 *
 * Flights whose answer is late: second asks on threads of the shim, and whom their answers
 * serve. Waiters that ask by themselves are test_flight_stuck.c's.
 */
#include "flights.h"

#include <stdio.h>

enum { WAITERS = 5 };

/* The leader is stuck; a thread asks once for all who wait. */
START_TEST(test_second_ask)
{
	struct caller callers[1 + WAITERS], newcomer = plain;

	start_herd(callers, 1 + WAITERS, plain);
	open_late_gate();
	join(callers + 1, WAITERS);
	for (int i = 1; i <= WAITERS; i++) {
		ck_assert_int_eq(callers[i].got_code, 0);
		ck_assert_int_gt(callers[i].got_answer, 1);
		ck_assert_int_eq(callers[i].outcome.role, FLIGHT_WAITED);
		ck_assert_uint_ge(callers[i].outcome.asks, 2);
		ck_assert_uint_le(callers[i].outcome.asks, 3); /* if some came late */
		ck_assert_uint_eq(callers[i].outcome.shared, WAITERS - 1);
	}
	/* Whoever comes now has nothing to do with the first leader. */
	call(&newcomer);
	ck_assert_int_eq(newcomer.outcome.role, FLIGHT_LED);
	ck_assert_uint_eq(newcomer.outcome.asks, 1);
	open_gate(1);
	join(callers, 1);
	ck_assert_int_eq(callers[0].got_code, 0);
	ck_assert_int_eq(callers[0].got_answer, 1); /* its own */
	ck_assert_int_eq(callers[0].outcome.role, FLIGHT_LED);
	assert_empty("key");
}
END_TEST

/* A question that nobody knows is given 400 ms; one that is usually quick 20 ms, which
 * may be long on a busy machine: one round of several has to show it. */
START_TEST(test_usual)
{
	struct caller callers[2], quick = plain;
	bool sooner = false;

	start_herd(callers, 2, plain);
	open_late_gate();
	join(callers + 1, 1);
	ck_assert_int_ge(callers[1].outcome.waited, 400 * millisecond);
	open_gate(1);
	join(callers, 1);
	assert_empty("key");

	quick.key = "quick";
	call(&quick); /* nobody waits for it, and yet it is learned from */
	for (int round = 0; round < 20 && !sooner; round++) {
		atomic_store(&at_gate, 0);
		atomic_store(&gate_opened, 0);
		atomic_store(&late_gate_is_open, false);
		start_herd(callers, 2, quick);
		open_late_gate();
		join(callers + 1, 1);
		ck_assert_int_ge(callers[1].outcome.waited, 20 * millisecond);
		sooner = callers[1].outcome.waited < 200 * millisecond;
		open_gate(1);
		join(callers, 1);
		assert_empty("quick");
	}
	ck_assert(sooner);
}
END_TEST

static int64_t asked_at[3];

static void note_time(void)
{
	int number = atomic_load(&asked_late);

	if (number <= 3)
		asked_at[number - 1] = clock_now();
	wait_at_late_gate();
}

/* Asks that are lost, too, are followed by others, at growing distances. */
START_TEST(test_distances)
{
	struct caller callers[1 + WAITERS];

	late.inside = note_time;
	start_herd(callers, 1 + WAITERS, plain);
	await(&late_at_gate, 3);
	/* A thread may begin late, but the next is counted from when it was made. */
	ck_assert_int_ge(asked_at[1] - asked_at[0], 400 * millisecond);
	ck_assert_int_ge(asked_at[2] - asked_at[0], 2000 * millisecond);
	open_gate(1);
	join(callers, 1 + WAITERS);
	for (int i = 0; i <= WAITERS; i++) {
		ck_assert_int_eq(callers[i].got_answer, 1);
		ck_assert_uint_ge(callers[i].outcome.asks, 4);
		ck_assert_uint_eq(callers[i].outcome.shared, WAITERS);
	}
	assert_empty("key"); /* what the threads bring is thrown away */
}
END_TEST

/* They do not grow for ever: there is always a next one, in a time that can be told. */
START_TEST(test_many_asks)
{
	struct caller caller = plain;
	struct flight *flight = flight_new(&shared_kind, &caller, KEY_SIZE);
	struct table *table = table_lock();
	const int64_t now = clock_now();

	for (int i = 0; i < 200; i++) {
		ask_begin_locked(flight, now);
		ck_assert_int_ge(ask_due_locked(flight, now), now + 400 * millisecond);
		ck_assert_int_le(ask_due_locked(flight, now), now + 60000 * millisecond);
	}
	table_unlock(table);
	flight_free(flight);
}
END_TEST

/* Somebody who comes after the newest ask is covered by one more. */
START_TEST(test_newcomer_is_covered)
{
	struct caller callers[2], newcomer = plain;

	start_herd(callers, 2, plain);
	await(&late_at_gate, 1);
	late.inside = NULL;
	start(&newcomer);
	join(&newcomer, 1);
	ck_assert_int_eq(newcomer.got_code, 0);
	ck_assert_int_eq(newcomer.outcome.role, FLIGHT_WAITED);
	ck_assert_int_ge(newcomer.outcome.waited, 400 * millisecond);
	join(callers + 1, 1);
	ck_assert_int_eq(callers[1].got_answer, newcomer.got_answer);
	ck_assert_uint_ge(newcomer.outcome.asks, 3);
	open_gate(1);
	join(callers, 1);
	assert_empty("key");
}
END_TEST

/* A code that is not final is told to those who waited, and not to the leader. */
START_TEST(test_told)
{
	struct caller callers[1 + WAITERS];

	late.code = TRY_LATER;
	start_herd(callers, 1 + WAITERS, plain);
	open_late_gate();
	join(callers + 1, WAITERS);
	for (int i = 1; i <= WAITERS; i++) {
		ck_assert_int_eq(callers[i].got_code, TRY_LATER);
		ck_assert_int_eq(callers[i].got_error, 102);
		ck_assert_int_eq(callers[i].outcome.role, FLIGHT_WAITED);
	}
	ck_assert_int_eq(atomic_load(&asked_late), 1);
	open_gate(1);
	join(callers, 1);
	ck_assert_int_eq(callers[0].got_answer, 1);
	assert_empty("key");
}
END_TEST

/* The thread's want of memory is told to nobody. */
START_TEST(test_no_memory_late)
{
	struct caller callers[1 + WAITERS];

	late.code = NO_MEMORY;
	start_herd(callers, 1 + WAITERS, plain);
	open_late_gate();
	await(&asked_late, 2);
	end_right(callers, 1 + WAITERS);
	for (int i = 0; i <= WAITERS; i++)
		ck_assert_int_eq(callers[i].got_answer, 1);
}
END_TEST

/* A leader that comes back in vain gets what others have got meanwhile, unless it wants
 * memory; if its own code is final, it keeps that. */
static const struct {
	int code, got_code, got_answer;
} in_vain[] = {
	{ TRY_LATER, 0, 2 },
	{ NO_MEMORY, NO_MEMORY, 0 },
	{ OTHER_ERROR, OTHER_ERROR, 0 },
	{ 0, 0, 1 },
};

START_TEST(test_leader_in_vain)
{
	struct caller callers[2];

	start_herd(callers, 2, plain);
	open_late_gate();
	callers[0].code = in_vain[_i].code;
	join(callers + 1, 1);
	ck_assert_int_eq(callers[1].got_answer, 2);
	open_gate(1);
	join(callers, 1);
	ck_assert_int_eq(callers[0].got_code, in_vain[_i].got_code);
	ck_assert_int_eq(callers[0].got_answer, in_vain[_i].got_answer);
	if (callers[0].got_code != 0)
		ck_assert_int_eq(callers[0].got_error, 101);
	ck_assert_int_eq(callers[0].outcome.role, FLIGHT_LED);
	ck_assert_uint_eq(callers[0].outcome.asks, 2);
	ck_assert_uint_eq(callers[0].outcome.shared, in_vain[_i].code == TRY_LATER ? 1 : 0);
	assert_empty("key");
}
END_TEST

/* The same with nobody left who has got that answer. */
START_TEST(test_leader_in_vain_alone)
{
	struct caller callers[2];

	start_herd(callers, 2, plain);
	callers[0].code = TRY_LATER;
	await(&late_at_gate, 1);
	pthread_cancel(callers[1].thread);
	join(callers + 1, 1);
	open_late_gate();
	while (atomic_load(&process_own()->threads) > 0)
		nap(0.5);
	open_gate(1);
	join(callers, 1);
	ck_assert_int_eq(callers[0].got_code, 0);
	ck_assert_int_eq(callers[0].got_answer, 2);
	ck_assert_uint_eq(callers[0].outcome.shared, 0);
	assert_empty("key");
}
END_TEST

/* All callers are cancelled while a thread asks: it clears up. */
START_TEST(test_all_cancelled)
{
	struct caller callers[1 + WAITERS];

	start_herd(callers, 1 + WAITERS, plain);
	await(&late_at_gate, 1);
	for (int i = 0; i <= WAITERS; i++)
		pthread_cancel(callers[i].thread);
	join(callers, 1 + WAITERS);
	for (int i = 0; i <= WAITERS; i++)
		ck_assert(!atomic_load(&callers[i].done));
	assert_empty("key");
}
END_TEST

static void call_within(void)
{
	struct caller inner = plain;

	call(&inner);
	ck_assert_int_eq(inner.outcome.role, FLIGHT_PASSED);
}

/* What a module looks up within a second ask is asked apart. */
START_TEST(test_nested_late)
{
	struct caller callers[2];

	late.inside = call_within;
	start_herd(callers, 2, plain);
	join(callers + 1, 1);
	ck_assert_int_eq(callers[1].got_code, 0);
	open_gate(1);
	join(callers, 1);
	assert_empty("key");
}
END_TEST

TCase *make_tests(void)
{
	TCase *tcase = tcase_create("late");

	tcase_set_timeout(tcase, 100);
	tcase_add_checked_fixture(tcase, set_up, NULL);
	tcase_add_test(tcase, test_second_ask);
	tcase_add_test(tcase, test_usual);
	tcase_add_test(tcase, test_distances);
	tcase_add_test(tcase, test_many_asks);
	tcase_add_test(tcase, test_newcomer_is_covered);
	tcase_add_test(tcase, test_told);
	tcase_add_test(tcase, test_no_memory_late);
	ADD_ROWS(tcase, test_leader_in_vain, in_vain);
	tcase_add_test(tcase, test_leader_in_vain_alone);
	if (SANITIZER("thread"))
		puts("# SKIP cancelled leaders: ThreadSanitizer is blind after they are cancelled");
	else
		tcase_add_test(tcase, test_all_cancelled);
	tcase_add_test(tcase, test_nested_late);
	return tcase;
}
