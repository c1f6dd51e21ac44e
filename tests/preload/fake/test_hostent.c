/* SPDX-License-Identifier: MIT */
/* Who shares a lookup of gethostbyname, gethostbyaddr, getnameinfo and their kin, and what
 * each caller gets of it. */
#include "callers.h"

enum { HERD = 200, MOST = 15 * 1024 /* bytes that the forms without a buffer begin with */ };

/* All callers of the herd are there. The gate is opened, and each has a right answer. */
static double let_go(struct herd *herd, int lookups)
{
	double begun = herd->begun;

	await(fake->running() >= lookups);
	settle();
	fake->open_gate();
	herd_end_right(herd);
	return begun;
}

START_TEST(herd_is_one_lookup)
{
	double begun = let_go(start_herd(HERD, (struct question){ .host = "gate.fake", .call = (enum call)_i }), 1);

	ck_lookups("gate.fake", 1, begun);
	ck_assert_int_eq(fake->total(), fake->calls("gate.fake"));
}
END_TEST

START_TEST(herd_of_the_other_family)
{
	struct question q = { .host = "gate.fake", .family = AF_INET6, .call = (enum call)_i };
	double begun = let_go(start_herd(20, q), 1);

	ck_lookups("gate.fake", 1, begun);
}
END_TEST

/* A form without a buffer is a question with room for long answers. */
static const enum call pairs[][2] = { { BYNAME, BYNAME_R }, { BYNAME2, BYNAME2_R }, { BYADDR, BYADDR_R } };

START_TEST(both_forms_share)
{
	struct herd *herd = herd_of(20, (struct question){ .host = "gate.fake", .room = MOST });
	double begun;

	for (size_t i = 0; i < herd->n; i++)
		herd->caller[i].q.call = pairs[_i][i % 2];
	herd_start(herd);
	begun = let_go(herd, 1);
	ck_lookups("gate.fake", 1, begun);
}
END_TEST

/* The service and the sizes of the buffers are each caller's own. */
START_TEST(names_for_any_port_are_one_lookup)
{
	static const char *const ports[] = { NULL, "80", "443", "65535" };
	struct herd *herd = herd_of(HERD, (struct question){ .host = "gate.fake", .call = NAMEINFO });
	double begun;

	for (size_t i = 0; i < herd->n; i++) {
		struct question *q = &herd->caller[i].q;

		q->service = ports[i % 4];
		q->flags = NI_NUMERICSERV;
		q->room = 20 + i;
	}
	for (size_t i = 0; i < 10; i++) { /* room for "canon-of.gate.fak" */
		herd->caller[i].q.room = 18;
		herd->caller[i].q.code = EAI_OVERFLOW;
	}
	herd_start(herd);
	begun = let_go(herd, 1);
	ck_lookups("gate.fake", 1, begun);
}
END_TEST

/* With NI_NUMERICHOST there is nothing to look up. */
START_TEST(numeric_names_wait_for_nobody)
{
	struct herd *herd = start_herd(10, (struct question){ .host = "gate.fake", .call = NAMEINFO });
	struct sockaddr_in address = { .sin_family = AF_INET };
	char name[INET_ADDRSTRLEN];
	unsigned char bytes[16] = { 0 };

	await(fake->running() >= 1);
	memcpy(&address.sin_addr, bytes, fake_address("gate.fake", AF_INET, bytes));
	ck_assert_int_eq(getnameinfo((struct sockaddr *)&address, sizeof address, name, sizeof name, NULL, 0,
	                             NI_NUMERICHOST), 0);
	ck_assert_int_eq(inet_pton(AF_INET, name, bytes), 1);
	ck_assert_mem_eq(bytes, &address.sin_addr, 4);
	let_go(herd, 1);
}
END_TEST

START_TEST(spellings_are_one_flight)
{
	static const struct question spelled[] = {
		{ .host = "b\u00fccher.gate.fake" },
		{ .host = "bu\u0308cher.gate.fake" },
		{ .host = "B\u00dcCHER.Gate.FAKE" },
		{ .host = "b\u00fccher\u3002gate\u3002fake" },
		{ .host = "xn--bcher-kva.gate.fake" },
	};
	enum { SPELLINGS = sizeof spelled / sizeof *spelled };
	struct herd *herd = herd_of(10 * SPELLINGS, spelled[0]);
	double begun;

	for (size_t i = 0; i < herd->n; i++) {
		herd->caller[i].q.host = spelled[i % SPELLINGS].host;
		herd->caller[i].q.asked = "xn--bcher-kva.gate.fake";
		herd->caller[i].q.call = _i;
	}
	herd_start(herd);
	begun = let_go(herd, 1);
	ck_lookups("xn--bcher-kva.gate.fake", 1, begun);
}
END_TEST

