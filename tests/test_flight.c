/* SPDX-License-Identifier: MIT
 *
 * The flight table by itself: what is asked here is a number, and an answer is
 * a malloc'ed int.
 */
#include "flight.h"

#include "unit.h"

#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <setjmp.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

enum { NO_MEMORY = -10, OTHER_ERROR = -11, CALLERS = 50 };

/* A caller of flight_run, and how its ask() behaves if it comes to that. */
struct caller {
	pthread_t thread;
	const char *key;
	int code;             /* that ask() returns */
	bool unshared;        /* plan without copy */
	bool copy_fails;
	void (*inside)(void); /* called by ask() */
	int64_t patience;

	int got_code, got_error, got_answer;
	struct flight_story story;
};

static atomic_int asked, asking, most_asking, copies, answers; /* answers: alive */
static sem_t entered, gate; /* ask() posts the one and waits for the other */
static __thread struct caller *self;
static __thread sigjmp_buf back;

static void *new_answer(int value)
{
	int *answer = malloc(sizeof *answer);

	*answer = value;
	atomic_fetch_add(&answers, 1);
	return answer;
}

static void free_answer(void *answer)
{
	atomic_fetch_sub(&answers, 1);
	free(answer);
}

static void *copy_answer(const void *answer)
{
	atomic_fetch_add(&copies, 1);
	return self->copy_fails ? NULL : new_answer(*(const int *)answer);
}

static int ask(void *context, void **answer)
{
	struct caller *caller = context;
	int number = atomic_fetch_add(&asked, 1) + 1;
	int now = atomic_fetch_add(&asking, 1) + 1;

	if (now > atomic_load(&most_asking))
		atomic_store(&most_asking, now);
	if (caller->inside != NULL)
		caller->inside();
	atomic_fetch_sub(&asking, 1);
	if (caller->code == 0)
		*answer = new_answer(number);
	else
		errno = 100 + number;
	return caller->code;
}

static void *call(void *argument)
{
	struct caller *caller = self = argument;
	void *answer = NULL;

	errno = 0;
	caller->got_code = flight_run(&(struct flight_plan){
		.key = caller->key,
		.key_length = strlen(caller->key),
		.ask = ask,
		.context = caller,
		.copy = caller->unshared ? NULL : copy_answer,
		.discard = free_answer,
		.no_memory = NO_MEMORY,
		.patience = caller->patience,
	}, &answer, &caller->story);
	caller->got_error = errno;
	if (caller->got_code == 0) {
		caller->got_answer = *(int *)answer;
		free_answer(answer);
	} else {
		ck_assert_ptr_null(answer);
	}
	return NULL;
}

static void wait_at_gate(void)
{
	sem_post(&entered);
	while (sem_wait(&gate) != 0)
		;
}

static void start(struct caller *caller)
{
	ck_assert_int_eq(pthread_create(&caller->thread, NULL, call, caller), 0);
}

static void settle(void)
{
	nanosleep(&(struct timespec){ .tv_nsec = 100000000 }, NULL);
}

/* One leader at the gate, the others waiting for it. like.inside is the
 * leader's, wait_at_gate if it is NULL. */
static void start_herd(struct caller callers[], int count, struct caller like)
{
	void (*inside)(void) = like.inside != NULL ? like.inside : wait_at_gate;

	like.inside = NULL;
	for (int i = 0; i < count; i++)
		callers[i] = like;
	callers[0].inside = inside;
	start(&callers[0]);
	sem_wait(&entered);
	for (int i = 1; i < count; i++)
		start(&callers[i]);
	settle();
}

static void join(struct caller callers[], int count)
{
	for (int i = 0; i < count; i++)
		ck_assert_int_eq(pthread_join(callers[i].thread, NULL), 0);
}

static void set_up(void)
{
	sem_init(&entered, 0, 0);
	sem_init(&gate, 0, 0);
}

/* After every test: nothing is left. */
static void assert_empty(void)
{
	ck_assert_uint_eq(flight_count(), 0);
	ck_assert_int_eq(atomic_load(&answers), 0);
}

/* All have an answer, and none had to run out of patience for it. */
static void assert_soon(const struct caller callers[], int count)
{
	for (int i = 0; i < count; i++) {
		ck_assert_int_eq(callers[i].got_code, 0);
		ck_assert_int_lt(callers[i].story.waited, callers[i].patience / 2);
	}
}

static const struct caller plain = { .key = "key", .patience = INT64_C(60000000000) };

