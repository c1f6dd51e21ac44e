/* SPDX-License-Identifier: MIT */
/* GAISHIM_HEDGE: the first lookup, too, is made on a thread of the shim's. No caller is stuck
 * in libc. */
#include "callers.h"
#include "logged.h"

#include <signal.h>
#include <stdatomic.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/time.h>

static const double late = 0.4 * 0.9, at_last = 30;

enum { MANY = 1000, THREADS_MOST = 256 };

/* The tasks of a process that has not asked yet. */
static size_t tasks;

/* Who has asked for the last host with a hook. */
static struct {
	atomic_int thread;
	char name[16];
} asker;

static int own_thread(void)
{
	return (int)syscall(SYS_gettid);
}

static void note_asker(const char *host)
{
	(void)host;
	prctl(PR_GET_NAME, asker.name);
	asker.thread = own_thread();
}

static void begin(void)
{
	tasks = count_tasks();
}

START_TEST(a_thread_of_ours_asks)
{
	struct question q = { .host = "hook.fake", .call = (enum call)_i };
	char line[128];

	fake->hook(note_asker);
	ask_right(q);
	ck_assert_int_ne(asker.thread, 0);
	ck_assert_int_ne(asker.thread, own_thread());
	ck_assert_str_eq(asker.name, "gaishim"); /* as in `ps -L` */
	snprintf(line, sizeof line, "%s host=.* how=hedged ms=[0-9]+ asks=[0-9]+ shared=0 answers=\"[^\"]+\" code=0", call_names[_i]);
	ck_logged(read_log(), 1, line);
}
END_TEST

/* There is none before the first lookup. The next lookups have the same one. */
START_TEST(threads_are_used_again)
{
	enum { LOOKUPS = 50 };
	int seen[LOOKUPS] = { 0 }, different = 0;

	fake->hook(note_asker);
	ask_right((struct question){ .host = "127.0.0.1", .service = "80" });
	ck_assert(tasks_are(tasks));
	for (int i = 0; i < LOOKUPS; i++) {
		bool is_new = true;

		ask_right((struct question){ .host = "hook.fake" });
		for (int j = 0; j < i; j++)
			is_new = is_new && seen[j] != asker.thread;
		seen[i] = asker.thread;
		different += is_new;
	}
	/* The answer may be there before its thread looks for the next lookup. */
	ck_assert_int_le(different, 4);
	await(tasks_are(tasks));
}
END_TEST

/* An idle one ends after 0.2 s. */
START_TEST(idle_threads_end)
{
	double begun;

	ask_right((struct question){ .host = "quick.fake" });
	begun = now();
	await(tasks_are(tasks));
	ck_assert_double_lt(now() - begun, at_last / 2);
	/* The next lookup has another. */
	ask_right((struct question){ .host = "quick.fake" });
}
END_TEST

/* Nobody else waits: libc is asked again all the same, and the first answer serves. */
START_TEST(lone_caller_is_not_stuck)
{
	struct question q = { .host = "once.gate.fake", .call = (enum call)_i };
	double begun = now(), took = ask_right(q);

	ck_assert_double_ge(took, late);
	ck_assert_double_lt(took, at_last);
	ck_lookups(q.host, 2, begun);
	fake->open_gate();
	await(tasks_are(tasks));
}
END_TEST

static const struct question failing[] = {
	{ .host = "eai-2.fake", .code = EAI_NONAME },
	{ .host = "eai-3.fake", .code = EAI_AGAIN },
	{ .host = "eai-4.fake", .code = EAI_FAIL },
	{ .host = "eai-10.fake", .code = EAI_MEMORY },
	{ .host = "eai-11.errno-5.fake", .code = EAI_SYSTEM, .error = 5 },
	{ .host = "eai-2.fake", .code = HOST_NOT_FOUND, .call = BYNAME },
	{ .host = "eai-3.fake", .code = TRY_AGAIN, .error = EAGAIN, .call = BYNAME },
	{ .host = "eai-5.fake", .code = NO_DATA, .call = BYADDR },
	{ .host = "eai-11.errno-5.fake", .code = NETDB_INTERNAL, .error = 5, .call = BYNAME },
	{ .host = "many-100.fake", .code = NETDB_INTERNAL, .error = ERANGE, .call = BYNAME_R },
};

/* A caller that is alone has each code after one lookup, with its errno. Only want of memory may
 * be the thread's alone: then the caller asks, too. */
START_TEST(failures_come_back)
{
	struct question q = failing[_i];
	double begun = now();

	ck_assert_double_lt(ask_right(q), at_last / 2);
	ck_lookups(q.host, q.code == EAI_MEMORY ? 2 : 1, begun);
	herd_end_right(start_herd(10, q));
}
END_TEST

