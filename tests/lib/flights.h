/* SPDX-License-Identifier: MIT
 *
 * Callers of flight_join() and what they ask, for the tests of flights. A question is a
 * caller, its key is a text, and an answer is a malloc'ed int: how many asks there had
 * been when it was asked for.
 *
 * An ask comes to a gate only by napping: a thread that is blocked in futex(2) counts as
 * one that may never come back.
 */
#ifndef GAISHIM_TESTS_FLIGHTS_H
#define GAISHIM_TESTS_FLIGHTS_H

#include "flight/asks.h"
#include "libc/clock.h"
#include "flight/flight.h"
#include "libc/process.h"
#include "flight/table.h"
#include "unit.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { NO_MEMORY = -10, OTHER_ERROR = -11, TRY_LATER = -12 /* not final */, KEY_SIZE = 16 };
static const int64_t millisecond = 1000000;

struct caller {
	pthread_t thread;
	const char *key;
	int code;             /* that its ask returns */
	bool in_line;         /* its answer is not shared */
	bool copy_fails;
	void (*inside)(void); /* called by its ask */

	int got_code, got_error, got_answer;
	struct flight_outcome outcome;
	atomic_bool done;
};

/* How an ask on a thread of the shim behaves. */
static struct {
	int code;
	void (*inside)(void);
} late;

static atomic_int asked, asked_late, asking, most_asking, copies;
static atomic_int answers;               /* that are not freed */
static atomic_int at_gate, gate_after_forked;  /* how many have come there, and may pass */
static atomic_int late_at_gate;          /* the same, of threads of the shim */
static atomic_bool late_gate_after_fork;
static __thread struct caller *self;

static inline void nap(void)
{
	nanosleep(&(struct timespec){ .tv_nsec = 500000 }, NULL);
}

static inline void wait_at_gate(void)
{
	int number = atomic_fetch_add(&at_gate, 1);

	while (atomic_load(&gate_after_forked) <= number)
		nap();
}

/* What threads of the shim do unless a test says otherwise: where a busy machine is late,
 * they shall answer nobody. */
static inline void wait_at_late_gate(void)
{
	atomic_fetch_add(&late_at_gate, 1);
	while (!atomic_load(&late_gate_after_fork))
		nap();
}

static inline void await(const atomic_int *count, int wanted)
{
	while (atomic_load(count) < wanted)
		nap();
}

static inline void *new_answer(int value)
{
	int *answer = malloc(sizeof *answer);

	*answer = value;
	atomic_fetch_add(&answers, 1);
	return answer;
}

static inline void free_answer(void *answer)
{
	atomic_fetch_sub(&answers, 1);
	free(answer);
}

static inline void *copy_answer(const void *answer)
{
	atomic_fetch_add(&copies, 1);
	return self->copy_fails ? NULL : new_answer(*(const int *)answer);
}

static inline void write_text(const char *text, char key[static KEY_SIZE])
{
	size_t length = strlen(text);

	memset(key, 0, KEY_SIZE);
	memcpy(key, text, length < KEY_SIZE ? length : KEY_SIZE);
}

static inline void write_key(const void *question, void *key)
{
	const struct caller *caller = question;

	write_text(caller->key, key);
}

static inline int ask(void *question, void **answer)
{
	struct caller *caller = question;
	int number = atomic_fetch_add(&asked, 1) + 1 + atomic_load(&asked_late);
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

static inline int ask_late(const void *key, void **answer)
{
	int number = atomic_fetch_add(&asked_late, 1) + 1 + atomic_load(&asked);

	(void)key;
	if (late.inside != NULL)
		late.inside();
	if (late.code == 0)
		*answer = new_answer(number);
	else
		errno = 100 + number;
	return late.code;
}

static inline bool is_final(int code)
{
	return code != TRY_LATER && code != NO_MEMORY;
}

static const struct flight_kind shared_kind = {
	.write_key = write_key, .ask = ask, .ask_by_key = ask_late, .copy = copy_answer,
	.discard = free_answer, .is_final = is_final, .no_memory = NO_MEMORY,
};
static const struct flight_kind line_kind = {
	.write_key = write_key, .ask = ask, .is_final = is_final, .no_memory = NO_MEMORY,
};

static inline void *call(void *argument)
{
	struct caller *caller = self = argument;
	void *answer = NULL;

	errno = 0;
	caller->got_code = flight_join(caller->in_line ? &line_kind : &shared_kind, caller, KEY_SIZE,
				       &answer, &caller->outcome);
	caller->got_error = errno;
	if (caller->got_code == 0) {
		caller->got_answer = *(int *)answer;
		free_answer(answer);
	} else {
		ck_assert_ptr_null(answer);
	}
	atomic_store(&caller->done, true);
	return NULL;
}

static inline void start(struct caller *caller)
{
	ck_assert_int_eq(pthread_create(&caller->thread, NULL, call, caller), 0);
}

static inline void join(struct caller callers[], int count)
{
	for (int i = 0; i < count; i++)
		ck_assert_int_eq(pthread_join(callers[i].thread, NULL), 0);
}

/* How many wait for this question; -1: it is not in the table. */
static inline int count_waiters(const char *text)
{
	char key[KEY_SIZE];
	struct entry like = { .key_length = KEY_SIZE, .key = key };
	struct table *table;
	const struct flight *flight;
	int count;

	write_text(text, key);
	like.hash = table_hash(key, KEY_SIZE);
	table = table_lock();
	flight = (const struct flight *)table_find(table, &like);
	count = flight != NULL ? (int)flight->waiters : -1;
	table_unlock(table);
	return count;
}

static inline void await_waiters(const char *key, int wanted)
{
	while (count_waiters(key) < wanted)
		nap();
}

/* The first leads, and asks at the gate (or what like.inside is); the others wait for it.
 * If threads of the shim were to answer meanwhile, there would be nothing to wait for. */
static inline void start_herd(struct caller callers[], int count, struct caller like)
{
	for (int i = 0; i < count; i++) {
		callers[i] = like;
		callers[i].inside = NULL;
	}
	callers[0].inside = like.inside != NULL ? like.inside : wait_at_gate;
	start(&callers[0]);
	await(&at_gate, 1);
	for (int i = 1; i < count; i++)
		start(&callers[i]);
	await_waiters(like.key, count - 1);
}

/* So many may pass the gate. */
static inline void open_gate(int count)
{
	atomic_fetch_add(&gate_after_forked, count);
}

/* And threads of the shim, all of them. */
static inline void open_late_gate(void)
{
	atomic_store(&late_gate_after_fork, true);
}

static inline void *sleep_on(void *unused)
{
	for (;;)
		pause();
	return unused;
}

/* A process of one thread has no flights: let there be a second one. */
static inline void set_up(void)
{
	pthread_t second;

	ck_assert_int_eq(pthread_create(&second, NULL, sleep_on, NULL), 0);
	late.inside = wait_at_late_gate;
}

/* After every test: nothing is left. */
static inline void assert_empty(const char *key)
{
	open_late_gate();
	while (atomic_load(&process_own()->threads) > 0)
		nap();
	ck_assert_int_eq(count_waiters(key), -1);
	ck_assert_int_eq(atomic_load(&answers), 0);
}

static const struct caller plain = { .key = "key" };

#endif
