/* SPDX-License-Identifier: MIT
 *
 * Children, however they are made: a lookup of what is under way in the parent leads at
 * once, and nobody is waited for who is not there. A child's exit status is AS_MEANT if it
 * was so.
 */
#include "libc/atfork.h"

#include "flights.h"

#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

extern pid_t _Fork(void) __attribute__((weak)); /* glibc 2.34 */

enum { AS_MEANT = 4 };

static bool leads(void)
{
	struct caller caller = plain;

	call(&caller);
	return caller.got_code == 0 && caller.outcome.role == FLIGHT_LED && caller.outcome.waited == 0
		&& count_waiters("key") == -1;
}

static void be_child(void)
{
	alarm(20);
	for (int i = 0; i < 2; i++)
		if (!leads())
			_exit(1);
	_exit(AS_MEANT);
}

static void expect(pid_t child)
{
	int status;

	ck_assert_int_gt(child, 0);
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_msg(status == AS_MEANT << 8, "status %#x", status);
}

static pid_t fork_bare(void)
{
	return _Fork();
}

static pid_t fork_raw(void)
{
#ifdef __s390__
	return (pid_t)syscall(SYS_clone, 0, SIGCHLD, 0, 0, 0);
#else
	return (pid_t)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
#endif
}

static bool led_in_handler;

static void ask_in_handler(void)
{
	led_in_handler = leads();
}

/* A library's handler that was registered before ours runs before it. */
static pid_t fork_before_ours(void)
{
	pid_t child = fork();

	if (child == 0 && !led_in_handler)
		_exit(2);
	return child;
}

static pid_t (*const ways[])(void) = { fork, fork_bare, fork_raw, fork_before_ours };

/* Somebody leads in the parent, others wait, and a second ask is under way. */
START_TEST(test_child)
{
	struct caller callers[3];
	pid_t child;

	if (ways[_i] == fork_before_ours)
		pthread_atfork(NULL, NULL, ask_in_handler);
	atfork_register();
	start_herd(callers, 3, plain);
	await(&late_at_gate, 1);
	child = ways[_i]();
	if (child == 0)
		be_child();
	expect(child);
	ck_assert_int_eq(count_waiters("key"), 2);
	end_right(callers, 3);
	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(callers[i].got_answer, 1);
}
END_TEST

/* The lock is held by a thread that is not there. */
START_TEST(test_child_of_locked)
{
	struct table *table = table_lock();
	pid_t child = fork_raw();

	if (child == 0)
		be_child();
	table_unlock(table);
	expect(child);
}
END_TEST

static atomic_int forked;

static void fork_in_handler(int number)
{
	int saved = errno;

	(void)number;
	atomic_store(&forked, fork());
	errno = saved;
}

static void *call_and_exit(void *argument)
{
	struct caller *caller = argument;

	call(caller);
	if (atomic_load(&forked) == 0)
		_exit(caller->got_code == 0 && caller->got_answer != 1
		      && caller->outcome.role == FLIGHT_PASSED && leads() ? AS_MEANT : 1);
	return NULL;
}

/* A handler forks while its thread waits. The child returns into that wait, and asks. */
START_TEST(test_child_of_waiter)
{
	struct caller leader = plain, waiter = plain;

	atfork_register();
	signal(SIGUSR1, fork_in_handler);
	atomic_store(&forked, -1);
	leader.inside = wait_at_gate;
	start(&leader);
	await(&at_gate, 1);
	pthread_create(&waiter.thread, NULL, call_and_exit, &waiter);
	await_waiters("key", 1);
	pthread_kill(waiter.thread, SIGUSR1);
	while (atomic_load(&forked) < 0)
		nap(0.5);
	expect(atomic_load(&forked));
	open_gate(1);
	join(&waiter, 1);
	join(&leader, 1);
	ck_assert_int_eq(waiter.got_answer, 1);
	ck_assert_int_eq(waiter.outcome.role, FLIGHT_WAITED);
	assert_empty("key");
}
END_TEST

/* A child of a child starts anew, too. */
static void be_parent(void)
{
	struct caller leader = plain;
	int status;
	pid_t child;

	alarm(20);
	leader.inside = wait_at_gate;
	start(&leader);
	await(&at_gate, 2);
	child = fork();
	if (child == 0)
		be_child();
	_exit(waitpid(child, &status, 0) == child ? status >> 8 : 1);
}

START_TEST(test_grandchild)
{
	struct caller leader = plain;
	pid_t child;

	atfork_register();
	leader.inside = wait_at_gate;
	start(&leader);
	await(&at_gate, 1);
	child = fork();
	if (child == 0)
		be_parent();
	expect(child);
	open_gate(1);
	join(&leader, 1);
	assert_empty("key");
}
END_TEST

TCase *make_tests(void)
{
	TCase *tcase = tcase_create("children");
	bool tsan = SANITIZER("thread");

	tcase_set_timeout(tcase, 60);
	tcase_add_checked_fixture(tcase, set_up, NULL);
	for (int i = 0; i < (int)(sizeof ways / sizeof *ways); i++)
		if ((ways[i] != fork_bare || _Fork != NULL) && (!tsan || ways[i] != fork_raw))
			tcase_add_loop_test(tcase, test_child, i, i + 1);
	if (_Fork == NULL)
		puts("# SKIP _Fork: this libc has none");
	tcase_add_test(tcase, test_child_of_waiter);
	if (tsan) {
		puts("# SKIP children of SYS_clone, or with threads: ThreadSanitizer wants to know");
	} else {
		tcase_add_test(tcase, test_child_of_locked);
		tcase_add_test(tcase, test_grandchild);
	}
	return tcase;
}
