/* SPDX-License-Identifier: MIT
 *
 * Callers of flight_join() and what they ask, for the tests of flights. A question is a
 * caller, its key is a text, and an answer is a malloc'ed int: how many asks there had
 * been when it was asked for.
 *
 * An ask comes to a gate only by napping: a thread that is blocked in futex(2) counts as
 * one that may never come back.
 */
#ifndef FLIGHTS_H
#define FLIGHTS_H

#include "flight/asks.h"
#include "flight/flight.h"
#include "flight/table.h"
#include "libc/clock.h"
#include "libc/process.h"
#include "times.h"
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
struct late_ask {
	int code;
	void (*inside)(void);
};
extern struct late_ask late;

extern atomic_int asked, asked_late, most_asking, copies;
extern atomic_int answers;               /* that are not freed */
extern atomic_int at_gate, gate_opened;  /* how many have come there, and may pass */
extern atomic_int late_at_gate;          /* the same, of threads of the shim */
extern atomic_bool late_gate_is_open;
extern __thread struct caller *self;     /* that call() is inside for */

/* Of callers whose answers are shared. */
extern const struct flight_kind shared_kind;

void wait_at_gate(void);

/* What threads of the shim do unless a test says otherwise: where a busy machine is late,
 * they shall answer nobody. */
void wait_at_late_gate(void);

void await(const atomic_int *count, int wanted);

/* What a leader calls. */
int ask(void *question, void **answer);

/* flight_join() as the caller ARGUMENT wants it. */
void *call(void *argument);

void start(struct caller *caller);

void join(struct caller callers[], int count);

/* How many wait for this question; -1: it is not in the table. */
int count_waiters(const char *text);

void await_waiters(const char *key, int wanted);

/* The first leads, and asks at the gate (or what like.inside is); the others wait for it.
 * If threads of the shim were to answer meanwhile, there would be nothing to wait for. */
void start_herd(struct caller callers[], int count, struct caller like);

/* So many may pass the gate. */
void open_gate(int count);

/* And threads of the shim, all of them. */
void open_late_gate(void);

/* A process of one thread has no flights: let there be a second one. */
void set_up(void);

/* After every test: nothing is left. */
void assert_empty(const char *key);

/* Lets one ask pass the gate, and joins all: each got an answer, and nothing is left. */
void end_right(struct caller callers[], int count);

static const struct caller plain = { .key = "key" };

#endif
