/* SPDX-License-Identifier: MIT */
/* Threads that end while they ask: another takes over, at once, whichever call it is. */
#include "callers.h"

#include <stdatomic.h>

static const double prompt = 30;

/* One caller is inside, N others wait for it. */
struct scene {
	struct herd *leader, *waiters;
	double begun;
};

static struct scene begin(size_t n, struct question q)
{
	struct scene scene = { .leader = start_herd(1, q), .begun = now() };

	await(fake->running() == 1);
	scene.waiters = start_herd(n, q);
	settle();
	return scene;
}

static void cancel(struct caller *caller)
{
	ck_assert_int_eq(pthread_cancel(caller->thread), 0);
}

/* Joins a caller that was cancelled: it has no list to free, see forget(). */
static void join_cancelled(struct caller *caller)
{
	ck_assert_int_eq(pthread_join(caller->thread, &caller->ended), 0);
	ck_assert_ptr_eq(caller->ended, PTHREAD_CANCELED);
}

START_TEST(leader_cancelled)
{
	struct scene scene = begin(20, (struct question){ .host = "once.gate.fake", .call = (enum call)_i });
	double start = now();

	cancel(scene.leader->caller);
	join_cancelled(scene.leader->caller);
	herd_end_right(scene.waiters);
	ck_assert_double_lt(now() - start, prompt);
	ck_lookups("once.gate.fake", 2, scene.begun);
	herd_end(scene.leader);
}
END_TEST

START_TEST(lone_leader_cancelled)
{
	struct question q = { .host = "once.gate.fake", .call = (enum call)_i };
	struct herd *leader = start_herd(1, q);

	await(fake->running() == 1);
	cancel(leader->caller);
	join_cancelled(leader->caller);
	herd_end(leader);
	ck_assert_double_lt(ask_right(q), prompt);
	ck_assert_int_eq(fake->calls("once.gate.fake"), 2);
}
END_TEST

/* Cancels who asks, and who takes over in its turn, up to MOST of them; but none any more
 * when the answer is late, and is asked for by another. Returns how many. */
static int cancel_in_a_row(int most)
{
	int cancelled = 0;
	size_t ended = 0;

	fake->reset();
	fake->hook(note_asker_of_herd);
	newest_asker = NULL;
	watched = herd_of(20, (struct question){ .host = "hook.gate.fake", .service = "80" });
	herd_start(watched);
	for (struct caller *last = NULL; cancelled < most && now() < watched->begun + 0.35; nap(1))
		if (newest_asker != last) {
			last = newest_asker;
			cancel(last);
			cancelled++;
		}
	await(fake->calls("hook.gate.fake") > cancelled);
	fake->open_gate();
	herd_join(watched);
	for (size_t i = 0; i < watched->n; i++) {
		if (watched->caller[i].ended == PTHREAD_CANCELED)
			ended++;
		else
			ck_right(&watched->caller[i]);
	}
	ck_assert_uint_eq(ended, cancelled);
	ck_lookups("hook.gate.fake", cancelled + 1, watched->begun);
	herd_end(watched);
	if (!SANITIZER("thread")) /* which has a thread of its own */
		await(count_tasks() == 1); /* a thread of the shim's may be on its way out */
	return cancelled;
}

START_TEST(leaders_cancelled_in_a_row)
{
	int most = SANITIZER("") ? 1 : 5, tries = 0;

	/* A machine that is busy is given another chance. */
	while (cancel_in_a_row(most) < most)
		ck_assert_int_lt(++tries, 20);
}
END_TEST

/* They end while the leader is still out: waiting is a cancellation point. */
static void cancel_waiters(enum call call, size_t n, size_t cancelled)
{
	struct question q = { .host = "gate.fake", .call = call };
	struct scene scene = begin(n, q);
	struct herd *newcomers;

	for (size_t i = 0; i < cancelled; i++)
		cancel(&scene.waiters->caller[i]);
	for (size_t i = 0; i < cancelled; i++)
		join_cancelled(&scene.waiters->caller[i]);
	newcomers = start_herd(5, q);
	settle();
	fake->open_gate();
	for (size_t i = cancelled; i < n; i++) {
		ck_assert_int_eq(pthread_join(scene.waiters->caller[i].thread, NULL), 0);
		ck_right(&scene.waiters->caller[i]);
	}
	herd_end_right(newcomers);
	herd_end_right(scene.leader);
	herd_end(scene.waiters);
	ck_lookups("gate.fake", 1, scene.begun);
	ask_right(q);
	ck_lookups("gate.fake", 2, scene.begun);
}

