/* SPDX-License-Identifier: MIT
 *
 * Flights whose asker is stuck or gone, and waiters that have to ask by themselves.
 *
 * Not here: a thread that is stuck at the loader's lock (it takes a module that is being
 * loaded), and a waiter that has waited for 30 s.
 */
#include "flights.h"
#include "flight/threads.h"

#include <semaphore.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { WAITERS = 5 };

static sem_t never;

static void block(void)
{
	atomic_fetch_add(&late_at_gate, 1);
	while (sem_wait(&never) != 0)
		;
}

/* The thread waits for a lock that a waiter might hold: each asks by itself. */
START_TEST(test_deserted)
{
	struct caller callers[1 + WAITERS], newcomer = plain;

	sem_init(&never, 0, 0);
	late.inside = block;
	for (int i = 0; i <= WAITERS; i++) {
		callers[i] = plain;
		callers[i].inside = wait_at_gate;
		start(&callers[i]);
		await(&at_gate, 1);
	}
	await(&at_gate, 1 + WAITERS);
	/* Whoever comes now has nothing to do with them. */
	call(&newcomer);
	ck_assert_int_eq(newcomer.outcome.role, FLIGHT_LED);
	ck_assert_int_eq(newcomer.outcome.waited, 0);
	open_gate(1 + WAITERS);
	join(callers, 1 + WAITERS);
	ck_assert_int_eq(atomic_load(&asked_late), 1);
	for (int i = 1; i <= WAITERS; i++) {
		ck_assert_int_eq(callers[i].got_code, 0);
		ck_assert_int_eq(callers[i].outcome.role, FLIGHT_ASKED);
	}
	ck_assert_int_eq(callers[0].got_code, 0);
	sem_post(&never);
	assert_empty("key");
}
END_TEST

static void block_newest(void)
{
	if (atomic_load(&asked_late) == 1) {
		wait_at_late_gate();
	} else {
		open_late_gate();
		block();
	}
}

/* A thread that comes back in vain does not keep the newest one from being looked after. */
START_TEST(test_newest_is_deserted)
{
	struct caller callers[2], newcomer = plain;

	sem_init(&never, 0, 0);
	late.inside = block_newest;
	late.code = TRY_LATER;
	start_herd(callers, 2, plain);
	await(&late_at_gate, 1);
	/* The newcomer is not to be told what the first thread brings. */
	nanosleep(&(struct timespec){ .tv_nsec = 500 * millisecond }, NULL);
	call(&newcomer);
	ck_assert_int_eq(newcomer.got_code, 0);
	ck_assert_int_eq(newcomer.outcome.role, FLIGHT_ASKED);
	join(callers + 1, 1);
	ck_assert_int_eq(callers[1].got_code, TRY_LATER);
	sem_post(&never);
	open_gate(1);
	join(callers, 1);
	assert_empty("key");
}
END_TEST

static void use_up_threads(void)
{
	atomic_store(&process_own()->threads, THREADS_MOST);
}

/* Where there can be no thread, one waiter asks by itself, for all who came before. */
START_TEST(test_no_thread)
{
	struct caller callers[1 + WAITERS];
	int asked_themselves = 0;

	use_up_threads();
	start_herd(callers, 1 + WAITERS, plain);
	join(callers + 1, WAITERS);
	for (int i = 1; i <= WAITERS; i++) {
		ck_assert_int_eq(callers[i].got_code, 0);
		ck_assert_uint_ge(callers[i].outcome.asks, 2);
		asked_themselves += callers[i].outcome.role == FLIGHT_ASKED;
	}
	ck_assert_int_ge(asked_themselves, 1);
	ck_assert_int_lt(asked_themselves, WAITERS); /* some may have been about to do so */
	ck_assert_int_eq(atomic_load(&asked), 1 + asked_themselves);
	ck_assert_int_eq(atomic_load(&asked_late), 0);
	open_gate(1);
	join(callers, 1);
	atomic_store(&process_own()->threads, 0);
	assert_empty("key");
}
END_TEST

/* There a waiter that an ask covers goes on waiting: libc would keep it as long. */
START_TEST(test_no_thread_but_covered)
{
	struct caller callers[2];

	start_herd(callers, 2, plain);
	await(&late_at_gate, 1);
	use_up_threads();
	/* The next two asks would be due by then. */
	nanosleep(&(struct timespec){ .tv_sec = 3 }, NULL);
	ck_assert_int_eq(count_waiters("key"), 1);
	open_gate(1);
	join(callers, 2);
	ck_assert_int_eq(callers[1].outcome.role, FLIGHT_WAITED);
	ck_assert_int_eq(callers[1].got_answer, 1);
	ck_assert_uint_eq(callers[1].outcome.asks, 2);
	atomic_store(&process_own()->threads, 1);
	assert_empty("key");
}
END_TEST

/* When those who ask are gone, the next one asks at once. */
START_TEST(test_no_thread_and_cancelled)
{
	struct caller callers[1 + WAITERS];

	use_up_threads();
	for (int i = 0; i <= WAITERS; i++) {
		callers[i] = plain;
		callers[i].inside = i < 2 ? wait_at_gate : NULL;
		start(&callers[i]);
		await(&at_gate, i < 2 ? i + 1 : 2); /* the second caller waits, and then asks as well */
	}
	pthread_cancel(callers[0].thread);
	pthread_cancel(callers[1].thread);
	join(callers, 1 + WAITERS);
	for (int i = 2; i <= WAITERS; i++) {
		ck_assert_int_eq(callers[i].got_code, 0);
		ck_assert_int_lt(callers[i].outcome.waited, 10000 * millisecond);
	}
	atomic_store(&process_own()->threads, 0);
	assert_empty("key");
}
END_TEST

static void vanish(void)
{
	wait_at_gate();
	syscall(SYS_exit, 0);
}

/* The leader's thread is gone without a word. */
START_TEST(test_leader_vanishes)
{
	struct caller callers[1 + WAITERS], like = plain;

	like.inside = vanish;
	start_herd(callers, 1 + WAITERS, like);
	open_gate(1);
	open_late_gate();
	join(callers + 1, WAITERS);
	for (int i = 1; i <= WAITERS; i++) {
		ck_assert_int_eq(callers[i].got_code, 0);
		ck_assert_int_gt(callers[i].got_answer, 1);
	}
	ck_assert_int_eq(count_waiters("key"), -1); /* but it is held for good, answer and all */
}
END_TEST

TCase *make_tests(void)
{
	TCase *tcase = tcase_create("stuck");

	tcase_set_timeout(tcase, 100);
	tcase_add_checked_fixture(tcase, set_up, NULL);
	if (SANITIZER("emulator")) {
		puts("# SKIP threads that are blocked: /proc has the system calls of the emulator's machine");
	} else {
		tcase_add_test(tcase, test_deserted);
		tcase_add_test(tcase, test_newest_is_deserted);
	}
	tcase_add_test(tcase, test_no_thread);
	tcase_add_test(tcase, test_no_thread_but_covered);
	if (SANITIZER("thread"))
		puts("# SKIP cancelled leaders: ThreadSanitizer is blind after they are cancelled");
	else
		tcase_add_test(tcase, test_no_thread_and_cancelled);
	if (SANITIZER(""))
		puts("# SKIP a thread that vanishes: so do its flight and its sanitizer's state");
	else
		tcase_add_test(tcase, test_leader_vanishes);
	return tcase;
}