START_TEST(test_alone)
{
	struct caller caller = plain;

	for (int i = 1; i <= 3; i++) {
		call(&caller);
		ck_assert_int_eq(caller.got_code, 0);
		ck_assert_int_eq(caller.got_answer, i); /* nothing is remembered */
		ck_assert_int_eq(caller.story.role, FLIGHT_LED);
		ck_assert_uint_eq(caller.story.others, 0);
	}
	ck_assert_int_eq(atomic_load(&copies), 0);
	assert_empty();
}
END_TEST

START_TEST(test_herd)
{
	static struct caller callers[CALLERS];

	start_herd(callers, CALLERS, plain);
	sem_post(&gate);
	join(callers, CALLERS);
	ck_assert_int_eq(atomic_load(&asked), 1);
	ck_assert_int_ge(atomic_load(&copies), CALLERS - 1); /* the last takes the answer itself */
	ck_assert_int_le(atomic_load(&copies), CALLERS);     /* unless another left meanwhile */
	for (int i = 0; i < CALLERS; i++) {
		ck_assert_int_eq(callers[i].got_code, 0);
		ck_assert_int_eq(callers[i].got_answer, 1);
		ck_assert_int_eq(callers[i].story.role, i == 0 ? FLIGHT_LED : FLIGHT_SHARED);
		ck_assert_uint_eq(callers[i].story.others, CALLERS - 1);
	}
	assert_empty();
}
END_TEST

START_TEST(test_keys)
{
	static struct caller callers[CALLERS];
	static char keys[CALLERS][8];

	for (int i = 0; i < CALLERS; i++) {
		sprintf(keys[i], "%d", i);
		callers[i] = plain;
		callers[i].key = keys[i];
		callers[i].inside = wait_at_gate;
		start(&callers[i]);
	}
	for (int i = 0; i < CALLERS; i++)
		sem_wait(&entered);
	ck_assert_uint_eq(flight_count(), CALLERS); /* all out at the same time */
	for (int i = 0; i < CALLERS; i++)
		sem_post(&gate);
	join(callers, CALLERS);
	ck_assert_int_eq(atomic_load(&asked), CALLERS);
	assert_empty();
}
END_TEST

START_TEST(test_error)
{
	struct caller callers[5], like = plain;

	like.code = OTHER_ERROR;
	start_herd(callers, 5, like);
	sem_post(&gate);
	join(callers, 5);
	ck_assert_int_eq(atomic_load(&asked), 1);
	for (int i = 0; i < 5; i++) {
		ck_assert_int_eq(callers[i].got_code, OTHER_ERROR);
		ck_assert_int_eq(callers[i].got_error, 101);
	}
	assert_empty();
}
END_TEST

/* Want of memory is the leader's own: the others ask for themselves. */
START_TEST(test_no_memory)
{
	struct caller callers[5];

	start_herd(callers, 5, plain);
	callers[0].code = NO_MEMORY;
	sem_post(&gate);
	join(callers, 5);
	ck_assert_int_eq(callers[0].got_code, NO_MEMORY);
	ck_assert_int_ge(atomic_load(&asked), 2);
	for (int i = 1; i < 5; i++)
		ck_assert_int_eq(callers[i].got_code, 0);
	assert_empty();
}
END_TEST

START_TEST(test_copy_fails)
{
	struct caller callers[5], like = plain;
	int failed = 0;

	like.copy_fails = true;
	start_herd(callers, 5, like);
	sem_post(&gate);
	join(callers, 5);
	ck_assert_int_eq(atomic_load(&asked), 1);
	for (int i = 0; i < 5; i++)
		failed += callers[i].got_code == NO_MEMORY;
	ck_assert_int_ge(failed, 4); /* the last takes the answer itself, unless another left meanwhile */
	assert_empty();
}
END_TEST

START_TEST(test_leader_cancelled)
{
	struct caller callers[5];

	start_herd(callers, 5, plain);
	pthread_cancel(callers[0].thread);
	join(callers, 5);
	assert_soon(callers + 1, 4);
	assert_empty();
}
END_TEST

static void exit_at_gate(void)
{
	wait_at_gate();
	pthread_exit(NULL);
}

START_TEST(test_leader_exits)
{
	struct caller callers[5], like = plain;

	like.inside = exit_at_gate;
	start_herd(callers, 5, like);
	sem_post(&gate);
	join(callers, 5);
	assert_soon(callers + 1, 4);
	assert_empty();
}
END_TEST

static void vanish(void)
{
	wait_at_gate();
	syscall(SYS_exit, 0);
}

