/* SPDX-License-Identifier: MIT */
/* GAISHIM_RETRY under GAISHIM_DEADLINE: no retry begins after it. */
#include "callers.h"

/* Seconds. */
#define DELAY 0.1
#define DEADLINE 0.5
#define BUSY 5 /* more than that, and it waited for something else than the machine */
enum { TRIES = 10 };

static struct question failing(const char *host, enum call call)
{
	struct question q = { .host = host, .call = call };
	bool is_hostent = call != GETADDRINFO && call != NAMEINFO;

	q.code = is_hostent ? TRY_AGAIN : EAI_AGAIN;
	q.error = is_hostent ? EAGAIN : 0;
	return q;
}

/* After 0, 1 and 3 delays; the next one would be after 7, which is too late. */
START_TEST(retries_end_before_it)
{
	struct question q = failing("eai-3.fake", (enum call)_i);
	double least = BUSY;
	int asks = 0;

	for (int i = 0; i < TRIES && (asks != 3 || least > DEADLINE); i++) {
		struct herd *herd;

		fake->reset();
		herd = start_herd(20, q);
		herd_join(herd);
		asks = fake->calls(q.host);
		for (size_t j = 0; j < herd->n; j++) {
			ck_right(&herd->caller[j]);
			ck_assert_double_lt(herd->caller[j].seconds, BUSY);
		}
		least = herd->caller[0].seconds;
		herd_end(herd);
	}
	ck_assert_int_eq(asks, 3);
	ck_assert_double_le(least, DEADLINE + 0.05);
}
END_TEST

START_TEST(an_answer_comes_in_time)
{
	struct caller caller = { .q = { .host = "once-2.eai-3.fake", .call = (enum call)_i }, .code = -1 };

	/* After 0.3 s, if the machine is not too busy. */
	for (int i = 0; i < TRIES && caller.code != 0; i++) {
		fake->reset();
		ask(&caller);
		if (caller.code == 0)
			ck_assert_int_eq(fake->calls(caller.q.host), 3);
		else
			forget(&caller);
	}
	ck_right(&caller);
	forget(&caller);
}
END_TEST

/* Each ask takes 150 ms. The second ends after 400 ms, and a third would begin after 600. */
START_TEST(a_slow_no_is_cut_short)
{
	double least = BUSY;

	for (int i = 0; i < TRIES && least > DEADLINE + 0.1; i++) {
		double took = ask_right(failing("ms-150.eai-3.fake", (enum call)_i));

		ck_assert_double_ge(took, 0.4);
		least = took < least ? took : least;
	}
	ck_assert_double_le(least, DEADLINE + 0.1);
}
END_TEST

TCase *make_tests(void)
{
	TCase *tcase;

	with_environment("GAISHIM_RETRY", "10");
	with_environment("GAISHIM_RETRY_DELAY", "0.1");
	with_environment("GAISHIM_DEADLINE", "0.5");
	tcase = callers_case("retry_deadline");
	tcase_add_loop_test(tcase, retries_end_before_it, 0, CALLS);
	tcase_add_loop_test(tcase, an_answer_comes_in_time, 0, CALLS);
	tcase_add_loop_test(tcase, a_slow_no_is_cut_short, 0, CALLS);
	return tcase;
}
