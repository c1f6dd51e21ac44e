/* SPDX-License-Identifier: MIT */
/* An answer that is late is asked for again, on a thread of the shim's, made for that. */
#include "callers.h"

#include <signal.h>
#include <stdatomic.h>
#include <sys/syscall.h>
#include <sys/time.h>

/* Seconds: after how long an answer is late if nobody knows better; the clock that counts
 * them goes in steps. */
static const double late = 0.4 * 0.9, at_last = 30;

START_TEST(stuck_leader_costs_a_little)
{
	struct question q = { .host = "once.gate.fake", .call = (enum call)_i };
	struct herd *leader = start_herd(1, q), *waiters;

	await(fake->running() == 1);
	waiters = start_herd(10, q);
	herd_join_between(waiters, late, at_last);
	/* One more lookup served them all, and the leader is still out. */
	ck_lookups(q.host, 2, leader->begun);
	ck_assert_int_eq(pthread_tryjoin_np(leader->caller->thread, NULL), EBUSY);

	/* Who comes now has nothing to do with that. */
	ck_assert_double_lt(ask_right(q), at_last);
	fake->open_gate();
	herd_end_right(leader);
	herd_end(waiters);
	ask_right(q);
}
END_TEST

/* Each distance is twice the last one. */
START_TEST(all_are_stuck)
{
	struct question q = { .host = "gate.fake", .call = (enum call)_i };
	struct herd *herd = start_herd(10, q);

	await(fake->calls(q.host) == 2);
	ck_assert_double_ge(now() - herd->begun, late);
	await(fake->calls(q.host) == 3);
	ck_assert_double_ge(now() - herd->begun, 3 * late);
	fake->open_gate();
	herd_end_right(herd);
}
END_TEST

/* A host that always takes 300 ms is not late, whatever quick ones are asked beside it. */
START_TEST(slow_host_is_one_lookup)
{
	enum { HERDS = 6, QUICK = 50 };
	double begun;
	int before;

	for (int i = 0; i < HERDS; i++) {
		struct herd *herd = start_herd(10, (struct question){ .host = "ms-300.fake" });

		begun = herd->begun;
		before = fake->calls("ms-300.fake");
		for (int j = 0; j < QUICK; j++) {
			char host[32];

			snprintf(host, sizeof host, "quick-%d.fake", j);
			ask_right((struct question){ .host = host });
		}
		herd_end_right(herd);
		ck_assert_int_le(fake->calls("ms-300.fake") - before, most_lookups(1, begun));
	}
}
END_TEST

static atomic_bool held;

static void hold(const char *host)
{
	(void)host;
	if (!atomic_exchange(&held, true))
		while (held)
			nap(1);
}

/* One that was always quick is late soon. */
START_TEST(quick_host_is_late_soon)
{
	struct question q = { .host = "hook.fake" };
	struct herd *leader, *waiter;
	double least = at_last;

	for (int i = 0; i < 20; i++)
		ask_right(q);
	fake->hook(hold);
	/* The machine may be busy once, or twice. */
	for (int i = 0; i < 5; i++) {
		leader = start_herd(1, q);
		await(held);
		waiter = start_herd(1, q);
		herd_join(waiter);
		ck_right(waiter->caller);
		ck_assert_double_ge(waiter->caller->seconds, 0.018);
		if (waiter->caller->seconds < least)
			least = waiter->caller->seconds;
		herd_end(waiter);
		held = false;
		herd_end_right(leader);
	}
	ck_assert_double_lt(least, late);
}
END_TEST

/* The first two lookups of these fail when the gate is opened. */
static const struct question failing[] = {
	{ .host = "once-2.gate.eai-3.fake", .code = EAI_AGAIN },
	{ .host = "once-2.gate.eai-11.errno-5.fake", .code = EAI_SYSTEM, .error = 5 },
};

/* A code that may be another in a moment is told to those who have waited as long as its
 * lookup took, or nearly so. Those who came later have an answer of their own. */
START_TEST(failure_is_not_for_newcomers)
{
	struct question q = failing[_i], lucky = { .host = q.host };
	struct herd *early = start_herd(10, q), *newcomers;
	double begun = early->begun;

	await(fake->calls(q.host) == 2);
	nap(500);
	newcomers = start_herd(10, lucky);
	settle();
	fake->open_gate();
	herd_join(early);
	/* The newcomers' answer may be there before all have been told. */
	for (size_t i = 0; i < early->n; i++)
		if (early->caller[i].code != 0)
			ck_right(&early->caller[i]);
	herd_end(early);
	herd_end_right(newcomers);
	ck_lookups(q.host, 3, begun);
}
END_TEST

/* What the newest asker of a host with a hook is. */
static struct {
	atomic_int thread;
	atomic_int count;
} asker;

static void note_asker(const char *host)
{
	(void)host;
	asker.thread = (int)syscall(SYS_gettid);
	asker.count++;
}