/* The thread is gone without a word: nothing tells but patience. */
START_TEST(test_leader_vanishes)
{
	struct caller callers[5], like = plain;

	like.inside = vanish;
	like.patience = 200000000;
	start_herd(callers, 5, like);
	sem_post(&gate);
	join(callers, 5);
	for (int i = 1; i < 5; i++) {
		ck_assert_int_eq(callers[i].got_code, 0);
		ck_assert_int_eq(callers[i].story.role, FLIGHT_ALONE);
	}
	assert_empty();
}
END_TEST

/* All waiters are cancelled, or all but one. */
START_TEST(test_waiters_cancelled)
{
	struct caller callers[10];

	start_herd(callers, 10, plain);
	for (int i = 1; i < 10 - _i; i++)
		pthread_cancel(callers[i].thread);
	sem_post(&gate);
	join(callers, 10);
	ck_assert_int_eq(callers[0].got_code, 0);
	for (int i = 10 - _i; i < 10; i++)
		ck_assert_int_eq(callers[i].got_answer, 1);
	ck_assert_int_eq(atomic_load(&asked), 1);
	assert_empty();
}
END_TEST

/* The leader and waiters go at the same moment: the signal that names the next
 * leader must not be lost with one of them. */
START_TEST(test_all_but_one_cancelled)
{
	struct caller callers[10];

	for (int round = 0; round < 50; round++) {
		for (int i = 0; i < 10; i++)
			callers[i] = plain;
		callers[0].inside = wait_at_gate;
		start(&callers[0]);
		sem_wait(&entered);
		for (int i = 1; i < 10; i++)
			start(&callers[i]);
		if (round % 2)
			nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
		for (int i = 0; i < 9; i++)
			pthread_cancel(callers[i].thread);
		join(callers, 10);
		ck_assert_int_eq(callers[9].got_code, 0);
		ck_assert_int_lt(callers[9].story.waited, plain.patience / 2);
		while (sem_trywait(&entered) == 0)
			;
	}
	ck_assert_uint_eq(flight_count(), 0);
}
END_TEST

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
	sem_wait(&entered);
	start(&callers[1]);
	start(&callers[2]);
	settle();
	sem_post(&gate);
	join(callers, 3);
	assert_soon(callers, 3);
	assert_empty();
}
END_TEST

static __thread void *frame_back[5];

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
	ck_assert_uint_eq(flight_count(), 1);
	call_from_above(&caller);
	ck_assert_int_eq(caller.got_code, 0);
	ck_assert_int_eq(caller.story.role, FLIGHT_LED);
	ck_assert_int_eq(caller.story.waited, 0);
	assert_empty();
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
	assert_empty();
}
END_TEST

START_TEST(test_patience)
{
	struct caller callers[4], like = plain;

	like.patience = 200000000;
	start_herd(callers, 4, like);
	join(callers + 1, 3);
	for (int i = 1; i < 4; i++) {
		ck_assert_int_eq(callers[i].got_code, 0);
		ck_assert_int_eq(callers[i].story.role, FLIGHT_ALONE);
		ck_assert_int_ge(callers[i].story.waited, like.patience);
	}
	/* Who comes now does not wait for the one that was given up. */
	ck_assert_uint_eq(flight_count(), 0);
	call(&callers[1]);
	ck_assert_int_eq(callers[1].story.role, FLIGHT_LED);
	sem_post(&gate);
	join(callers, 1);
	ck_assert_int_eq(callers[0].got_code, 0);
	assert_empty();
}
END_TEST

static void call_nested(void)
{
	struct caller inner = plain, *outer = self;

	inner.unshared = outer->unshared;
	if (atomic_load(&asked) == 1) {
		call(&inner);
		self = outer;
		ck_assert_int_eq(inner.got_code, 0);
		ck_assert_int_eq(inner.story.role, FLIGHT_PASSED);
	}
}

START_TEST(test_nested)
{
	struct caller caller = plain;

	caller.inside = call_nested;
	caller.unshared = _i;
	call(&caller);
	ck_assert_int_eq(caller.got_code, 0);
	ck_assert_int_eq(atomic_load(&asked), 2);
	assert_empty();
}
END_TEST

static void dawdle(void)
{
	nanosleep(&(struct timespec){ .tv_nsec = 2000000 }, NULL);
}

START_TEST(test_unshared)
{
	static struct caller callers[CALLERS];

	for (int i = 0; i < CALLERS; i++) {
		callers[i] = plain;
		callers[i].unshared = true;
		callers[i].inside = dawdle;
		start(&callers[i]);
	}
	join(callers, CALLERS);
	ck_assert_int_eq(atomic_load(&asked), CALLERS);
	ck_assert_int_eq(atomic_load(&most_asking), 1);
	for (int i = 0; i < CALLERS; i++)
		ck_assert_int_eq(callers[i].got_code, 0);
	assert_empty();
}
END_TEST

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
 * again: the flight is given up. Who waited for it (_i) leads it when the first
 * leader comes back after all. */
