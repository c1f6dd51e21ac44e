/* SPDX-License-Identifier: MIT */
/* GAISHIM_LOCK=global: one line for all calls, as Python had on macOS. */
#include "callers.h"

static const double waits = 10, at_last = 10 + 40; /* behind a head of the line who is stuck */

START_TEST(one_at_a_time)
{
	static const struct question questions[] = {
		{ .host = "ms-10.a.fake", .service = "80" },
		{ .host = "ms-10.b.fake", .service = "80" },
		{ .host = "ms-10.c.fake", .service = "80", .flags = AI_CANONNAME },
		{ .host = "ms-10.eai-2.fake", .code = EAI_NONAME },
		{ .host = "ms-10.eai-11.errno-5.fake", .code = EAI_SYSTEM, .error = 5 },
		{ .host = "ms-10.\u00fc.fake", .asked = "ms-10.xn--tda.fake" },
		{ .host = "127.0.0.1", .service = "80" },
		{ .host = "::1", .no_hints = true },
		{ .host = "ms-10.a.fake", .call = BYNAME },
		{ .host = "ms-10.many-100.fake", .call = BYNAME2 },
		{ .host = "ms-10.eai-3.fake", .call = BYADDR, .code = TRY_AGAIN, .error = EAGAIN },
		{ .host = "ms-10.a.fake", .call = BYNAME_R },
		{ .host = "ms-10.many-100.fake", .call = BYADDR_R, .code = NETDB_INTERNAL, .error = ERANGE },
		{ .host = "ms-10.a.fake", .call = NAMEINFO, .service = "80", .flags = NI_NUMERICSERV },
		{ .host = "127.0.0.1", .call = BYNAME },
	};
	enum { QUESTIONS = sizeof questions / sizeof *questions };
	struct herd *herd = herd_of(3 * QUESTIONS, questions[0]);

	for (size_t i = 0; i < herd->n; i++)
		herd->caller[i].q = questions[i % QUESTIONS];
	herd_start(herd);
	herd_end_right(herd);
	ck_assert_int_eq(fake->running_max(), 1);
	/* Nothing is shared in the line. */
	ck_assert_int_eq(fake->total(), 3 * (QUESTIONS - 3));
}
END_TEST

START_TEST(everybody_stands_in_line)
{
	static const struct question questions[] = {
		{ .host = "other.fake", .service = "80" },
		{ .host = "127.0.0.1", .service = "80", .socktype = SOCK_STREAM },
		{ .host = "::1", .no_hints = true },
		{ .host = "127.0.0.1", .call = BYNAME },
		{ .host = "127.0.0.1", .call = BYNAME2_R },
		{ .host = "other.fake", .call = BYADDR },
		{ .host = "other.fake", .call = NAMEINFO },
	};
	enum { QUESTIONS = sizeof questions / sizeof *questions };
	struct herd *first = start_herd(1, (struct question){ .host = "gate.fake", .call = (enum call)_i });
	struct herd *herd = herd_of(QUESTIONS, questions[0]);

	await(fake->running() == 1);
	for (size_t i = 0; i < herd->n; i++)
		herd->caller[i].q = questions[i];
	herd_start(herd);
	settle();
	for (size_t i = 0; i < herd->n; i++)
		ck_assert_int_eq(pthread_tryjoin_np(herd->caller[i].thread, NULL), EBUSY);
	ck_assert_int_eq(fake->total(), 1);
	fake->open_gate();
	herd_end_right(first);
	herd_end_right(herd);
	ck_assert_int_eq(fake->running_max(), 1);
}
END_TEST

START_TEST(stuck_head_of_the_line)
{
	struct herd *first = start_herd(1, (struct question){ .host = "gate.fake" });
	struct herd *herd = herd_of(4, (struct question){ .service = "80" });

	await(fake->running() == 1);
	for (size_t i = 0; i < herd->n; i++)
		herd->caller[i].q.host = i % 2 ? "127.0.0.1" : "other.fake";
	herd_start(herd);
	herd_join(herd);
	for (size_t i = 0; i < herd->n; i++) {
		ck_right(&herd->caller[i]);
		ck_assert_double_ge(herd->caller[i].seconds, waits * 0.9);
		ck_assert_double_lt(herd->caller[i].seconds, at_last);
	}
	fake->open_gate();
	herd_end_right(first);
	herd_end(herd);
}
END_TEST

START_TEST(cancelled_head_of_the_line)
{
	struct herd *first = start_herd(1, (struct question){ .host = "gate.fake" });
	struct herd *herd;
	double start;

	await(fake->running() == 1);
	herd = start_herd(10, (struct question){ .host = "other.fake" });
	settle();
	start = now();
	ck_assert_int_eq(pthread_cancel(first->caller->thread), 0);
	herd_join(first);
	ck_assert_ptr_eq(first->caller->ended, PTHREAD_CANCELED);
	herd_end_right(herd);
	herd_end(first);
	ck_assert_double_lt(now() - start, waits);
	ck_assert_int_eq(fake->calls("other.fake"), 10);
}
END_TEST

static struct caller nested[] = {
	{ .q = { .host = "other.fake", .service = "80" } },
	{ .q = { .host = "hook.fake" } },
	{ .q = { .host = "127.0.0.1", .no_hints = true } },
	{ .q = { .host = "hook.fake", .call = BYNAME } },
	{ .q = { .host = "hook.fake", .call = BYADDR_R } },
	{ .q = { .host = "127.0.0.1", .call = BYNAME_R } },
};
enum { NESTED = sizeof nested / sizeof *nested };

static void ask_inside(const char *host)
{
	(void)host;
	fake->hook(NULL);
	for (size_t i = 0; i < NESTED; i++)
		ask(&nested[i]);
}

/* The line's own head does not queue up behind itself. */
START_TEST(nested_go_straight_through)
{
	fake->hook(ask_inside);
	ck_assert_double_lt(ask_right((struct question){ .host = "hook.fake", .call = (enum call)_i }), waits);
	for (size_t i = 0; i < NESTED; i++) {
		ck_right(&nested[i]);
		forget(&nested[i]);
	}
}
END_TEST

TCase *make_tests(void)
{
	TCase *tcase;

	with_environment("GAISHIM_LOCK", "global");
	tcase = callers_case("global");
	tcase_add_test(tcase, one_at_a_time);
	ADD_CALLS(tcase, everybody_stands_in_line);
	tcase_add_test(tcase, stuck_head_of_the_line);
	tcase_add_test(tcase, cancelled_head_of_the_line);
	ADD_CALLS(tcase, nested_go_straight_through);
	return tcase;
}