/* The signals that a thread blocks, as the kernel has them. */
static unsigned long long blocked_by(int thread)
{
	char path[64], line[128];
	unsigned long long set = 0;
	FILE *file;

	snprintf(path, sizeof path, "/proc/self/task/%d/status", thread);
	file = fopen(path, "r");
	ck_assert_ptr_nonnull(file);
	while (fgets(line, sizeof line, file) != NULL)
		if (sscanf(line, "SigBlk: %llx", &set) == 1)
			break;
	fclose(file);
	return set;
}

START_TEST(thread_is_made_when_it_is_late)
{
	struct herd *herd = herd_of(5, (struct question){ .host = "hook.gate.fake" });
	size_t before, threads;

	fake->hook(note_asker);
	herd_start(herd);
	before = herd->n + 1;
	await(asker.count == 1);
	settle();
	threads = count_tasks();
	if (now() - herd->begun < late)
		ck_assert_uint_eq(threads, before);
	await(asker.count == 2);
	ck_assert_uint_eq(count_tasks(), before + 1);
	if (SANITIZER("emulator"))
		puts("# SKIP signals that are blocked: /proc has the emulator's");
	for (int signal = 1; signal < SIGRTMAX && !SANITIZER("emulator"); signal++)
		/* The two between are libc's own. */
		if (signal != SIGKILL && signal != SIGSTOP && (signal < 32 || signal >= SIGRTMIN))
			ck_assert_msg(blocked_by(asker.thread) >> (signal - 1) & 1, "signal %d", signal);
	fake->open_gate();
	herd_end_right(herd);
	await(count_tasks() == 1); /* it ends when it has no more to do */
}
END_TEST

static volatile size_t tasks_seen;

static void count_them(int signal)
{
	(void)signal;
	tasks_seen = count_tasks();
}

/* Who asks alone is not asked for again, and a process of one thread stays one. */
START_TEST(one_thread_stays_one)
{
	const struct itimerval soon = { .it_value = { .tv_usec = 900000 } };
	struct sigaction action = { .sa_handler = count_them, .sa_flags = SA_RESTART };

	sigaction(SIGALRM, &action, NULL);
	ck_assert_int_eq(setitimer(ITIMER_REAL, &soon, NULL), 0);
	while (tasks_seen == 0)
		ask_right((struct question){ .host = "ms-1200.fake" });
	ck_assert_uint_eq(tasks_seen, 1);
	ck_assert_uint_eq(count_tasks(), 1);
	ck_assert_int_le(fake->calls("ms-1200.fake"), 2);
}
END_TEST

/* There are 32 threads at most. Whoever would need one more asks for itself. */
START_TEST(threads_are_few)
{
	enum { HOSTS = 40, MOST = 32 };
	struct herd *herd = herd_of(2 * HOSTS, (struct question){ .service = "80" });
	char hosts[HOSTS][32];

	for (size_t i = 0; i < herd->n; i++) {
		snprintf(hosts[i % HOSTS], sizeof *hosts, "gate.host%zu.fake", i % HOSTS);
		herd->caller[i].q.host = hosts[i % HOSTS];
	}
	herd_start(herd);
	await(fake->total() >= 2 * HOSTS);
	ck_assert_uint_eq(count_tasks(), 1 + 2 * HOSTS + MOST);
	fake->open_gate();
	herd_end_right(herd);
	await(count_tasks() == 1);
}
END_TEST

/* glibc puts the thread-local data of all modules on a thread's stack. */
enum { LARGE = 232 * 1024, DEEP = 64 * 1024 };
static _Thread_local volatile char large[LARGE];

static void go_deep(const char *host)
{
	volatile char deep[DEEP];

	for (size_t i = 0; i < DEEP; i += 1024)
		deep[i] = large[i];
	ck_assert_ptr_nonnull(host);
	ck_assert_int_eq(deep[0], 0);
}

START_TEST(thread_has_room_beside_large_data)
{
	struct question q = { .host = "hook.gate.fake", .service = "80" };
	struct herd *herd;

	fake->hook(go_deep);
	herd = start_herd(2, q);
	await(fake->calls(q.host) == 2);
	fake->open_gate();
	herd_end_right(herd);
}
END_TEST

TCase *make_tests(void)
{
	if (SANITIZER("thread"))
		return skip_all("threads of ours, counted: ThreadSanitizer has some of its own");
	TCase *tcase = callers_case("second");

	ADD_CALLS(tcase, stuck_leader_costs_a_little);
	ADD_CALLS(tcase, all_are_stuck);
	tcase_add_test(tcase, slow_host_is_one_lookup);
	tcase_add_test(tcase, quick_host_is_late_soon);
	ADD_ROWS(tcase, failure_is_not_for_newcomers, failing);
	tcase_add_test(tcase, thread_is_made_when_it_is_late);
	tcase_add_test(tcase, one_thread_stays_one);
	tcase_add_test(tcase, threads_are_few);
	tcase_add_test(tcase, thread_has_room_beside_large_data);
	return tcase;
}