/* What libc answers depends on the room, too: see ERANGE below. */
START_TEST(different_questions_are_not_shared)
{
	static const struct question different[] = {
		{ .host = "gate.fake", .family = AF_INET },
		{ .host = "gate.fake", .call = BYNAME },
		{ .host = "gate.fake", .call = BYNAME_R },
		{ .host = "gate.fake", .call = BYNAME_R, .room = USUAL_ROOM + 8 },
		{ .host = "gate.fake", .call = BYNAME2 },
		{ .host = "gate.fake", .call = BYNAME2, .family = AF_INET6 },
		{ .host = "gate.fake", .call = BYNAME2_R },
		{ .host = "gate.fake", .call = BYNAME2_R, .family = AF_INET6 },
		{ .host = "gate.fake", .call = BYADDR },
		{ .host = "gate.fake", .call = BYADDR, .family = AF_INET6 },
		{ .host = "gate.fake", .call = BYADDR_R },
		{ .host = "gate.fake", .call = NAMEINFO },
		{ .host = "gate.fake", .call = NAMEINFO, .flags = NI_NAMEREQD },
		{ .host = "gate.fake", .call = NAMEINFO, .family = AF_INET6 },
		{ .host = "2.gate.fake", .call = BYNAME },
		{ .host = "2.gate.fake", .call = BYADDR },
	};
	enum { QUESTIONS = sizeof different / sizeof *different };
	struct herd *herd = herd_of(3 * QUESTIONS, different[0]);
	double begun;

	for (size_t i = 0; i < herd->n; i++)
		herd->caller[i].q = different[i % QUESTIONS];
	herd_start(herd);
	begun = let_go(herd, QUESTIONS);
	ck_lookups("gate.fake", QUESTIONS - 2, begun);
	ck_lookups("2.gate.fake", 2, begun);
}
END_TEST

/* Each error, with what libc says in h_errno, in errno and by the number that it returns. */
static const struct question failing[] = {
	{ .host = "gate.eai-2.fake", .code = HOST_NOT_FOUND },
	{ .host = "gate.eai-3.fake", .code = TRY_AGAIN, .error = EAGAIN },
	{ .host = "gate.eai-4.errno-111.fake", .code = NO_RECOVERY, .error = 111 },
	{ .host = "gate.eai-5.fake", .code = NO_DATA },
	{ .host = "gate.eai-11.errno-5.fake", .code = NETDB_INTERNAL, .error = 5 },
	{ .host = "gate.eai-11.errno-24.fake", .code = NETDB_INTERNAL, .error = 24 },
};
enum { ERRORS = sizeof failing / sizeof *failing };

START_TEST(errors_are_shared)
{
	struct herd *herd = herd_of(10 * ERRORS, failing[0]);
	double begun;

	for (size_t i = 0; i < herd->n; i++) {
		herd->caller[i].q = failing[i % ERRORS];
		herd->caller[i].q.call = _i;
	}
	herd_start(herd);
	begun = let_go(herd, ERRORS);
	for (size_t i = 0; i < ERRORS; i++)
		ck_lookups(failing[i].host, 1, begun);
}
END_TEST

static const struct question nameless[] = {
	{ .host = "gate.eai-2.fake", .code = EAI_NONAME },
	{ .host = "gate.eai-3.fake", .code = EAI_AGAIN },
	{ .host = "gate.eai-4.fake", .code = EAI_FAIL },
	{ .host = "gate.eai-6.fake", .code = EAI_FAMILY },
	{ .host = "gate.eai-11.errno-5.fake", .code = EAI_SYSTEM, .error = 5 },
};
enum { NAMELESS = sizeof nameless / sizeof *nameless };

START_TEST(errors_of_getnameinfo_are_shared)
{
	struct herd *herd = herd_of(10 * NAMELESS, nameless[0]);
	double begun;

	for (size_t i = 0; i < herd->n; i++) {
		herd->caller[i].q = nameless[i % NAMELESS];
		herd->caller[i].q.call = NAMEINFO;
	}
	herd_start(herd);
	begun = let_go(herd, NAMELESS);
	for (size_t i = 0; i < NAMELESS; i++)
		ck_lookups(nameless[i].host, 1, begun);
}
END_TEST

/* 100 addresses of 4 bytes, and as many pointers, are more than USUAL_ROOM. */
static const enum call with_buffer[] = { BYNAME_R, BYNAME2_R, BYADDR_R };

START_TEST(too_little_room_is_shared)
{
	enum call call = with_buffer[_i];
	struct question q = { .host = "many-100.gate.fake", .code = NETDB_INTERNAL, .error = ERANGE, .call = call };
	struct herd *herd = herd_of(20, q);
	double begun;

	for (size_t i = 0; i < herd->n; i++)
		if (i % 2 == 0)
			herd->caller[i].q = (struct question){ .host = q.host, .call = call, .room = 8 * USUAL_ROOM };
	herd_start(herd);
	begun = let_go(herd, 2);
	ck_lookups(q.host, 2, begun);
}
END_TEST

/* Any room that is enough for libc is enough for those who wait, too; and with a byte less
 * each of them is told so. */
