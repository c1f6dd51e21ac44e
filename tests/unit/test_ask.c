/* SPDX-License-Identifier: MIT */
/* How often libc is asked, and when: GAISHIM_RETRY. */
#include "ask.h"

#include "config.h"
#include "libc/clock.h"
#include "times.h"
#include "unit.h"

#include <errno.h>

/* Seconds from one ask to the next. A machine that is busy makes each of them longer. */
#define DELAY 0.05

/* What the libc of these tests says: the same code each time, or 0 from ask `good` on. */
static int code, good;
static double begun, asked_at[16];
static int asks;

static int say(const struct question *q, void **answer)
{
	(void)q;
	asked_at[asks++] = now() - begun;
	errno = asks;
	if (asks == good) {
		*answer = &asks;
		return 0;
	}
	return code;
}

static const struct call call = { .ask = say };

static int ask(const char *host)
{
	struct question q = { .call = &call, .host = host, .libc_flags = AI_NUMERICHOST };
	void *answer = NULL;
	int got;

	asks = 0;
	errno = 77;
	begun = now();
	got = ask_libc(&q, &answer);
	ck_assert(got != 0 ? answer == NULL : answer == &asks);
	ck_assert_int_eq(q.asks, asks > 1 ? asks : 0);
	return got;
}

static void set_up(void)
{
	config.retry = 3;
	config.retry_delay = (int64_t)(DELAY * 1e9);
	config.deadline = 0;
	code = EAI_AGAIN;
	good = 0;
}

/* 0, 1, 3 and 7 delays after the start. */
START_TEST(test_delays_double)
{
	ck_assert_int_eq(ask("a.test"), EAI_AGAIN);
	ck_assert_int_eq(errno, 4);
	ck_assert_int_eq(asks, 4);
	for (int i = 0; i < 4; i++)
		ck_assert_msg(asked_at[i] >= ((1 << i) - 1) * DELAY, "ask %d after %f s", i, asked_at[i]);
}
END_TEST

/* No later than it need be: the best of some runs, as the machine may be busy. */
START_TEST(test_delays_are_no_longer)
{
	double last = 1000;

	for (int i = 0; i < 20 && last > 7.5 * DELAY; i++) {
		ask("a.test");
		last = asked_at[3] < last ? asked_at[3] : last;
	}
	ck_assert_double_le(last, 7.5 * DELAY);
}
END_TEST

static const int other_codes[] = { EAI_NONAME, EAI_NODATA, EAI_FAIL, EAI_SYSTEM, EAI_MEMORY, EAI_ADDRFAMILY, EAI_SERVICE };

START_TEST(test_no_other_code)
{
	code = other_codes[_i];
	ck_assert_int_eq(ask("a.test"), code);
	ck_assert_int_eq(asks, 1);
	ck_assert_int_eq(errno, 1);
}
END_TEST

/* An answer ends it, and so does another code. */
START_TEST(test_answer_ends_it)
{
	for (good = 1; good <= 4; good++) {
		ck_assert_int_eq(ask("a.test"), 0);
		ck_assert_int_eq(asks, good);
		/* The answer leaves errno as it was before that ask. */
		ck_assert_int_eq(errno, good == 1 ? 77 : good - 1);
	}
}
END_TEST

START_TEST(test_none)
{
	config.retry = 0;
	ck_assert_int_eq(ask("a.test"), EAI_AGAIN);
	ck_assert_int_eq(asks, 1);
}
END_TEST

/* These have answers of ours, or ask no nameserver. */
static const char *const at_once[] = { "localhost", "x.LOCALHOST.", NULL };

START_TEST(test_not_for_this_host)
{
	ck_assert_int_eq(ask(at_once[_i]), EAI_AGAIN);
	ck_assert_int_eq(asks, 1);
}
END_TEST

/* The third retry would be 7 delays after the start, which is no sooner than the deadline. */
START_TEST(test_deadline)
{
	config.deadline = 6 * config.retry_delay;
	ck_assert_int_eq(ask("a.test"), EAI_AGAIN);
	ck_assert_int_le(asks, 3);
	ck_assert_double_lt(asked_at[asks - 1], 6 * DELAY + 0.5);
	config.deadline = config.retry_delay;
	ck_assert_int_eq(ask("a.test"), EAI_AGAIN);
	ck_assert_int_eq(asks, 1);
	ck_assert_double_lt(now() - begun, DELAY);
}
END_TEST

TCase *make_tests(void)
{
	TCase *tests = tcase_create("ask");

	tcase_add_checked_fixture(tests, set_up, NULL);
	tcase_add_test(tests, test_delays_double);
	tcase_add_test(tests, test_delays_are_no_longer);
	ADD_ROWS(tests, test_no_other_code, other_codes);
	tcase_add_test(tests, test_answer_ends_it);
	tcase_add_test(tests, test_none);
	ADD_ROWS(tests, test_not_for_this_host, at_once);
	tcase_add_test(tests, test_deadline);
	return tests;
}
