/* SPDX-License-Identifier: MIT */
/*
 * Children that were forked while a lookup was out. The fake resolver's hook has a lock, as
 * libc has: its holder is not in the child. GAISHIM_LOG is set.
 */
#include "callers.h"
#include "musl.h"

#include <sys/wait.h>

#define LOG "/tmp/gaishim-test-forkdoubt."

enum { BOUND = 30, CALLERS = 40 }; /* seconds, and more than the shim's threads at most */

static pthread_mutex_t lock;
static pthread_mutex_t may_end;

static void take_lock(const char *host)
{
	(void)host;
	pthread_mutex_lock(&lock);
	pthread_mutex_lock(&may_end);
	pthread_mutex_unlock(&may_end);
	pthread_mutex_unlock(&lock);
}

/* A lookup of the parent's that has the lock until end_holder(). */
static struct herd *start_holder(void)
{
	struct herd *herd;

	lock = may_end = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
	pthread_mutex_lock(&may_end);
	fake->hook(take_lock);
	herd = start_herd(1, (struct question){ .host = "hook.fake" });
	await(pthread_mutex_trylock(&lock) != 0 || (pthread_mutex_unlock(&lock), false));
	return herd;
}

static void end_holder(struct herd *herd)
{
	pthread_mutex_unlock(&may_end);
	herd_end_right(herd);
}

/* How many lines of the log of a process have the message, and in *lookups how many are of
 * lookups. Removes the log. */
static int count_messages(pid_t pid, int *lookups)
{
	char path[64], line[1024];
	int messages = 0;
	FILE *file;

	snprintf(path, sizeof path, LOG "%d", pid);
	file = fopen(path, "r");
	*lookups = 0;
	while (file != NULL && fgets(line, sizeof line, file) != NULL) {
		messages += strstr(line, " gaishim=\"forked while lookups were out: ") != NULL;
		*lookups += strstr(line, " call=") != NULL;
	}
	if (file != NULL)
		fclose(file);
	unlink(path);
	return messages;
}

static pid_t start_child(int (*run)(int), int argument)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(run(argument));
	ck_assert_int_gt(pid, 0);
	return pid;
}

static void await_child(pid_t pid)
{
	int status;

	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_msg(status == 0, "status %#x", status);
}

/* Returns 0 if both are right. */
static int ask_twice(int unused)
{
	(void)unused;
	for (int i = 0; i < 2; i++) {
		struct caller caller = { .q = { .host = i ? "a.fake" : "b.fake" } };

		ask(&caller);
		if (wrong(&caller) != NULL)
			return 1;
	}
	return 0;
}

/* The first fork has waited in vain for the lookup, the second has not waited. */
START_TEST(the_log_says_so_once)
{
	pid_t child;
	int lookups;
	struct herd *holder;

	child = start_child(ask_twice, 0);
	await_child(child);
	ck_assert_int_eq(count_messages(child, &lookups), 0);
	ck_assert_int_eq(lookups, 2);

	holder = start_holder();
	for (int i = 0; i < 2; i++) {
		child = start_child(ask_twice, 0);
		await_child(child);
		ck_assert_int_eq(count_messages(child, &lookups), 1);
		ck_assert_int_eq(lookups, 2);
	}
	end_holder(holder);

	child = start_child(ask_twice, 0);
	await_child(child);
	ck_assert_int_eq(count_messages(child, &lookups), 0);
	ck_assert_int_eq(lookups, 2);
	ck_assert_int_eq(count_messages(getpid(), &lookups), 0);
}
END_TEST

/* A lookup whose thread was cancelled in libc is not out any more. */
START_TEST(no_doubt_after_cancellation)
{
	struct herd *herd = start_herd(1, (struct question){ .host = "gate.fake" });
	pid_t child;
	int lookups;

	await(fake->running() == 1);
	ck_assert_int_eq(pthread_cancel(herd->caller[0].thread), 0);
	herd_join(herd);
	ck_assert_ptr_eq(herd->caller[0].ended, PTHREAD_CANCELED);
	herd_end(herd);
	child = start_child(ask_twice, 0);
	await_child(child);
	ck_assert_int_eq(count_messages(child, &lookups), 0);
	ck_assert_int_eq(lookups, 2);
}
END_TEST

/* Returns 0 if the call says "not now" after 30 s. */
static int ask_in_vain(int call)
{
	struct caller caller = { .q = { .host = "hook.fake", .call = (enum call)call } };
	int code;

	ask(&caller);
	code = call == GETADDRINFO || call == NAMEINFO ? caller.code : caller.h_error;
	if (code != (call == GETADDRINFO || call == NAMEINFO ? EAI_AGAIN : TRY_AGAIN))
		return 1;
	return caller.seconds < BOUND || caller.seconds > BOUND + 5 ? 2 : 0;
}

/* Returns 0 if each of many threads is told so. */
static int ask_in_vain_together(int callers)
{
	struct herd *herd = herd_of((size_t)callers, (struct question){ .host = "hook.fake" });
	static char hosts[CALLERS][24];
	int others = 0;

	for (int i = 0; i < callers; i++) {
		snprintf(hosts[i], sizeof hosts[i], "hook.%d.fake", i);
		herd->caller[i].q.host = hosts[i];
	}
	herd_start(herd);
	herd_join(herd);
	for (int i = 0; i < callers; i++)
		others += herd->caller[i].code != EAI_AGAIN || herd->caller[i].seconds > BOUND + 5;
	return others;
}

START_TEST(a_lock_without_a_holder)
{
	struct herd *holder;
	pid_t children[CALLS + 1];
	int lookups;

	fake->remember("hook.fake");
	holder = start_holder();
	for (int call = 0; call < CALLS; call++)
		children[call] = start_child(ask_in_vain, call);
	children[CALLS] = start_child(ask_in_vain_together, CALLERS);
	end_holder(holder);
	for (int i = 0; i <= CALLS; i++) {
		await_child(children[i]);
		ck_assert_int_eq(count_messages(children[i], &lookups), 1);
	}
}
END_TEST

TCase *make_tests(void)
{
	TCase *tcase;

	if (SANITIZER("thread"))
		return skip_all("ThreadSanitizer loses track of threads in the child of a process with threads");
	if (is_musl())
		return skip_all("a lookup of musl's holds no lock that a child would inherit: there is no doubt");
	with_environment("GAISHIM_LOG", LOG "%p");
	tcase = callers_case("forkdoubt");
	tcase_set_timeout(tcase, 120);
	tcase_add_test(tcase, the_log_says_so_once);
	tcase_add_test(tcase, no_doubt_after_cancellation);
	tcase_add_test(tcase, a_lock_without_a_holder);
	return tcase;
}
