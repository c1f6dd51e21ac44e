/* SPDX-License-Identifier: MIT
 *
 * A signal handler that resolves, at every instruction of flights, as they are compiled
 * (flight.c, asks.c, askers.c, caller.c, this_call.c, table.c): a thread is single-stepped through flight_join(),
 * and at its nth step a handler calls flight_join() too, for n = 1, 2, ... until the call
 * comes to its end.
 *
 * Asserted for each n: the table's lock has the same owner after the handler as before, so
 * that no other thread comes between; both calls have their answer; nothing is freed twice
 * or written to once it is free.
 */
#include "flight/flight.h"

#include "musl.h"
#include "step.h"
#include "times.h"
#include "unit.h"

#include <stdio.h>

#ifdef CAN_STEP

#include "libc/next.h"
#include "libc/process.h"

#include <limits.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <time.h>

enum { ANSWER = 42, NO_MEMORY = -10 };

/* Whether another thread leads meanwhile; if so the stepped one waits for it. */
static const bool scenes[] = { false, true };

static sem_t gate; /* of that leader */
static int handle_at, handled_at;
static int owner_before, owner_after;

struct caller {
	pthread_t thread;
	bool gated, stepped;
	atomic_bool asks;
	int code, answer;
};
static struct caller handlers;

void see_call(uintptr_t function)
{
	(void)function;
}

static void write_key(const void *question, void *key)
{
	(void)question;
	memcpy(key, "hostname", 8);
}

static void *new_answer(int value)
{
	int *answer = malloc(sizeof *answer);

	*answer = value;
	return answer;
}

static int ask(void *question, void **answer)
{
	struct caller *caller = question;

	caller->asks = true;
	while (caller->gated && sem_wait(&gate) != 0)
		;
	*answer = new_answer(ANSWER);
	return 0;
}

static int ask_by_key(const void *key, void **answer)
{
	(void)key;
	*answer = new_answer(ANSWER);
	return 0;
}

static void *copy(const void *answer)
{
	return new_answer(*(const int *)answer);
}

static bool is_final(int code)
{
	return code != NO_MEMORY;
}

static void fly(struct caller *caller)
{
	static const struct flight_kind kind = {
		.write_key = write_key, .ask = ask, .ask_by_key = ask_by_key, .copy = copy,
		.discard = free, .is_final = is_final, .no_memory = NO_MEMORY,
	};
	struct flight_outcome outcome;
	void *answer = NULL;

	if (caller->stepped)
		STEP("orq %0");
	caller->code = flight_join(&kind, caller, 8, &answer, &outcome);
	if (caller->stepped)
		STEP("andq %1");
	caller->answer = answer != NULL ? *(int *)answer : 0;
	free(answer);
}

static void *call(void *caller)
{
	fly(caller);
	return NULL;
}

/* The thread that has the lock of the table, which begins with it; 0: none. */
static int find_owner(void)
{
	const pthread_mutex_t *lock = (const void *)process_own()->table;

	return lock != NULL ? lock->__data.__owner : 0;
}

static void handle_step(int number, siginfo_t *info, void *context)
{
	on_step(number, info, context);
	if (steps != handle_at || handled_at == handle_at)
		return;
	handled_at = handle_at;
	owner_before = find_owner();
	fly(&handlers);
	owner_after = find_owner();
}

static void check(const struct caller *caller, const char *who)
{
	ck_assert_msg(caller->code == 0 && caller->answer == ANSWER,
		      "step %d: %s got code %d, answer %d", handle_at, who, caller->code, caller->answer);
}

/* Returns whether the call came to its end before that step. Sets *locked if its thread had
 * the lock there. */
static bool run(bool led, int step, bool *locked)
{
	struct caller leader = { .gated = true }, stepped = { .stepped = true };

	handlers = (struct caller){ 0 };
	steps = handled_at = 0;
	handle_at = step;
	last_step = INT_MAX;
	process_own()->table = NULL;
	sem_init(&gate, 0, 0);
	freed_twice = false;
	keeping = true;
	if (led) {
		ck_assert_int_eq(pthread_create(&leader.thread, NULL, call, &leader), 0);
		while (!leader.asks)
			nap(0.2);
	}
	ck_assert_int_eq(pthread_create(&stepped.thread, NULL, call, &stepped), 0);
	nap(0.2);
	sem_post(&gate);
	pthread_join(stepped.thread, NULL);
	if (led)
		pthread_join(leader.thread, NULL);
	check(&stepped, "the stepped one");
	if (led)
		check(&leader, "the leader");
	ck_assert_msg(!freed_twice && is_poison_left(),
		      "step %d: freed twice, or written to after free", step);
	if (handled_at == 0)
		return true;
	check(&handlers, "the handler");
	ck_assert_msg(owner_after == owner_before,
		      "step %d: the lock was %d's, and after the handler %d's", step, owner_before, owner_after);
	*locked = *locked || owner_before != 0;
	return false;
}

START_TEST(test_every_step)
{
	const struct sigaction on_trap = { .sa_sigaction = handle_step, .sa_flags = SA_SIGINFO };
	bool locked = false;
	int step = 1;

	find_flights();
	sigaction(SIGTRAP, &on_trap, NULL);
	while (!run(scenes[_i], step, &locked))
		step++;
	ck_assert_int_gt(step, 50);
	ck_assert(locked);
	printf("# a handler at each of %d steps\n", step - 1);
	fflush(stdout);
}
END_TEST

TCase *make_tests(void)
{
	TCase *tcase;

	if (SANITIZER(""))
		return skip_all("a handler at every instruction: the sanitizer's code would be stepped too");
	if (is_musl())
		return skip_all("what stands for malloc here asks glibc itself");
	next_find();
	tcase = tcase_create("handler");
	tcase_set_timeout(tcase, 200);
	ADD_ROWS(tcase, test_every_step, scenes);
	return tcase;
}

#else

TCase *make_tests(void)
{
	return skip_all("a handler at every instruction: x86-64 only, without sanitizers");
}

#endif
