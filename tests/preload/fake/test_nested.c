/* SPDX-License-Identifier: MIT */
/* Lookups made inside a lookup, as an NSS module does that asks for the
 * address of its own server: they go straight through. */
#include "callers.h"

/* Seconds. A waiter whom nobody helps asks by itself after 30. */
static const double prompt = 8;

/* What the hook asks; the thread that runs it is joined before these are read. */
static struct caller nested[] = {
	{ .q = { .host = "127.0.0.1", .service = "389", .no_hints = true } },
	{ .q = { .host = "::1", .service = "389", .socktype = SOCK_STREAM } },
	{ .q = { .host = "server.fake", .service = "389", .socktype = SOCK_STREAM } },
	{ .q = { .host = "s\u00e9rver.fake", .asked = "xn--srver-bsa.fake", .flags = AI_CANONNAME } },
	{ .q = { .host = "eai-2.fake", .code = EAI_NONAME } },
	{ .q = { .host = "eai-11.errno-5.fake", .code = EAI_SYSTEM, .error = 5 } },
	{ .q = { .host = "127.0.0.1", .call = BYNAME } },
	{ .q = { .host = "many-3.server.fake", .call = BYNAME } },
	{ .q = { .host = "s\u00e9rver.fake", .asked = "xn--srver-bsa.fake", .call = BYNAME2_R } },
	{ .q = { .host = "eai-3.fake", .code = TRY_AGAIN, .error = EAGAIN, .call = BYADDR } },
	{ .q = { .host = "server.fake", .call = NAMEINFO } },
	{ .q = { .host = "hook.fake" } }, /* what is being looked up itself, by the same call */
	{ .q = { .host = "gate.fake" } },
};
enum { NESTED = sizeof nested / sizeof *nested };

/* The call of this test. */
static struct question outer(enum call call)
{
	struct question q = { .host = "hook.fake", .call = call };

	nested[NESTED - 2].q.call = nested[NESTED - 1].q.call = call;
	return q;
}

static void ask_inside(const char *host)
{
	(void)host;
	fake->hook(NULL);
	for (size_t i = 0; i < NESTED; i++)
		ask(&nested[i]);
}

static void check_nested(void)
{
	for (size_t i = 0; i < NESTED; i++) {
		ck_right(&nested[i]);
		forget(&nested[i]);
	}
}

START_TEST(nested_do_not_deadlock)
{
	struct question q = outer((enum call)_i);

	fake->hook(ask_inside);
	fake->open_gate();
	ck_assert_double_lt(ask_right(q), prompt);
	check_nested();
	ck_assert_int_eq(fake->calls("hook.fake"), 2);

	/* And that is over: the thread leads as before. */
	ask_right(q);
	ck_assert_int_eq(fake->calls("hook.fake"), 3);
}
END_TEST

/* A nested host that is out in another thread is asked for and not waited for:
 * the thread that leads it may be waiting for us. */
START_TEST(nested_do_not_wait)
{
	struct question q = outer((enum call)_i);
	struct herd *leader = start_herd(1, nested[NESTED - 1].q), *caller;

	await(fake->running() == 1);
	fake->hook(ask_inside);
	caller = start_herd(1, q);
	await(fake->running() >= 3);
	fake->open_gate();
	herd_end_right(leader);
	herd_end_right(caller);
	check_nested();
	ck_assert_int_eq(fake->calls("gate.fake"), 2);
}
END_TEST

/* Those who wait for the outer lookup get its answer, and no nested one. */
START_TEST(outer_lookup_is_shared)
{
	struct question q = outer((enum call)_i);
	struct herd *leader, *waiters;
	double begun;

	fake->hook(ask_inside);
	leader = start_herd(1, q);
	begun = leader->begun;
	await(fake->running() == 2);
	waiters = start_herd(20, q);
	settle();
	fake->open_gate();
	herd_end_right(leader);
	herd_end_right(waiters);
	check_nested();
	ck_lookups("hook.fake", 2, begun);
}
END_TEST

static struct caller helped;

static void *ask_for_another(void *unused)
{
	ask(&helped);
	return unused;
}

static void ask_on_a_thread(const char *host)
{
	pthread_t thread;

	(void)host;
	fake->hook(NULL);
	if (pthread_create(&thread, NULL, ask_for_another, NULL) != 0)
		abort();
	pthread_join(thread, NULL);
}

/* A lookup for a lookup on another thread waits for the one that waits for it. That takes
 * until the answer is late: then it is asked for once more. */
START_TEST(nested_on_a_thread_is_answered)
{
	helped.q = outer((enum call)_i);
	fake->hook(ask_on_a_thread);
	ck_assert_double_lt(ask_right(helped.q), prompt);
	ck_right(&helped);
	forget(&helped);
	ck_assert_int_eq(fake->calls("hook.fake"), 2);
}
END_TEST

TCase *make_tests(void)
{
	TCase *tcase = callers_case("nested");

	ADD_CALLS(tcase, nested_do_not_deadlock);
	ADD_CALLS(tcase, nested_do_not_wait);
	ADD_CALLS(tcase, outer_lookup_is_shared);
	ADD_CALLS(tcase, nested_on_a_thread_is_answered);
	return tcase;
}
