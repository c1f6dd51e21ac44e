/* SPDX-License-Identifier: MIT */
/*
 * Forks wait a little for who is inside libc, and nobody goes in meanwhile. The
 * fake resolver stands for libc: how many were inside, as its child sees it, is
 * whose locks a real one would have inherited.
 */
#include "callers.h"
#include "musl.h"

#include <stdatomic.h>
#include <sys/wait.h>

enum { FORKS = 200, CHURNERS = 4, TRIES = 20 };

/* A fork waits 100 ms, a lookup 100 more. Here and there a thread waits for a processor
 * too, but not each time: the quickest of some tries is what counts. */
static const double fork_waits = 0.1, lookup_waits = 0.1;

static atomic_bool churning;

static void *churn(void *host)
{
	while (churning) {
		struct caller caller = { .q = { .host = host } };

		ask(&caller);
		forget(&caller);
	}
	return NULL;
}

/* Forks a child that says what CHECK says. */
static bool child_says(bool (*check)(void))
{
	int status;
	pid_t pid = fork();

	if (pid == 0)
		_exit(check() ? 0 : 1);
	ck_assert_int_gt(pid, 0);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	return status == 0;
}

static bool nobody_inside(void)
{
	return fake->running() == 0;
}

/* Each is inside for a millisecond, again and again: without the gate a child that
 * finds nobody there is a rare one. */
START_TEST(quick_lookups)
{
	char hosts[CHURNERS][20];
	pthread_t thread[CHURNERS];
	size_t alone = 0, forks = scaled(FORKS);

	churning = true;
	for (size_t i = 0; i < CHURNERS; i++) {
		snprintf(hosts[i], sizeof hosts[i], "ms-1.%zu.fake", i);
		ck_assert_int_eq(pthread_create(&thread[i], NULL, churn, hosts[i]), 0);
	}
	await(fake->running() == CHURNERS);
	for (size_t i = 0; i < forks; i++) {
		nap(1);
		alone += child_says(nobody_inside);
	}
	churning = false;
	for (size_t i = 0; i < CHURNERS; i++)
		ck_assert_int_eq(pthread_join(thread[i], NULL), 0);
	ck_assert_msg(alone > forks / 2, "%zu children of %zu found nobody inside", alone, forks);
}
END_TEST

static double time_fork(void)
{
	double start = now(), seconds;
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	seconds = now() - start;
	waitpid(pid, NULL, 0);
	return seconds;
}

static bool forks_are_quick(void)
{
	double least = 1;

	for (int i = 0; i < TRIES && least >= fork_waits; i++) {
		double seconds = time_fork();

		least = seconds < least ? seconds : least;
	}
	return least < fork_waits;
}

static bool lookups_are_quick(void)
{
	double least = 1;

	for (int i = 0; i < TRIES && least >= lookup_waits; i++) {
		struct caller caller = { .q = { .host = "quick.fake" } };

		ask(&caller);
		forget(&caller);
		least = caller.seconds < least ? caller.seconds : least;
	}
	return least < lookup_waits;
}

static bool all_is_quick(void)
{
	return lookups_are_quick() && forks_are_quick();
}

/* A fork waits for them, in vain; but no other after it, nor in the child. */
START_TEST(slow_lookup)
{
	struct herd *herd = start_herd(1, (struct question){ .host = "gate.fake" });

	await(fake->running() == 1);
	ck_assert(forks_are_quick());
	ck_assert(lookups_are_quick());
	ck_assert(child_says(all_is_quick));
	fake->open_gate();
	herd_end_right(herd);
	ck_assert(all_is_quick());
}
END_TEST

/* A lookup whose thread was cancelled is out no more. */
START_TEST(lost_lookups)
{
	for (int i = 0; i < 5; i++) {
		struct herd *herd = start_herd(1, (struct question){ .host = "gate.fake" });

		await(fake->running() == i + 1);
		ck_assert_int_eq(pthread_cancel(herd->caller[0].thread), 0);
		herd_join(herd);
		ck_assert_ptr_eq(herd->caller[0].ended, PTHREAD_CANCELED);
		herd_end(herd);
	}
	ck_assert(all_is_quick());
}
END_TEST

/* A module that forks does not wait for the lookup that it serves. */
static double least_inside;

static void fork_inside(const char *host)
{
	double seconds = time_fork();

	(void)host;
	least_inside = seconds < least_inside ? seconds : least_inside;
}

START_TEST(fork_inside_a_lookup)
{
	least_inside = 1;
	fake->hook(fork_inside);
	for (int i = 0; i < TRIES; i++)
		ask_right((struct question){ .host = "hook.fake" });
	ck_assert_double_lt(least_inside, fork_waits);
}
END_TEST

/* Returns whether a fork waits for the lookup of an address, which has that service. */
static bool waits_for_service(const char *service)
{
	struct herd *herd = start_herd(1, (struct question){
		.host = "gate.fake", .service = service, .flags = AI_NUMERICHOST });
	double seconds;

	await(fake->running() == 1);
	seconds = time_fork();
	fake->open_gate();
	herd_end_right(herd);
	fake->reset();
	return seconds >= fork_waits;
}

/* libc takes locks for the service's name. */
START_TEST(service_by_name)
{
	bool waits = true;

	ck_assert(waits_for_service("http"));
	for (int i = 0; waits && i < TRIES; i++)
		waits = waits_for_service("80");
	ck_assert(!waits);
}
END_TEST

static void *fork_apart(void *unused)
{
	(void)unused;
	time_fork();
	return NULL;
}

/* A fork waits for a slow lookup, and a herd for that fork: its askers sleep, but none waits for
 * something that a waiter holds. */
START_TEST(herd_during_a_fork)
{
	enum { HERD = 40 };
	struct herd *slow, *herd;
	pthread_t thread;

	slow = start_herd(1, (struct question){ .host = "gate.fake" });
	await(fake->running() == 1);
	for (int i = 0; i < 5; i++)
		ask_right((struct question){ .host = "quick.fake" }); /* so that it is late soon */
	ck_assert_int_eq(pthread_create(&thread, NULL, fork_apart, NULL), 0);
	nap(5);
	herd = start_herd(HERD, (struct question){ .host = "quick.fake" });
	herd_end_right(herd);
	ck_assert_int_eq(pthread_join(thread, NULL), 0);
	ck_assert_int_lt(fake->calls("quick.fake"), 5 + HERD / 2);
	fake->open_gate();
	herd_end_right(slow);
}
END_TEST

TCase *make_tests(void)
{
	TCase *tcase;

	if (SANITIZER(""))
		return skip_all("a fork takes longer than its wait under sanitizers, valgrind and emulators");
	if (is_musl())
		return skip_all("a lookup of musl's holds no lock that a child would inherit: no fork waits");
	tcase = callers_case("forkgate");
	tcase_add_test(tcase, quick_lookups);
	tcase_add_test(tcase, slow_lookup);
	tcase_add_test(tcase, lost_lookups);
	tcase_add_test(tcase, fork_inside_a_lookup);
	tcase_add_test(tcase, service_by_name);
	tcase_add_test(tcase, herd_during_a_fork);
	return tcase;
}
