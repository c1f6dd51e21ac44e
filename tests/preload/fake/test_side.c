/* SPDX-License-Identifier: MIT */
/* What must run side by side: nobody stands in another host's line. */
#include "callers.h"

enum { SLOW = 100 };

/* SLOW callers that wait for the gate, each at a host of its own. */
static struct herd *start_slow(char hosts[SLOW][32])
{
	struct herd *herd = herd_of(SLOW, (struct question){ .service = "80" });

	for (size_t i = 0; i < SLOW; i++) {
		snprintf(hosts[i], sizeof hosts[i], "gate.host%zu.fake", i);
		herd->caller[i].q.host = hosts[i];
	}
	herd_start(herd);
	return herd;
}

START_TEST(distinct_hosts_run_side_by_side)
{
	char hosts[SLOW][32];
	struct herd *herd = start_slow(hosts);

	await(fake->running() == SLOW);
	fake->open_gate();
	herd_end_right(herd);
	ck_assert_int_eq(fake->running_max(), SLOW);
	ck_assert_int_eq(fake->total(), SLOW);
	for (size_t i = 0; i < SLOW; i++)
		ck_assert_int_eq(fake->calls(hosts[i]), 1);
}
END_TEST

START_TEST(a_and_aaaa_run_side_by_side)
{
	struct herd *a = start_herd(1, (struct question){ .host = "gate.fake", .family = AF_INET });
	struct herd *aaaa = start_herd(1, (struct question){ .host = "gate.fake", .family = AF_INET6 });

	await(fake->running() == 2);
	fake->open_gate();
	herd_end_right(a);
	herd_end_right(aaaa);
	ck_assert_int_eq(fake->calls("gate.fake"), 2);
}
END_TEST

/* They return at all while the slow hosts are out; and soon. */
START_TEST(nobody_waits_for_slow_hosts)
{
	static const struct question quick[] = {
		{ .host = "127.0.0.1", .service = "80", .socktype = SOCK_STREAM },
		{ .host = "127.0.0.1", .no_hints = true },
		{ .host = "192.0.2.7", .service = "443", .flags = AI_CANONNAME | AI_NUMERICHOST },
		{ .host = "::1", .service = "80", .family = AF_INET6, .socktype = SOCK_DGRAM },
		{ .host = "2001:db8::1", .no_hints = true, .service = "53" },
		{ .host = "\uff11\uff12\uff17.0.0\u30021", .asked = "127.0.0.1", .service = "80" },
		{ .host = "quick.fake", .service = "80" },
		{ .host = "b\u00fccher.fake", .asked = "xn--bcher-kva.fake", .service = "80" },
	};
	enum { QUICK = sizeof quick / sizeof *quick };
	char hosts[SLOW][32];
	struct herd *herd = start_slow(hosts);
	size_t rounds = scaled(1000);
	double start;

	await(fake->running() == SLOW);
	start = now();
	for (size_t i = 0; i < rounds; i++)
		for (size_t j = 0; j < QUICK; j++)
			ask_right(quick[j]);
	ck_assert_double_lt(now() - start, 20);
	ck_assert_int_eq(fake->running(), SLOW);
	fake->open_gate();
	herd_end_right(herd);
	/* None of the numeric ones reached a resolver. */
	ck_assert_int_eq(fake->total(), (int)(SLOW + 2 * rounds));
}
END_TEST

/* The same hosts over and over by many: flights land and begin all the time. */
START_TEST(flights_begin_and_land)
{
	static const char *const hosts[] = {
		"ms-1.a.fake", "ms-1.b.fake", "c.fake", "ms-1.eai-2.fake", "d\u00fc.fake", "127.0.0.1",
	};
	size_t rounds = scaled(200);

	for (size_t i = 0; i < rounds; i++) {
		struct herd *herd = herd_of(24, (struct question){ .service = "80", .flags = AI_CANONNAME });

		for (size_t j = 0; j < herd->n; j++) {
			struct question *q = &herd->caller[j].q;

			q->host = hosts[j % 6];
			q->asked = j % 6 == 4 ? "xn--d-eha.fake" : NULL;
			q->code = j % 6 == 3 ? EAI_NONAME : 0;
		}
		herd_start(herd);
		herd_end_right(herd);
	}
	ck_assert_int_eq(fake->running(), 0);
}
END_TEST

TCase *make_tests(void)
{
	TCase *tcase = callers_case("side");

	tcase_add_test(tcase, distinct_hosts_run_side_by_side);
	tcase_add_test(tcase, a_and_aaaa_run_side_by_side);
	tcase_add_test(tcase, nobody_waits_for_slow_hosts);
	tcase_add_test(tcase, flights_begin_and_land);
	return tcase;
}