START_TEST(test_leader_switches)
{
	static char stack[128 * 1024];
	struct caller other = plain, waiter = plain;

	traveller = plain;
	traveller.inside = step_out;
	getcontext(&away);
	away.uc_stack.ss_sp = stack;
	away.uc_stack.ss_size = sizeof stack;
	away.uc_link = &home;
	makecontext(&away, travel, 0);
	swapcontext(&home, &away);
	ck_assert_uint_eq(flight_count(), 1);
	if (_i) {
		waiter.inside = wait_at_gate;
		start(&waiter);
		settle();
	}
	other.key = "another";
	call(&other);
	ck_assert_int_eq(other.story.role, FLIGHT_LED);
	if (_i)
		sem_wait(&entered);
	self = &traveller;
	swapcontext(&home, &away);
	ck_assert_int_eq(traveller.got_code, 0);
	ck_assert_int_eq(traveller.got_answer, 1);
	if (_i) {
		sem_post(&gate);
		join(&waiter, 1);
		ck_assert_int_eq(waiter.story.role, FLIGHT_LED);
		ck_assert_int_eq(waiter.got_code, 0);
	}
	ck_assert_int_eq(atomic_load(&asked), 2 + _i);
	ck_assert_int_eq(atomic_load(&copies), 0); /* nobody got the first answer */
	assert_empty();
}
END_TEST

static void fork_inside(void)
{
	static pid_t child;

	child = fork();
	if (child == 0) {
		flight_reset();
		struct caller inner = plain;
		struct caller *outer = self;
		call(&inner); /* still inside of the outer's ask() */
		self = outer;
		if (inner.story.role != FLIGHT_PASSED)
			_exit(1);
		return;
	}
	int status;
	waitpid(child, &status, 0);
	ck_assert_int_eq(status, 0);
}

START_TEST(test_fork_inside)
{
	struct caller caller = plain;
	pid_t test = getpid();

	caller.inside = fork_inside;
	call(&caller);
	caller.inside = NULL;
	if (getpid() != test) {
		call(&caller);
		_exit(caller.got_code == 0 && caller.story.role == FLIGHT_LED
		      && flight_count() == 0 ? 0 : 2);
	}
	ck_assert_int_eq(caller.got_code, 0);
	assert_empty();
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("flight");
	TCase *tcase = tcase_create("table");
	bool tsan = SANITIZER("thread"), leaks = SANITIZER("address") || SANITIZER("valgrind");

	suite_add_tcase(suite, tcase);
	tcase_set_timeout(tcase, 100);
	tcase_add_checked_fixture(tcase, set_up, NULL);
	tcase_add_test(tcase, test_alone);
	tcase_add_test(tcase, test_herd);
	tcase_add_test(tcase, test_keys);
	tcase_add_test(tcase, test_error);
	tcase_add_test(tcase, test_no_memory);
	tcase_add_test(tcase, test_copy_fails);
	if (tsan)
		puts("# SKIP cancelled leaders: ThreadSanitizer is blind after a thread is cancelled in sem_wait");
	else
		tcase_add_test(tcase, test_leader_cancelled);
	tcase_add_test(tcase, test_leader_exits);
	tcase_add_loop_test(tcase, test_waiters_cancelled, 0, 2);
	if (!tsan)
		tcase_add_test(tcase, test_all_but_one_cancelled);
	tcase_add_test(tcase, test_leader_jumps);
	if (leaks) {
		puts("# SKIP a jump that runs no handler: an entry is kept on purpose, see give_up");
	} else {
		tcase_add_test(tcase, test_leader_jumps_unseen);
		tcase_add_test(tcase, test_leader_jumps_both_ways);
	}
	if (leaks || tsan)
		puts("# SKIP a thread that vanishes: so do its entry and its sanitizer's state");
	else
		tcase_add_test(tcase, test_leader_vanishes);
	tcase_add_test(tcase, test_patience);
	if (tsan || SANITIZER("valgrind"))
		puts("# SKIP a leader on another stack: it is taken for a jump");
	else
		tcase_add_loop_test(tcase, test_leader_switches, 0, 2);
	tcase_add_loop_test(tcase, test_nested, 0, 2);
	tcase_add_test(tcase, test_unshared);
	tcase_add_test(tcase, test_fork_inside);
	return run_suite(suite);
}
