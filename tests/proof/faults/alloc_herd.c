/* SPDX-License-Identifier: MIT */
/*
 * Memory runs out in a herd: at the first allocation of its leader, of those who
 * wait for it, or of all; at the second, and so on. Who has enough has no harm,
 * nothing is left, and the table forgets the host.
 */
#include "no_memory.h"

/* A herd, each of which, or one, runs out at its nth allocation. */
struct faulted {
	struct caller caller;
	unsigned nth;
	bool failed;
};

static void *faulted_main(void *arg)
{
	struct faulted *faulted = arg;

	ask_with_fault(&faulted->caller, faulted->nth, SHIM, &faulted->failed);
	return NULL;
}

static void faulted_start(struct faulted *faulted, struct question q, unsigned nth)
{
	*faulted = (struct faulted){ .caller = { .q = q }, .nth = nth };
	ck_assert_int_eq(pthread_create(&faulted->caller.thread, NULL, faulted_main, faulted), 0);
}

/* Joins; returns whether it came back with an answer. */
static bool faulted_end(struct faulted *faulted)
{
	bool answered;

	ck_assert_int_eq(pthread_join(faulted->caller.thread, NULL), 0);
	ck_right_with_fault(&faulted->caller, faulted->failed, faulted->nth);
	answered = faulted->caller.code == faulted->caller.q.code;
	forget(&faulted->caller);
	return answered;
}

enum { HERD = 8 };
/* Its answer has six nodes and a name; its failure none. */
static const struct { struct question q; unsigned copied; } herds[] = {
	{ { .host = "gate.fake", .service = "80", .flags = AI_CANONNAME }, 7 },
	{ { .host = "gate.eai-2.fake", .code = EAI_NONAME }, 0 },
	{ { .host = "gate.eai-11.errno-5.fake", .code = EAI_SYSTEM, .error = 5 }, 0 },
};

/* The leader at FIRST, the others at REST. Returns how many had an answer, and how often
 * it was asked for: more than once without a fault if it was late. */
static size_t run_herd(int row, unsigned first, unsigned rest, bool *failed, int *asked)
{
	struct faulted herd[HERD];
	const struct question q = herds[row].q;
	size_t answered = 0;

	fake->reset();
	faulted_start(&herd[0], q, first);
	await(fake->running() >= 1);
	for (size_t i = 1; i < HERD; i++)
		faulted_start(&herd[i], q, rest);
	settle();
	fake->open_gate();
	*failed = false;
	for (size_t i = 0; i < HERD; i++) {
		answered += faulted_end(&herd[i]);
		*failed |= herd[i].failed;
	}
	await(count_tasks() == 1); /* a thread of the shim's may be on its way out */
	ck_assert_uint_eq(allocator->outstanding(), 0);
	*asked = fake->calls(q.host);
	/* The table has forgotten the host. */
	ask_right(q);
	ck_assert_int_eq(fake->calls(q.host), *asked + 1);
	return answered;
}

/* One takes the answer and copies nothing, and it may be this one. Without a
 * flight it asks alone, and the others share one among them. */
START_TEST(leader)
{
	for (unsigned n = 1; n <= herds[_i].copied + 2; n++) {
		bool failed;
		int asked;
		size_t answered = run_herd(_i, n, 0, &failed, &asked);

		ck_assert_int_ge(asked, n == 1 ? 2 : 1);
		ck_assert_uint_ge(answered, n == 1 ? HERD : HERD - 1);
	}
}
END_TEST

/* The others: all but the last of all who share run out, be that the leader or one of them. */
START_TEST(waiters)
{
	for (unsigned n = 1; n <= herds[_i].copied + 2; n++) {
		bool failed;
		int asked;
		size_t answered = run_herd(_i, 0, n, &failed, &asked);
		bool copies = n > 1 && n <= herds[_i].copied + 1;

		ck_assert_int_ge(asked, n == 1 ? HERD : 1);
		ck_assert_int_eq(failed, n == 1 || copies);
		/* One takes the answer as it is; the leader may have one, or an older one, too. */
		if (copies)
			ck_assert(answered == 1 || answered == 2);
		else
			ck_assert_uint_eq(answered, HERD);
	}
}
END_TEST

/* Everybody: who finds all others gone takes the answer itself. Where all are
 * still busy failing nobody does, and the last to leave discards it. */
static void run_out_together(int row, int linger)
{
	/* There it takes two seconds to know that a herd has settled. */
	unsigned step = SANITIZER("valgrind") ? 3 : 1;

	allocator->linger(linger);
	for (unsigned n = 1; n <= herds[row].copied + 2; n += step) {
		bool failed;
		int asked;
		size_t answered = run_herd(row, n, n, &failed, &asked);

		if (n > 1 && n <= herds[row].copied + 1)
			ck_assert_int_le((int)answered, asked); /* as they are, where it was late */
		else
			ck_assert_uint_eq(answered, HERD);
	}
}

START_TEST(everybody)
{
	run_out_together(_i, 0);
}
END_TEST

START_TEST(everybody_at_once)
{
	run_out_together(_i, 30);
}
END_TEST

TCase *make_tests(void)
{
	TCase *tcase = no_memory_case("alloc_herd");

	if (!SANITIZER("valgrind")) {
		ADD_ROWS(tcase, leader, herds);
		ADD_ROWS(tcase, waiters, herds);
	}
	ADD_ROWS(tcase, everybody, herds);
	tcase_add_loop_test(tcase, everybody_at_once, 0, 1); /* the one with an answer to copy */
	return tcase;
}
