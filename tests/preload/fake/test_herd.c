/* SPDX-License-Identifier: MIT */
/* Who shares a lookup, and what each gets of it. */
#include "callers.h"
#include "musl.h"

enum { HERD = 200 };

/* N callers of Q, whose host has a gate, are one lookup, unless the machine is so busy
 * that the answer is late. */
static void one_lookup(size_t n, struct question q, const char *host)
{
	struct herd *herd = start_herd(n, q);
	double begun = herd->begun;

	await(fake->running() >= 1);
	settle();
	fake->open_gate();
	herd_end_right(herd);
	ck_lookups(host, 1, begun);
	ck_assert_int_eq(fake->total(), fake->calls(host));
}

START_TEST(herd_is_one_lookup)
{
	one_lookup(HERD, (struct question){ .host = "gate.fake", .service = "80" }, "gate.fake");
}
END_TEST

START_TEST(herd_with_all_fields)
{
	one_lookup(HERD, (struct question){ .host = "gate.fake", .service = "8080", .family = AF_INET6,
	           .socktype = SOCK_DGRAM, .flags = AI_CANONNAME | AI_NUMERICSERV | AI_ALL }, "gate.fake");
}
END_TEST

START_TEST(herd_without_hints)
{
	one_lookup(HERD, (struct question){ .host = "gate.fake", .no_hints = true }, "gate.fake");
}
END_TEST

/* The type comes back as it was asked for, to the leader and to the others. */
START_TEST(herd_with_socket_flags)
{
	one_lookup(20, (struct question){ .host = "gate.fake", .service = "80",
	           .socktype = SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC }, "gate.fake");
}
END_TEST

/* Each list is its caller's own: to write to and to free in any order. */
START_TEST(lists_are_independent)
{
	struct question q = { .host = "gate.fake", .service = "80", .flags = AI_CANONNAME };
	struct herd *herd = start_herd(10, q);

	await(fake->running() >= 1);
	settle();
	fake->open_gate();
	herd_join(herd);
	ck_lookups("gate.fake", 1, herd->begun);
	for (size_t i = 0; i < herd->n; i++) {
		struct caller *caller = &herd->caller[i];

		for (size_t j = i; j < herd->n; j++)
			ck_right(&herd->caller[j]);
		memset(caller->list->ai_canonname, 'x', strlen(caller->list->ai_canonname));
		for (struct addrinfo *node = caller->list; node != NULL; node = node->ai_next) {
			memset(node->ai_addr, 0xff, node->ai_addrlen);
			node->ai_protocol = -1;
		}
		if (i % 2 == 0)
			forget(caller);
	}
	herd_end(herd);
}
END_TEST

/* Nothing is kept: the next to ask is a lookup of its own. */
START_TEST(next_caller_asks_anew)
{
	struct question q = { .host = "plain.fake", .service = "80" };

	for (int i = 1; i <= 3; i++) {
		ask_right(q);
		ck_assert_int_eq(fake->calls("plain.fake"), i);
	}
}
END_TEST

/* libc has the canonical name as the caller wrote it, where the host has no other. So with
 * AI_CANONNAME there is a flight for each spelling that libc is asked for. */
static const struct { int flags, flights; } spelling[] = { { 0, 1 }, { AI_CANONNAME, 3 } };

START_TEST(spellings_are_one_flight)
{
	static const struct question spelled[] = {
		{ .host = "b\u00fccher.gate.fake" },                    /* composed */
		{ .host = "bu\u0308cher.gate.fake" },                   /* decomposed */
		{ .host = "B\u00dcCHER.Gate.FAKE" },
		{ .host = "BU\u0308CHER.GATE.fake" },
		{ .host = "b\u00fccher\u3002gate\u3002fake" },          /* ideographic dots */
		{ .host = "b\u00fccher.gate\uff0efake" },               /* full-width dot */
		{ .host = "\uff42\u00fc\uff43\uff48er.gate.fake" },     /* full-width letters */
		{ .host = "xn--bcher-kva.gate.fake" },
		{ .host = "XN--BCHER-KVA.gate.fake", .asked = "XN--BCHER-KVA.gate.fake" },
		{ .host = "Xn--Bcher-Kva.GATE.Fake", .asked = "Xn--Bcher-Kva.GATE.Fake" },
	};
	enum { SPELLINGS = sizeof spelled / sizeof *spelled };
	struct herd *herd = herd_of(3 * SPELLINGS, spelled[0]);
	int flights = is_musl() ? 3 : spelling[_i].flights; /* musl's answers always have the name */
	double begun;

	for (size_t i = 0; i < herd->n; i++) {
		herd->caller[i].q = spelled[i % SPELLINGS];
		if (spelled[i % SPELLINGS].asked == NULL)
			herd->caller[i].q.asked = "xn--bcher-kva.gate.fake";
		herd->caller[i].q.service = "443";
		herd->caller[i].q.flags = spelling[_i].flags;
	}
	herd_start(herd);
	begun = herd->begun;
	await(fake->running() >= flights);
	settle();
	fake->open_gate();
	herd_end_right(herd);
	ck_lookups("xn--bcher-kva.gate.fake", flights, begun);
}
END_TEST

