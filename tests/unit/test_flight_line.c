/* SPDX-License-Identifier: MIT
 *
 * A flight of a kind whose answers are not shared: its callers ask in turn.
 */
#include "flights.h"

enum { CALLERS = 50, WAITERS = 5 };

static void nap_inside(void)
{
	nap(0.5);
}

START_TEST(test_line)
{
	static struct caller callers[CALLERS];

	for (int i = 0; i < CALLERS; i++) {
		callers[i] = plain;
		callers[i].in_line = true;
		callers[i].inside = nap_inside;
		start(&callers[i]);
	}
	join(callers, CALLERS);
	ck_assert_int_eq(atomic_load(&asked), CALLERS);
	ck_assert_int_eq(atomic_load(&asked_late), 0);
	ck_assert_int_eq(atomic_load(&most_asking), 1);
	ck_assert_int_eq(atomic_load(&copies), 0);
	for (int i = 0; i < CALLERS; i++) {
		ck_assert_int_eq(callers[i].got_code, 0);
		ck_assert_uint_eq(callers[i].outcome.shared, 0);
	}
	assert_empty("key");
}
END_TEST

/* The one who is at the head of the line is stuck: after ten seconds the others form a
 * line of their own. */
START_TEST(test_line_moves_on)
{
	struct caller callers[1 + WAITERS], like = plain;

	like.in_line = true;
	start_herd(callers, 1 + WAITERS, like);
	join(callers + 1, WAITERS);
	for (int i = 1; i <= WAITERS; i++) {
		ck_assert_int_eq(callers[i].got_code, 0);
		ck_assert_int_ge(callers[i].outcome.waited, 9900 * millisecond);
	}
	ck_assert_int_eq(atomic_load(&asked_late), 0);
	open_gate(1);
	join(callers, 1);
	assert_empty("key");
}
END_TEST

TCase *make_tests(void)
{
	TCase *tcase = tcase_create("line");

	tcase_set_timeout(tcase, 100);
	tcase_add_checked_fixture(tcase, set_up, NULL);
	tcase_add_test(tcase, test_line);
	tcase_add_test(tcase, test_line_moves_on);
	return tcase;
}
