/* SPDX-License-Identifier: MIT */
/* Children of a process whose other threads are inside lookups: they start
 * with an empty table and working locks. */
#include "callers.h"

#include <signal.h>
#include <stdatomic.h>
#include <sys/wait.h>

enum { FORKS = 300, CHURNERS = 4, IN_CHILD = 20 };

/* In a child: a signal ends it if it hangs, and only it. Check's handler, which it
 * has inherited, would end the test too, without a word. */
static void set_alarm(void)
{
	signal(SIGALRM, SIG_DFL);
	alarm(IN_CHILD);
}

/* In a child: asks and compares without Check, which is the parent's. */
static bool is_right(struct question q)
{
	struct caller caller = { .q = q };
	const char *what;

	ask(&caller);
	what = wrong(&caller);
	if (what != NULL)
		dprintf(STDERR_FILENO, "# in a child: %s: wrong %s (code %d)\n", q.host, what, caller.code);
	forget(&caller);
	return what == NULL;
}

/* The hosts of the children; the last are out in the parent for good. */
static const struct question asked_by_children[] = {
	{ .host = "127.0.0.1", .no_hints = true },
	{ .host = "127.0.0.1", .service = "80", .socktype = SOCK_STREAM },
	{ .host = "::1", .service = "80", .flags = AI_ADDRCONFIG },
	{ .host = "quick.fake", .service = "80" },
	{ .host = "eai-2.fake", .code = EAI_NONAME },
	{ .host = "b\u00fccher.fake", .asked = "xn--bcher-kva.fake", .flags = AI_CANONNAME },
	{ .host = "127.0.0.1", .call = BYNAME },
	{ .host = "many-20.fake", .call = BYNAME },
	{ .host = "eai-2.fake", .code = HOST_NOT_FOUND, .call = BYNAME2_R },
	{ .host = "gate.fake", .service = "80" },
	{ .host = "gate.b\u00fccher.fake", .asked = "gate.xn--bcher-kva.fake", .service = "80" },
	{ .host = "gate.name.fake", .call = BYNAME },
	{ .host = "gate.name.fake", .call = BYNAME2_R, .family = AF_INET6 },
	{ .host = "gate.address.fake", .call = BYADDR },
	{ .host = "gate.info.fake", .call = NAMEINFO },
};
enum { QUESTIONS = sizeof asked_by_children / sizeof *asked_by_children, OUT = QUESTIONS - 6 };

static _Noreturn void child(void)
{
	bool right = true;

	set_alarm();
	for (size_t i = 0; i < QUESTIONS; i++)
		right &= is_right(asked_by_children[i]);
	_exit(right ? 0 : 1);
}

static void reap(pid_t pid)
{
	int status;

	ck_assert_int_gt(pid, 0);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_msg(!WIFSIGNALED(status), "the child died of signal %d%s", WTERMSIG(status),
	              WTERMSIG(status) == SIGALRM ? ": it hung" : "");
	ck_assert_int_eq(WEXITSTATUS(status), 0);
}

static atomic_bool churning;

/* Keeps the table busy, so that a fork comes at any moment of a lookup. */
static void *churn(void *arg)
{
	static const struct question questions[] = {
		{ .host = "quick.fake", .service = "80" },
		{ .host = "quick.fake", .service = "80" },
		{ .host = "ms-1.fake", .flags = AI_CANONNAME },
		{ .host = "127.0.0.1", .no_hints = true },
		{ .host = "b\u00fccher.fake", .asked = "xn--bcher-kva.fake" },
		{ .host = "eai-2.fake", .code = EAI_NONAME },
		{ .host = "many-20.fake", .call = BYNAME },
		{ .host = "ms-1.fake", .call = BYADDR_R },
		{ .host = "quick.fake", .call = NAMEINFO },
	};
	enum { CHURNED = sizeof questions / sizeof *questions };
	const char **what = arg;

	for (size_t i = 0; churning; i++) {
		struct caller caller = { .q = questions[i % CHURNED] };

		ask(&caller);
		if (*what == NULL)
			*what = wrong(&caller);
		forget(&caller);
	}
	return NULL;
}