/* Each distance is twice the last one. */
START_TEST(asks_grow_rare)
{
	struct question q = { .host = "gate.fake" };
	struct herd *herd = start_herd(1, q);

	await(fake->calls(q.host) == 2);
	ck_assert_double_ge(now() - herd->begun, late);
	await(fake->calls(q.host) == 3);
	ck_assert_double_ge(now() - herd->begun, 3 * late);
	fake->open_gate();
	herd_end_right(herd);
}
END_TEST

START_TEST(many_callers_of_one_host)
{
	struct herd *herd = start_herd(scaled(MANY), (struct question){ .host = "gate.fake", .call = (enum call)_i });
	double begun = herd->begun;

	await(fake->running() >= 1);
	settle();
	fake->open_gate();
	herd_end_right(herd);
	ck_lookups("gate.fake", 1, begun);
	await(tasks_are(tasks));
}
END_TEST

/* Whoever would need one thread more asks for itself. */
START_TEST(many_callers_of_many_hosts)
{
	size_t n = scaled(MANY);
	struct herd *herd = herd_of(n, (struct question){ .service = "80" });
	char (*hosts)[40] = calloc(n, sizeof *hosts);

	ck_assert_ptr_nonnull(hosts);
	for (size_t i = 0; i < n; i++) {
		snprintf(hosts[i], sizeof *hosts, "gate.host%zu.fake", i);
		herd->caller[i].q.host = hosts[i];
	}
	herd_start(herd);
	await(fake->running() >= (int)n);
	ck_assert_uint_le(count_tasks(), tasks + n + THREADS_MOST + 1); /* or ThreadSanitizer's */
	fake->open_gate();
	herd_end_right(herd);
	free(hosts);
	await(tasks_are(tasks));
}
END_TEST

static int inner;

static void ask_inside(const char *host)
{
	if (strstr(host, "inner") != NULL) {
		inner = own_thread();
	} else {
		asker.thread = own_thread();
		ask_right((struct question){ .host = "hook.inner.fake" });
	}
}

/* A module's own lookup, inside a lookup, goes straight to libc. */
START_TEST(module_asks_on_its_thread)
{
	fake->hook(ask_inside);
	ask_right((struct question){ .host = "hook.outer.fake" });
	ck_assert_int_ne(inner, 0);
	ck_assert_int_eq(inner, asker.thread);
	ck_assert_int_ne(inner, own_thread());
}
END_TEST

/* glibc puts the thread-local data of all modules on a thread's stack. */
enum { LARGE = 232 * 1024, DEEP = 128 * 1024 };
static _Thread_local volatile char large[LARGE];

static void go_deep(const char *host)
{
	volatile char deep[DEEP];

	for (size_t i = 0; i < DEEP; i += 1024)
		deep[i] = large[i];
	ck_assert_ptr_nonnull(host);
	ck_assert_int_eq(deep[0], 0);
}

START_TEST(module_has_room)
{
	fake->hook(go_deep);
	ask_right((struct question){ .host = "hook.fake", .service = "80" });
}
END_TEST

static atomic_int profiled, elsewhere;
static int profiler;

static void count_profile(int signal)
{
	(void)signal;
	profiled++;
	elsewhere += own_thread() != profiler;
}

static void burn(const char *host)
{
	double end = now() + 0.3;

	(void)host;
	while (now() < end)
		;
}

/* The signals come while a thread of ours uses the processor, and the caller gets them. */
START_TEST(profiler_signals_at_1_khz)
{
	const struct itimerval each = { { 0, 1000 }, { 0, 1000 } }, off = { 0 };
	struct sigaction action = { .sa_handler = count_profile };

	profiler = own_thread();
	ck_assert_int_eq(sigaction(SIGPROF, &action, NULL), 0);
	fake->hook(burn);
	ck_assert_int_eq(setitimer(ITIMER_PROF, &each, NULL), 0);
	for (int i = 0; i < 50 && profiled < 20; i++)
		ask_right((struct question){ .host = "hook.fake", .flags = AI_CANONNAME });
	ck_assert_int_eq(setitimer(ITIMER_PROF, &off, NULL), 0);
	ck_assert_int_ge(profiled, 20);
	ck_assert_int_eq(elsewhere, 0);
}
END_TEST

TCase *make_tests(void)
{
	TCase *tcase;

	with_environment("GAISHIM_HEDGE", "1");
	with_log();
	tcase = callers_case("hedge");
	tcase_add_checked_fixture(tcase, begin, remove_log);
	ADD_CALLS(tcase, a_thread_of_ours_asks);
	tcase_add_test(tcase, threads_are_used_again);
	tcase_add_test(tcase, idle_threads_end);
	ADD_CALLS(tcase, lone_caller_is_not_stuck);
	ADD_ROWS(tcase, failures_come_back, failing);
	tcase_add_test(tcase, asks_grow_rare);
	ADD_CALLS(tcase, many_callers_of_one_host);
	tcase_add_test(tcase, many_callers_of_many_hosts);
	tcase_add_test(tcase, module_asks_on_its_thread);
	tcase_add_test(tcase, module_has_room);
	tcase_add_test(tcase, profiler_signals_at_1_khz);
	return tcase;
}
