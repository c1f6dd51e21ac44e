/* SPDX-License-Identifier: MIT
 *
 * Flights whose leader jumps out of its call, comes back on another stack, forks, or calls
 * again from within.
 */
#include "flights.h"
#include "musl.h"

#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>

static __thread sigjmp_buf back;
static __thread void *frame_back[5];

static void jump_back(void)
{
	if (atomic_load(&asked) == 1) {
		wait_at_gate();
		siglongjmp(back, 1);
	}
}

/* A leader jumps out, as from a signal handler, and asks again. */
static void *call_and_jump(void *argument)
{
	self = argument;
	if (sigsetjmp(back, 1) == 0)
		call(argument);
	else
		call(argument);
	return NULL;
}

START_TEST(test_leader_jumps)
{
	struct caller callers[3] = { plain, plain, plain };

	callers[0].inside = jump_back;
	pthread_create(&callers[0].thread, NULL, call_and_jump, &callers[0]);
	await(&at_gate, 1);
	start(&callers[1]);
	start(&callers[2]);
	await_waiters("key", 2);
	end_right(callers, 3);
}
END_TEST

static void jump_back_unseen(void)
{
	if (atomic_load(&asked) == 1)
		__builtin_longjmp(frame_back, 1);
}

__attribute__((noinline)) static void call_from_above(struct caller *caller)
{
	call(caller);
}

/* The same by a jump that runs no handler: seen when the thread asks again. */
START_TEST(test_leader_jumps_unseen)
{
	struct caller caller = plain;

	caller.inside = jump_back_unseen;
	if (__builtin_setjmp(frame_back) == 0)
		call_from_above(&caller);
	ck_assert_int_eq(count_waiters("key"), 0);
	call_from_above(&caller);
	ck_assert_int_eq(caller.got_code, 0);
	ck_assert_int_eq(caller.outcome.role, FLIGHT_LED);
	ck_assert_int_eq(caller.outcome.waited, 0);
	assert_empty("key");
}
END_TEST

static void jump_back_both_ways(void)
{
	if (atomic_load(&asked) == 1)
		__builtin_longjmp(frame_back, 1);
	if (atomic_load(&asked) == 2)
		siglongjmp(back, 1);
}

/* The second leader's cleanup buffer is where the first has left its own. */
START_TEST(test_leader_jumps_both_ways)
{
	struct caller caller = plain;

	caller.inside = jump_back_both_ways;
	if (__builtin_setjmp(frame_back) == 0)
		call_from_above(&caller);
	if (sigsetjmp(back, 1) == 0)
		call_from_above(&caller);
	call_from_above(&caller);
	ck_assert_int_eq(atomic_load(&asked), 3);
	ck_assert_int_eq(caller.got_code, 0);
	assert_empty("key");
}
END_TEST

/* musl has none of these. */
#pragma weak getcontext
#pragma weak makecontext
#pragma weak swapcontext

static ucontext_t home, away;
static struct caller traveller;

static void travel(void)
{
	call(&traveller);
}

static void step_out(void)
{
	swapcontext(&away, &home);
}

/* The leader's stack is switched away from, and its thread, on the one above, asks
 * again: the flight is deserted. Who waited for it (_i) asks for itself; the first
 * leader comes back after all. */
START_TEST(test_leader_switches)
{
	static char stack[128 * 1024];
	struct caller other = plain, waiter = plain;

	if ((char *)__builtin_frame_address(0) < stack) {
		puts("# SKIP a leader on another stack: an emulator puts the stack below the program");
		return;
	}
	traveller = plain;
	traveller.inside = step_out;
	getcontext(&away);
	away.uc_stack.ss_sp = stack;
	away.uc_stack.ss_size = sizeof stack;
	away.uc_link = &home;
	makecontext(&away, travel, 0);
	swapcontext(&home, &away);
	if (_i) {
		waiter.inside = wait_at_gate;
		start(&waiter);
		await_waiters("key", 1);
	}
	other.key = "another";
	call(&other);
	ck_assert_int_eq(other.outcome.role, FLIGHT_LED);
	ck_assert_int_eq(count_waiters("key"), -1);
	if (_i)
		await(&at_gate, 1);
	self = &traveller;
	swapcontext(&home, &away);
	ck_assert_int_eq(traveller.got_code, 0);
	ck_assert_int_eq(traveller.got_answer, 1);
	if (_i) {
		open_gate(1);
		join(&waiter, 1);
		ck_assert_int_eq(waiter.outcome.role, FLIGHT_ASKED);
		ck_assert_int_eq(waiter.got_code, 0);
	}
	ck_assert_int_eq(atomic_load(&asked), 2 + _i);
	assert_empty("key");
}
END_TEST

static void call_within(void)
{
	struct caller inner = plain, *outer = self;

	inner.in_line = outer->in_line;
	call(&inner);
	self = outer;
	ck_assert_int_eq(inner.got_code, 0);
	ck_assert_int_eq(inner.outcome.role, FLIGHT_PASSED);
}

