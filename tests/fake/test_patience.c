/* SPDX-License-Identifier: MIT */
/* A leader that is stuck is left after GAISHIM_PATIENCE. */
#include "callers.h"

#define PATIENCE "2.0"
static const double patience = 2, at_last = 2 + 30;

START_TEST(waiters_leave_a_stuck_leader)
{
	struct question q = { .host = "once.gate.fake", .service = "80", .flags = AI_CANONNAME };
	struct herd *leader = start_herd(1, q), *waiters;

	await(fake->running() == 1);
	waiters = start_herd(10, q);
	herd_join(waiters);
	for (size_t i = 0; i < waiters->n; i++) {
		ck_right(&waiters->caller[i]);
		/* Not before their time: the leader might have come home. */
		ck_assert_double_ge(waiters->caller[i].seconds, patience * 0.9);
		ck_assert_double_lt(waiters->caller[i].seconds, at_last);
	}
	/* Each asked alone; and the leader is still out. */
	ck_assert_int_eq(fake->calls("once.gate.fake"), 11);
	ck_assert_int_eq(pthread_tryjoin_np(leader->caller->thread, NULL), EBUSY);

	/* Newcomers are not kept from an answer either. */
	ck_assert_double_lt(ask_right(q), at_last);
	fake->open_gate();
	herd_end_right(leader);
	herd_end(waiters);
	ask_right(q);
}
END_TEST

/* Who asks alone may be stuck as well, and comes home as the leader does. */
START_TEST(all_are_stuck)
{
	struct question q = { .host = "gate.fake", .service = "80" };
	struct herd *herd = start_herd(10, q);

	await(fake->running() == 10);
	fake->open_gate();
	herd_end_right(herd);
	ck_assert_int_eq(fake->calls("gate.fake"), 10);
}
END_TEST

/* Patience is with one leader: the next one gets all of it. */
START_TEST(new_leader_new_patience)
{
	struct question q = { .host = "gate.fake", .service = "80" };
	struct herd *leader = start_herd(1, q), *waiters;

	await(fake->running() == 1);
	waiters = start_herd(10, q);
	nap((long)(patience * 600));
	ck_assert_int_eq(pthread_cancel(leader->caller->thread), 0);
	await(fake->running() == 2);
	nap((long)(patience * 600));
	ck_assert_int_eq(fake->calls("gate.fake"), 2);
	fake->open_gate();
	herd_join(leader);
	ck_assert_ptr_eq(leader->caller->ended, PTHREAD_CANCELED);
	herd_end(leader);
	herd_end_right(waiters);
	ck_assert_int_eq(fake->calls("gate.fake"), 2);
}
END_TEST

int main(int argc, char **argv)
{
	TCase *tcase;

	(void)argc;
	with_environment(argv, "GAISHIM_PATIENCE", PATIENCE);
	tcase = callers_case("patience");
	tcase_add_test(tcase, waiters_leave_a_stuck_leader);
	tcase_add_test(tcase, all_are_stuck);
	tcase_add_test(tcase, new_leader_new_patience);
	return callers_run(tcase);
}