START_TEST(room_is_enough_for_all_or_for_none)
{
	const char *host = "gate.many-3.fake";
	size_t least = 0;

	fake->open_gate();
	for (size_t room = 1; room < USUAL_ROOM && least == 0; room++) {
		struct caller caller = { .q = { .host = host, .call = BYNAME_R, .room = room } };

		ask(&caller);
		if (caller.code == 0)
			least = room;
		forget(&caller);
	}
	ck_assert_uint_gt(least, 0);
	for (size_t room = least - 1; room < least + 16; room++) {
		struct question q = { .host = host, .call = BYNAME_R, .room = room };

		if (room < least) {
			q.code = NETDB_INTERNAL;
			q.error = ERANGE;
		}
		fake->reset();
		let_go(start_herd(10, q), 1);
	}
}
END_TEST

/* Behind 200 lookups that are stuck these are answered at once. */
START_TEST(addresses_and_localhost_wait_for_nobody)
{
	static const struct question quick[] = {
		{ .host = "127.0.0.1", .call = BYNAME },
		{ .host = "127.0.0.1", .call = BYNAME_R },
		{ .host = "127.0.0.1", .call = BYNAME2 },
		{ .host = "::1", .call = BYNAME2, .family = AF_INET6 },
		{ .host = "127.0.0.1", .call = BYNAME2_R },
		{ .host = "::1", .call = BYNAME2_R, .family = AF_INET6 },
		{ .host = "\uff11\uff12\uff17.0.0\u30021", .asked = "127.0.0.1", .call = BYNAME },
		{ .host = "\uff11\uff12\uff17.0.0\u30021", .asked = "127.0.0.1", .call = BYNAME_R },
		{ .host = "localhost", .call = BYNAME },
		{ .host = "localhost", .call = BYNAME_R },
		{ .host = "localhost", .call = BYNAME2 },
		{ .host = "localhost", .call = BYNAME2_R },
		{ .host = "127.0.0.1", .call = BYADDR },
		{ .host = "127.0.0.1", .call = BYADDR_R },
		{ .host = "127.0.0.1", .call = NAMEINFO, .service = "80", .flags = NI_NUMERICSERV },
		{ .host = "quick.fake", .call = BYNAME },
		{ .host = "quick.fake", .call = BYADDR },
	};
	enum { QUICK = sizeof quick / sizeof *quick, STUCK = 200 };
	struct herd *stuck = herd_of(STUCK, (struct question){ .host = NULL });
	bool has_hosts = access("/etc/hosts", F_OK) == 0;
	size_t rounds = scaled(100);
	char hosts[STUCK][32];
	double least[QUICK];

	for (size_t i = 0; i < STUCK; i++) {
		snprintf(hosts[i], sizeof hosts[i], "gate.host%zu.fake", i);
		stuck->caller[i].q = (struct question){ .host = hosts[i], .call = BYNAME + i % (CALLS - BYNAME) };
	}
	herd_start(stuck);
	await(fake->running() == STUCK);
	for (size_t j = 0; j < QUICK; j++)
		least[j] = 1;
	for (size_t i = 0; i < rounds; i++)
		for (size_t j = 0; j < QUICK; j++) {
			double seconds;

			/* A bare system has no /etc/hosts: a nameserver would be asked for these. */
			if (!has_hosts && (strcmp(quick[j].host, "localhost") == 0
			                   || (quick[j].call >= BYADDR && strcmp(quick[j].host, "127.0.0.1") == 0))) {
				least[j] = 0;
				continue;
			}
			seconds = ask_right(quick[j]);
			least[j] = seconds < least[j] ? seconds : least[j];
		}
	for (size_t j = 0; j < QUICK; j++)
		ck_assert_msg(least[j] < (SANITIZER("") ? 0.1 : 0.001), "%s(%s): %f s", call_names[quick[j].call],
		              quick[j].host, least[j]);
	ck_assert_int_eq(fake->running(), STUCK);
	let_go(stuck, STUCK);
}
END_TEST

TCase *make_tests(void)
{
	TCase *tcase = callers_case("hostent");

	tcase_add_loop_test(tcase, herd_is_one_lookup, BYNAME, CALLS);
	tcase_add_loop_test(tcase, herd_of_the_other_family, BYNAME2, CALLS);
	ADD_ROWS(tcase, both_forms_share, pairs);
	tcase_add_test(tcase, names_for_any_port_are_one_lookup);
	tcase_add_test(tcase, numeric_names_wait_for_nobody);
	tcase_add_loop_test(tcase, spellings_are_one_flight, BYNAME, BYADDR);
	tcase_add_test(tcase, different_questions_are_not_shared);
	tcase_add_loop_test(tcase, errors_are_shared, BYNAME, NAMEINFO);
	tcase_add_test(tcase, errors_of_getnameinfo_are_shared);
	ADD_ROWS(tcase, too_little_room_is_shared, with_buffer);
	tcase_add_test(tcase, room_is_enough_for_all_or_for_none);
	tcase_add_test(tcase, addresses_and_localhost_wait_for_nobody);
	return tcase;
}