START_TEST(fork_under_load)
{
	struct herd *out[QUESTIONS - OUT];
	const char *what[CHURNERS] = { NULL };
	pthread_t churner[CHURNERS];
	size_t forks = scaled(FORKS);
	double begun = now();

	for (size_t i = OUT; i < QUESTIONS; i++)
		out[i - OUT] = start_herd(5, asked_by_children[i]);
	await(fake->running() >= QUESTIONS - OUT);
	settle();
	churning = true;
	for (size_t i = 0; i < CHURNERS; i++)
		ck_assert_int_eq(pthread_create(&churner[i], NULL, churn, &what[i]), 0);
	for (size_t i = 0; i < forks; i++) {
		pid_t pid = fork();

		if (pid == 0)
			child();
		reap(pid);
	}
	churning = false;
	for (size_t i = 0; i < CHURNERS; i++) {
		ck_assert_int_eq(pthread_join(churner[i], NULL), 0);
		ck_assert_msg(what[i] == NULL, "in the parent: wrong %s", what[i]);
	}
	/* The parent's own table is as it was. */
	fake->open_gate();
	for (size_t i = 0; i < QUESTIONS - OUT; i++)
		herd_end_right(out[i]);
	ck_lookups("gate.fake", 1, begun);
}
END_TEST

static _Atomic pid_t forked_inside;

static void fork_inside(const char *host)
{
	(void)host;
	fake->hook(NULL);
	forked_inside = fork();
	if (forked_inside == 0)
		set_alarm();
}

static struct question forking = { .host = "hook.gate.fake" };

static struct question forking_in(enum call call)
{
	forking.call = call;
	return forking;
}

/* The thread that leads forks inside its lookup. Its child comes home from the
 * lookup like the parent, and goes on to ask. */
static void *fork_main(void *arg)
{
	struct caller *caller = arg;

	ask(caller);
	if (forked_inside == 0) {
		bool right = wrong(caller) == NULL;

		forget(caller);
		right &= is_right(forking);
		right &= is_right((struct question){ .host = "other.fake" });
		right &= is_right((struct question){ .host = "127.0.0.1", .no_hints = true });
		_exit(right ? 0 : 1);
	}
	return NULL;
}

/* The child is well, and in the parent one lookup served all. */
static void end_fork_inside(struct caller *leader, struct herd *waiters, double begun)
{
	reap(forked_inside);
	fake->open_gate();
	ck_assert_int_eq(pthread_join(leader->thread, NULL), 0);
	ck_right(leader);
	forget(leader);
	herd_end_right(waiters);
	ck_lookups("hook.gate.fake", 1, begun);
}

START_TEST(fork_inside_a_lookup)
{
	struct caller leader = { .q = forking_in((enum call)_i) };
	struct herd *waiters;
	double begun = now();

	fake->hook(fork_inside);
	ck_assert_int_eq(pthread_create(&leader.thread, NULL, fork_main, &leader), 0);
	await(forked_inside > 0);
	waiters = start_herd(10, forking);
	settle();
	end_fork_inside(&leader, waiters, begun);
}
END_TEST

/* With waiters there already, who are not in the child. */
static atomic_bool fork_now;

static void fork_when_told(const char *host)
{
	while (!fork_now)
		nap(1);
	fork_inside(host);
}

START_TEST(fork_inside_a_lookup_that_is_waited_for)
{
	struct caller leader = { .q = forking_in((enum call)_i) };
	struct herd *waiters;
	double begun = now();

	fake->hook(fork_when_told);
	ck_assert_int_eq(pthread_create(&leader.thread, NULL, fork_main, &leader), 0);
	await(fake->running() == 1);
	waiters = start_herd(10, forking);
	settle();
	fork_now = true;
	await(forked_inside > 0);
	end_fork_inside(&leader, waiters, begun);
}
END_TEST

/* A child's child, of a child with threads of its own. */
START_TEST(grandchildren)
{
	struct herd *out = start_herd(5, asked_by_children[OUT]);
	pid_t pid;

	await(fake->running() >= 1);
	settle();
	pid = fork();
	if (pid == 0) {
		pid_t grandchild = fork();
		int status = 0;

		if (grandchild == 0)
			child();
		_exit(grandchild > 0 && waitpid(grandchild, &status, 0) == grandchild && status == 0 ? 0 : 1);
	}
	reap(pid);
	fake->open_gate();
	herd_end_right(out);
}
END_TEST

TCase *make_tests(void)
{
	TCase *tcase;

	if (SANITIZER("valgrind"))
		return skip_all("in a child valgrind takes what the other threads held for lost");
	tcase = callers_case("fork");
	/* There a child now and then hangs in malloc, with us or without. */
	if (SANITIZER("address"))
		puts("# SKIP fork under load: AddressSanitizer forks with its allocator's locks taken");
	else
		tcase_add_test(tcase, fork_under_load);
	ADD_CALLS(tcase, fork_inside_a_lookup);
	ADD_CALLS(tcase, fork_inside_a_lookup_that_is_waited_for);
	tcase_add_test(tcase, grandchildren);
	return tcase;
}
