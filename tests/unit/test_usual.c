/* SPDX-License-Identifier: MIT */
#include "flight/usual.h"

#include "unit.h"

static const int64_t millisecond = 1000000;

START_TEST(test_unknown)
{
	ck_assert_int_eq(usual_wait(1), USUAL_MOST);
	ck_assert_int_eq(usual_wait(0), USUAL_MOST); /* what an empty slot holds */
}
END_TEST

static const struct {
	int64_t took, wait;
} cases[] = {
	{ -1000000, 20000000 }, /* by clock_coarse() */
	{ 0, 20000000 },
	{ 1000000, 20000000 },
	{ 6666666, 20000000 },
	{ 7000000, 21000000 },
	{ 100000000, 300000000 },
	{ 133333333, 399999999 },
	{ 133333334, 400000000 },
	{ 200000000, 400000000 },
	{ INT64_C(10000000000), 400000000 },
	{ INT64_MAX, 400000000 },
};

START_TEST(test_once)
{
	usual_learn(_i, cases[_i].took);
	ck_assert_int_eq(usual_wait(_i), cases[_i].wait);
}
END_TEST

/* One slow answer is no habit, and one quick one is none either. */
START_TEST(test_moving_mean)
{
	usual_learn(1, 10 * millisecond);
	usual_learn(1, 90 * millisecond);
	ck_assert_int_eq(usual_wait(1), 3 * 20 * millisecond);
	usual_learn(1, 4 * millisecond);
	ck_assert_int_eq(usual_wait(1), 3 * 18 * millisecond);
	for (int i = 0; i < 100; i++)
		usual_learn(1, 100 * millisecond);
	ck_assert_int_ge(usual_wait(1), 299 * millisecond);
	ck_assert_int_le(usual_wait(1), 300 * millisecond);
	for (int i = 0; i < 100; i++)
		usual_learn(1, 50 * millisecond);
	ck_assert_int_ge(usual_wait(1), 150 * millisecond);
	ck_assert_int_le(usual_wait(1), 151 * millisecond);
	/* Nor does a lost packet count for more than it may. */
	usual_learn(1, INT64_C(5000000000));
	ck_assert_int_le(usual_wait(1), (150 + 3 * 350 / 8 + 1) * millisecond);
}
END_TEST

/* Two questions of one slot know nothing of each other: it forgets. */
START_TEST(test_slot)
{
	const uint32_t others[] = { 1 + 256, 1 + (1U << 31) };

	for (int i = 0; i < 2; i++) {
		usual_learn(1, millisecond);
		ck_assert_int_eq(usual_wait(1), 20 * millisecond);
		ck_assert_int_eq(usual_wait(others[i]), USUAL_MOST);
		usual_learn(others[i], 50 * millisecond); /* no part of a mean */
		ck_assert_int_eq(usual_wait(others[i]), 150 * millisecond);
		ck_assert_int_eq(usual_wait(1), USUAL_MOST);
	}
}
END_TEST

/* Quick hosts beside it do not change what a slow one is given. */
START_TEST(test_others)
{
	usual_learn(7, 50 * millisecond);
	for (uint32_t hash = 8; hash < 7 + 256; hash++)
		usual_learn(hash, millisecond);
	ck_assert_int_eq(usual_wait(7), 150 * millisecond);
}
END_TEST

TCase *make_tests(void)
{
	TCase *tcase = tcase_create("memory");

	tcase_add_test(tcase, test_unknown);
	ADD_ROWS(tcase, test_once, cases);
	tcase_add_test(tcase, test_moving_mean);
	tcase_add_test(tcase, test_slot);
	tcase_add_test(tcase, test_others);
	return tcase;
}