START_TEST(test_nested)
{
	struct caller caller = plain;

	caller.inside = call_within;
	caller.in_line = _i;
	call(&caller);
	ck_assert_int_eq(caller.got_code, 0);
	ck_assert_int_eq(caller.outcome.role, FLIGHT_LED);
	ck_assert_int_eq(atomic_load(&asked), 2);
	assert_empty("key");
}
END_TEST

__attribute__((noinline)) static void call_from_below(struct caller *caller)
{
	volatile char room[4096] = { 1 };

	call(caller);
	(void)room[0]; /* not a tail call: the frame stays */
}

/* A call that has ended has nothing inside of it. */
START_TEST(test_deeper)
{
	struct caller caller = plain;

	call(&caller);
	call_from_below(&caller);
	ck_assert_int_eq(caller.outcome.role, FLIGHT_LED);
	assert_empty("key");
}
END_TEST

static atomic_bool handled;

static void on_signal(int number)
{
	(void)number;
	call_within();
	atomic_store(&handled, true);
}

enum { STACK = 1024 * 1024 };
static _Alignas(4096) char stacks[2 * STACK]; /* the thread's, and above it the signals' */

static void *call_with_signal_stack(void *argument)
{
	sigaltstack(&(stack_t){ .ss_sp = stacks + STACK, .ss_size = STACK }, NULL);
	return call(argument);
}

/* A signal handler asks while its thread waits, on the thread's stack or (_i) on one of
 * its own. */
START_TEST(test_nested_in_handler)
{
	struct caller callers[2] = { plain, plain };
	struct sigaction action = { .sa_handler = on_signal, .sa_flags = _i ? SA_ONSTACK : 0 };
	pthread_attr_t attributes;

	callers[0].inside = wait_at_gate;
	sigaction(SIGUSR1, &action, NULL);
	start(&callers[0]);
	await(&at_gate, 1);
	pthread_attr_init(&attributes);
	pthread_attr_setstack(&attributes, stacks, STACK);
	ck_assert_int_eq(pthread_create(&callers[1].thread, &attributes, call_with_signal_stack,
					&callers[1]), 0);
	await_waiters("key", 1);
	pthread_kill(callers[1].thread, SIGUSR1);
	while (!atomic_load(&handled))
		nap(0.5);
	open_gate(1);
	join(callers, 2);
	ck_assert_int_eq(callers[1].got_code, 0);
	ck_assert_int_eq(callers[1].got_answer, 1);
	ck_assert_int_eq(callers[1].outcome.role, FLIGHT_WAITED);
	ck_assert_int_eq(atomic_load(&asked), 2);
	assert_empty("key");
	pthread_attr_destroy(&attributes);
}
END_TEST

static void fork_within(void)
{
	pid_t child = fork();
	int status;

	if (child == 0) {
		call_within(); /* still inside of the outer's ask */
		return;
	}
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_int_eq(status, 0);
}

START_TEST(test_fork_within)
{
	struct caller caller = plain;
	pid_t test = getpid();

	caller.inside = fork_within;
	call(&caller);
	if (getpid() != test) {
		if (caller.got_code != 0 || caller.outcome.role != FLIGHT_LED)
			_exit(1);
		caller.inside = NULL;
		call(&caller);
		if (caller.got_code != 0 || caller.outcome.role != FLIGHT_LED || count_waiters("key") != -1)
			_exit(2);
		_exit(0);
	}
	ck_assert_int_eq(caller.got_code, 0);
	assert_empty("key");
}
END_TEST

TCase *make_tests(void)
{
	TCase *tcase = tcase_create("jumps");
	bool tsan = SANITIZER("thread"), leaks = SANITIZER("address") || SANITIZER("valgrind");

	tcase_set_timeout(tcase, 100);
	tcase_add_checked_fixture(tcase, set_up, NULL);
	if (is_musl())
		puts("# SKIP a jump that runs a handler: with musl none does");
	else
		tcase_add_test(tcase, test_leader_jumps);
	if (leaks) {
		puts("# SKIP a jump that runs no handler: its flight is kept on purpose, see desert");
	} else {
		tcase_add_test(tcase, test_leader_jumps_unseen);
		tcase_add_test(tcase, test_leader_jumps_both_ways);
	}
	if (tsan || SANITIZER("valgrind"))
		puts("# SKIP a leader on another stack: it is taken for a jump");
	else if (is_musl())
		puts("# SKIP a leader on another stack: musl has no makecontext");
	else
		tcase_add_loop_test(tcase, test_leader_switches, 0, 2);
	tcase_add_loop_test(tcase, test_nested, 0, 2);
	tcase_add_test(tcase, test_deeper);
	if (tsan)
		puts("# SKIP a handler that asks: ThreadSanitizer allows no malloc in one");
	else
		tcase_add_loop_test(tcase, test_nested_in_handler, 0, 2);
	tcase_add_test(tcase, test_fork_within);
	return tcase;
}