START_TEST(some_waiters_cancelled)
{
	cancel_waiters((enum call)_i, 20, 10);
}
END_TEST

START_TEST(all_waiters_cancelled)
{
	cancel_waiters((enum call)_i, 20, 20);
}
END_TEST

START_TEST(leader_and_some_waiters_cancelled)
{
	struct scene scene = begin(20, (struct question){ .host = "once.gate.fake", .call = (enum call)_i });
	double start = now();

	for (size_t i = 0; i < 10; i++)
		cancel(&scene.waiters->caller[i]);
	cancel(scene.leader->caller);
	join_cancelled(scene.leader->caller);
	herd_join(scene.waiters);
	for (size_t i = 0; i < 20; i++) {
		struct caller *waiter = &scene.waiters->caller[i];

		/* One of the ten may have come home before it noticed. */
		if (i >= 10)
			ck_assert_ptr_null(waiter->ended);
		if (waiter->ended == NULL)
			ck_right(waiter);
	}
	ck_assert_double_lt(now() - start, prompt);
	herd_end(scene.waiters);
	herd_end(scene.leader);
}
END_TEST

START_TEST(everybody_cancelled)
{
	struct question q = { .host = "gate.fake", .call = (enum call)_i };
	struct herd *herd = start_herd(20, q);

	await(fake->running() >= 1);
	settle();
	for (size_t i = 0; i < herd->n; i++)
		cancel(&herd->caller[i]);
	for (size_t i = 0; i < herd->n; i++)
		join_cancelled(&herd->caller[i]);
	herd_end(herd);
	fake->open_gate();
	ck_assert_double_lt(ask_right(q), prompt);
}
END_TEST

/* Who is deaf to cancellation gets its answer, and is cancelled after it. */
static void *deaf_main(void *arg)
{
	int state;

	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state);
	ask(arg);
	pthread_setcancelstate(state, NULL);
	pthread_testcancel();
	return NULL;
}

START_TEST(deaf_callers_get_their_answer)
{
	struct question q = { .host = "gate.fake", .call = (enum call)_i };
	struct caller deaf[2] = { { .q = q }, { .q = q } };
	double begun = now();

	for (int i = 0; i < 2; i++) {
		ck_assert_int_eq(pthread_create(&deaf[i].thread, NULL, deaf_main, &deaf[i]), 0);
		await(fake->running() >= 1);
		settle();
		cancel(&deaf[i]);
	}
	settle();
	fake->open_gate();
	for (int i = 0; i < 2; i++) {
		join_cancelled(&deaf[i]);
		ck_right(&deaf[i]);
		deaf[i].ended = NULL; /* before it was cancelled it had its answer */
		forget(&deaf[i]);
	}
	ck_lookups("gate.fake", 1, begun);
}
END_TEST

/* The hook lets the others come before it ends the thread. */
static atomic_bool end_now;

static void end_thread(const char *host)
{
	(void)host;
	while (!end_now)
		nap(1);
	pthread_exit(PTHREAD_CANCELED);
}

START_TEST(leader_exits_inside)
{
	struct question q = { .host = "once.hook.fake", .call = (enum call)_i };
	struct scene scene;
	double start;

	fake->hook(end_thread);
	scene = begin(20, q);
	start = now();
	end_now = true;
	join_cancelled(scene.leader->caller);
	herd_end_right(scene.waiters);
	ck_assert_double_lt(now() - start, prompt);
	ck_lookups("once.hook.fake", 2, scene.begun);
	herd_end(scene.leader);
}
END_TEST

TCase *make_tests(void)
{
	TCase *tcase = callers_case("cancel");

	ADD_CALLS(tcase, leader_cancelled);
	ADD_CALLS(tcase, lone_leader_cancelled);
	tcase_add_test(tcase, leaders_cancelled_in_a_row);
	ADD_CALLS(tcase, some_waiters_cancelled);
	ADD_CALLS(tcase, all_waiters_cancelled);
	ADD_CALLS(tcase, leader_and_some_waiters_cancelled);
	ADD_CALLS(tcase, everybody_cancelled);
	ADD_CALLS(tcase, deaf_callers_get_their_answer);
	ADD_CALLS(tcase, leader_exits_inside);
	return tcase;
}
