/* SPDX-License-Identifier: MIT */
/*
 * What modules do. One within a lookup starts processes in each way there is,
 * and its children look up; a plugin that looks up comes and goes while lookups
 * are out.
 */
#include "plugin.h"

#include "callers.h"

#include <limits.h>
#include <signal.h>
#include <spawn.h>
#include <stdatomic.h>
#include <sys/wait.h>

enum { HANGS = 60 };

static char directory[PATH_MAX]; /* of this program */
static char ends[PATH_MAX + 16]; /* the other program: ends.c */

static const struct question inside[] = {
	{ .host = "127.0.0.1", .no_hints = true },
	{ .host = "quick.fake", .service = "80" },
	{ .host = "gate.fake", .service = "80" }, /* is led by a thread that is not here; the gate is open */
	{ .host = "hook.gate.fake", .service = "80" }, /* what is being looked up itself */
	{ .host = "b\u00fccher.fake", .asked = "xn--bcher-kva.fake", .flags = AI_CANONNAME },
};

/* Without Check, which is the parent's. */
static int ask_in_child(void)
{
	bool right = true;

	signal(SIGALRM, SIG_DFL);
	alarm(HANGS);
	fake->hook(NULL);
	for (size_t i = 0; i < sizeof inside / sizeof *inside; i++) {
		struct caller caller = { .q = inside[i] };

		ask(&caller);
		right &= wrong(&caller) == NULL;
		forget(&caller);
	}
	return right ? 7 : 1;
}

static pid_t by_fork(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(ask_in_child());
	return pid;
}

/* And a child's child, that is still within the lookup. */
static pid_t by_two_forks(void)
{
	pid_t pid = fork();

	if (pid == 0) {
		int status;
		pid_t grandchild = by_fork();

		_exit(waitpid(grandchild, &status, 0) == grandchild && status == 7 << 8 ? 7 : 1);
	}
	return pid;
}

static pid_t by_fork_exec(void)
{
	pid_t pid = fork();

	if (pid == 0) {
		execl(ends, ends, "ask", "program", (char *)NULL);
		_exit(99);
	}
	return pid;
}

static pid_t by_vfork(void)
{
	pid_t pid = vfork();

	if (pid == 0) {
		execl(ends, ends, "ask", "program", (char *)NULL);
		_exit(99);
	}
	return pid;
}

static pid_t by_spawn(void)
{
	char program[] = "ask", who[] = "program";
	char *argv[] = { ends, program, who, NULL };
	pid_t pid;

	return posix_spawn(&pid, ends, NULL, NULL, argv, environ) == 0 ? pid : -1;
}

static pid_t (*const ways[])(void) = { by_fork, by_two_forks, by_fork_exec, by_vfork, by_spawn };

static pid_t (*start)(void);
static atomic_bool go;
static _Atomic int child_status;

static void start_in_lookup(const char *host)
{
	int status = -1;
	pid_t pid;

	(void)host;
	while (!go)
		nap(1);
	pid = start();
	if (pid > 0)
		waitpid(pid, &status, 0);
	child_status = status;
}

START_TEST(processes_in_a_lookup)
{
	const struct question q = { .host = "hook.gate.fake", .service = "80" };
	double begun = now();
	struct herd *other = start_herd(2, (struct question){ .host = "gate.fake", .service = "80" });
	struct herd *leader, *waiters;

	start = ways[_i];
	child_status = -2;
	fake->hook(start_in_lookup);
	leader = start_herd(1, q);
	await(fake->running() == 2);
	waiters = start_herd(10, q);
	settle();
	go = true;
	await(child_status != -2);
	ck_assert_int_eq(child_status, 7 << 8);
	fake->open_gate();
	herd_end_right(leader);
	herd_end_right(waiters);
	herd_end_right(other);
	ck_lookups(q.host, 1, begun);
	ck_lookups("gate.fake", 1, begun);
}
END_TEST

static atomic_bool ended;

static void *churn(void *arg)
{
	const char **what = arg;
	const struct question q = { .host = "ms-5.shared.fake", .service = "80", .socktype = SOCK_STREAM };

	while (!ended && *what == NULL) {
		struct caller caller = { .q = q };

		ask(&caller);
		*what = wrong(&caller);
		forget(&caller);
	}
	return NULL;
}

/* A host of the plugin's own, and one that others lead, wait for and copy. */
static void use_plugin(plugin_ask_fn *ask_plugin)
{
	static const char *const hosts[] = { "127.0.0.1", "plugin.fake", "ms-5.shared.fake" };

	for (size_t i = 0; i < 6; i++) {
		struct plugin_lookup asked = { .host = hosts[i / 2] };
		struct caller caller = { .q = { .host = asked.host, .service = "80", .socktype = SOCK_STREAM } };

		ask_plugin(&asked, i % 2);
		caller.code = asked.code;
		caller.list = asked.list;
		ck_right(&caller);
		forget(&caller);
	}
}

static const int bindings[] = { RTLD_LAZY, RTLD_NOW };

START_TEST(plugin_comes_and_goes)
{
	enum { CHURNERS = 3 };
	const struct question out = { .host = "gate.fake", .service = "80", .flags = AI_CANONNAME };
	struct herd *herd = start_herd(20, out);
	double begun = herd->begun;
	const char *what[CHURNERS] = { NULL };
	pthread_t thread[CHURNERS];
	char path[PATH_MAX + 16];

	snprintf(path, sizeof path, "%s/libplugin.so", directory);
	await(fake->running() == 1);
	for (size_t i = 0; i < CHURNERS; i++)
		ck_assert_int_eq(pthread_create(&thread[i], NULL, churn, &what[i]), 0);
	for (size_t i = 0; i < scaled(30); i++) {
		void *plugin = dlopen(path, bindings[_i] | RTLD_LOCAL);
		plugin_ask_fn *ask_plugin;

		ck_assert_msg(plugin != NULL, "%s", dlerror());
		*(void **)&ask_plugin = dlsym(plugin, "plugin_ask");
		ck_assert_ptr_nonnull((void *)ask_plugin);
		use_plugin(ask_plugin);
		ck_assert_int_eq(dlclose(plugin), 0);
		ck_assert_ptr_null(dlopen(path, RTLD_NOW | RTLD_NOLOAD)); /* it has gone */
	}
	ended = true;
	for (size_t i = 0; i < CHURNERS; i++) {
		ck_assert_int_eq(pthread_join(thread[i], NULL), 0);
		ck_assert_msg(what[i] == NULL, "wrong %s", what[i]);
	}
	fake->open_gate();
	herd_end_right(herd);
	ck_lookups(out.host, 1, begun);
}
END_TEST

TCase *make_tests(void)
{
	TCase *tcase = callers_case("modules");

	if (readlink("/proc/self/exe", directory, sizeof directory - 1) < 0)
		exit(99);
	*strrchr(directory, '/') = '\0';
	snprintf(ends, sizeof ends, "%s/ends", directory);
	ADD_ROWS(tcase, processes_in_a_lookup, ways);
	ADD_ROWS(tcase, plugin_comes_and_goes, bindings);
	return tcase;
}
