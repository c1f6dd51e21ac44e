/* SPDX-License-Identifier: MIT */
/* GAISHIM_LOCK=none: names are left to libc, each caller's for itself. */
#include "callers.h"

enum { HERD = 200 };

START_TEST(nothing_is_shared)
{
	int n = (int)scaled(HERD);
	struct herd *herd = start_herd((size_t)n, (struct question){ .host = "gate.fake", .call = (enum call)_i });

	await(fake->running() == n);
	fake->open_gate();
	herd_end_right(herd);
	ck_assert_int_eq(fake->calls("gate.fake"), n);
}
END_TEST

/* What comes before the lock is done all the same. */
START_TEST(numeric_and_unicode_hosts_are_served)
{
	ask_right((struct question){ .host = "127.0.0.1", .no_hints = true });
	ask_right((struct question){ .host = "b\u00fccher.fake", .asked = "xn--bcher-kva.fake",
	          .flags = AI_CANONNAME });
	ask_right((struct question){ .host = "eai-11.errno-5.fake", .code = EAI_SYSTEM, .error = 5 });
	ck_assert_int_eq(fake->total(), 2);
	ask_right((struct question){ .host = "127.0.0.1", .call = BYNAME });
	ask_right((struct question){ .host = "b\u00fccher.fake", .asked = "xn--bcher-kva.fake", .call = BYNAME });
	ask_right((struct question){ .host = "eai-11.errno-5.fake", .code = NETDB_INTERNAL, .error = 5, .call = BYADDR });
	ck_assert_int_eq(fake->total(), 4);
}
END_TEST

/* Callers who do not share a lookup have none on a thread of the shim's. */
START_TEST(options_of_shared_lookups_are_off)
{
	size_t before = count_tasks();
	struct herd *herd = start_herd(2, (struct question){ .host = "gate.fake" });

	await(fake->running() == 2);
	nap(500);
	ck_assert(tasks_are(before + 2));
	fake->open_gate();
	herd_end_right(herd);
	ck_assert_int_eq(fake->calls("gate.fake"), 2);
}
END_TEST

TCase *make_tests(void)
{
	TCase *tcase;

	with_environment("GAISHIM_HEDGE", "1");
	with_environment("GAISHIM_DEADLINE", "0.2");
	with_environment("GAISHIM_LOCK", "none");
	tcase = callers_case("none");
	ADD_CALLS(tcase, nothing_is_shared);
	tcase_add_test(tcase, options_of_shared_lookups_are_off);
	tcase_add_test(tcase, numeric_and_unicode_hosts_are_served);
	return tcase;
}