START_TEST(different_questions_are_not_shared)
{
	static const struct question different[] = {
		{ .host = "gate.fake" },
		{ .host = "gate.fake", .no_hints = true },
		{ .host = "gate.fake", .service = "80" },
		{ .host = "gate.fake", .service = "443" },
		{ .host = "gate.fake", .service = "80", .family = AF_INET },
		{ .host = "gate.fake", .service = "80", .family = AF_INET6 },
		{ .host = "gate.fake", .service = "80", .socktype = SOCK_STREAM },
		{ .host = "gate.fake", .service = "80", .socktype = SOCK_DGRAM },
		{ .host = "gate.fake", .service = "80", .socktype = SOCK_RAW },
		{ .host = "gate.fake", .service = "80", .flags = AI_CANONNAME },
		{ .host = "gate.fake", .service = "80", .flags = AI_PASSIVE },
		{ .host = "gate.fake", .service = "80", .flags = AI_V4MAPPED | AI_ALL },
		{ .host = "gate.fak.fake" },
		{ .host = "gate.fake.fake" },
		{ .host = "2.gate.fake" },
	};
	enum { QUESTIONS = sizeof different / sizeof *different };
	struct herd *herd = herd_of(3 * QUESTIONS, different[0]);
	double begun;

	for (size_t i = 0; i < herd->n; i++)
		herd->caller[i].q = different[i % QUESTIONS];
	herd_start(herd);
	begun = herd->begun;
	await(fake->running() >= QUESTIONS);
	settle();
	fake->open_gate();
	herd_end_right(herd);
	ck_lookups("gate.fake", QUESTIONS - 3, begun);
	for (size_t i = QUESTIONS - 3; i < QUESTIONS; i++)
		ck_lookups(different[i].host, 1, begun);
}
END_TEST

/* Every error the host's callers can get is shared, with its errno. */
START_TEST(errors_are_shared)
{
	static const struct question failing[] = {
		{ .host = "gate.eai-1.fake", .code = EAI_BADFLAGS },
		{ .host = "gate.eai-2.fake", .code = EAI_NONAME },
		{ .host = "gate.eai-3.fake", .code = EAI_AGAIN },
		{ .host = "gate.eai-4.fake", .code = EAI_FAIL },
		{ .host = "gate.eai-5.fake", .code = EAI_NODATA },
		{ .host = "gate.eai-6.fake", .code = EAI_FAMILY },
		{ .host = "gate.eai-7.fake", .code = EAI_SOCKTYPE },
		{ .host = "gate.eai-8.fake", .code = EAI_SERVICE },
		{ .host = "gate.eai-9.fake", .code = EAI_ADDRFAMILY },
		{ .host = "gate.eai-11.errno-5.fake", .code = EAI_SYSTEM, .error = 5 },
		{ .host = "gate.eai-11.errno-24.fake", .code = EAI_SYSTEM, .error = 24 },
		{ .host = "gate.eai-12.fake", .code = EAI_OVERFLOW },
		{ .host = "gate.eai-105.fake", .code = EAI_IDN_ENCODE },
	};
	enum { ERRORS = sizeof failing / sizeof *failing };
	struct herd *herd = herd_of(10 * ERRORS, failing[0]);
	double begun;

	for (size_t i = 0; i < herd->n; i++)
		herd->caller[i].q = failing[i % ERRORS];
	herd_start(herd);
	begun = herd->begun;
	await(fake->running() >= ERRORS);
	settle();
	fake->open_gate();
	herd_end_right(herd);
	for (size_t i = 0; i < ERRORS; i++)
		ck_lookups(failing[i].host, 1, begun);
}
END_TEST

/* One caller without memory says nothing about the others: each asks. */
START_TEST(no_memory_is_never_shared)
{
	struct herd *herd = start_herd(20, (struct question){ .host = "gate.eai-10.fake", .code = EAI_MEMORY });

	await(fake->running() >= 1);
	settle();
	fake->open_gate();
	herd_end_right(herd);
	ck_assert_int_ge(fake->calls("gate.eai-10.fake"), 20);
}
END_TEST

START_TEST(leader_without_memory_leaves_the_others_well)
{
	struct herd *leader = start_herd(1, (struct question){ .host = "once.gate.eai-10.fake", .code = EAI_MEMORY });
	struct herd *others;

	await(fake->running() >= 1);
	others = start_herd(20, (struct question){ .host = "once.gate.eai-10.fake" });
	settle();
	fake->open_gate();
	herd_end_right(leader);
	herd_end_right(others);
}
END_TEST

TCase *make_tests(void)
{
	TCase *tcase = callers_case("herd");

	tcase_add_test(tcase, herd_is_one_lookup);
	tcase_add_test(tcase, herd_with_all_fields);
	tcase_add_test(tcase, herd_without_hints);
	tcase_add_test(tcase, herd_with_socket_flags);
	tcase_add_test(tcase, lists_are_independent);
	tcase_add_test(tcase, next_caller_asks_anew);
	ADD_ROWS(tcase, spellings_are_one_flight, spelling);
	tcase_add_test(tcase, different_questions_are_not_shared);
	tcase_add_test(tcase, errors_are_shared);
	tcase_add_test(tcase, no_memory_is_never_shared);
	tcase_add_test(tcase, leader_without_memory_leaves_the_others_well);
	return tcase;
}
