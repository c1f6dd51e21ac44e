/* SPDX-License-Identifier: MIT
 *
 * A jump out of every instruction of flights, as they are compiled (flight.c, asks.c,
 * askers.c, caller.c, this_call.c, table.c): a thread is single-stepped through flight_join() and leaves by
 * siglongjmp at its nth step, for n = 1, 2, ... until the call comes to its end. Jumps are
 * from these files' own instructions only, not from the functions that they call, which
 * have the gap that table.c names; nor on threads of the shim, which block all signals; nor in a
 * line, where it can cost the others ten seconds.
 *
 * Asserted for each n: every other thread has its answer or error within LIMIT, nothing is
 * freed twice or written to once it is free (what reads it gets poison); the next lookup has
 * its answer, if need be by a second ask, and the one after leads at once, so that no dead
 * entry is left in the table. What a jump may cost is memory.
 */
#include "flight/flight.h"

#include "musl.h"
#include "step.h"
#include "times.h"
#include "unit.h"

#include <stdio.h>

#ifdef CAN_STEP

#include "libc/process.h"
#include "flight/table.h"
#include "flight/threads.h"
#include "flight/usual.h"
#include "libc/libc.h"
#include "libc/next.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { NO_MEMORY = -10, OTHER_ERROR = -11, TRY_LATER = -12, ANSWER = 42, LIMIT = 5 /* s */ };
static const char key_text[8] = "hostname";

struct caller {
	pthread_t thread;
	bool gated;   /* its ask waits for the gate */
	bool lingers; /* in its copy until the stepped one is done */
	bool stepped;
	int ask_code;

	atomic_int tid;
	atomic_bool done;
	bool jumped;
	int code, error, answer, copies;
	struct flight_outcome outcome;
};

/* The steps of a scene that are its own lie between two of these. */
enum mark { BEGINNING, FIRST_LOCK, FIRST_WAIT, SECOND_WAIT, OWN_ASK, MARKS };

static const struct scene {
	const char *name;
	enum mark from, until; /* until 0: the end */
	bool led, lingers;  /* another thread leads, and stays in its copy */
	bool gated;         /* the stepped one's ask */
	bool cancel;        /* the other leader */
	bool late;          /* the gate is opened when the one that waits is done */
	bool no_thread, blocked; /* of the shim */
	int before, after;  /* how many others wait when the stepped one comes, and come later */
	int code;           /* that the first leader's ask returns */
	enum flight_role role; /* what it comes to without a jump, like the rest */
	int got;
	unsigned shared;
	int copies;         /* -1: as it happens */
} scenes[] = {
	{ .name = "a lone leader", .role = FLIGHT_LED },
	{ .name = "a waiter", .from = FIRST_LOCK, .led = true, .lingers = true, .before = 1,
	  .role = FLIGHT_WAITED, .shared = 2, .copies = 1 },
	{ .name = "the last waiter", .from = FIRST_LOCK, .led = true, .role = FLIGHT_WAITED, .shared = 1 },
	{ .name = "a waiter for an error", .from = FIRST_LOCK, .led = true, .before = 1,
	  .code = OTHER_ERROR, .role = FLIGHT_WAITED, .got = OTHER_ERROR, .shared = 2 },
	{ .name = "a waiter that is told to try later", .from = FIRST_WAIT, .led = true, .before = 1,
	  .code = TRY_LATER, .role = FLIGHT_WAITED, .got = TRY_LATER },
	{ .name = "a waiter that takes over", .from = FIRST_LOCK, .led = true, .cancel = true, .gated = true,
	  .after = 1, .role = FLIGHT_LED, .shared = 1, .copies = -1 },
	{ .name = "a leader of two", .from = FIRST_LOCK, .gated = true, .after = 2, .role = FLIGHT_LED,
	  .shared = 2, .copies = -1 },
	{ .name = "a leader in vain", .from = OWN_ASK, .gated = true, .late = true, .after = 1,
	  .code = TRY_LATER, .role = FLIGHT_LED, .shared = 1 },
	{ .name = "a waiter that starts a second ask", .from = FIRST_WAIT, .led = true, .late = true,
	  .role = FLIGHT_WAITED, .copies = 1 },
	{ .name = "a waiter that finds no thread", .from = FIRST_WAIT, .led = true, .late = true,
	  .until = OWN_ASK, .no_thread = true, .role = FLIGHT_ASKED, .copies = 1 },
	{ .name = "a waiter that finds a thread blocked", .from = SECOND_WAIT, .led = true, .late = true,
	  .until = OWN_ASK, .blocked = true, .role = FLIGHT_ASKED, .copies = 1 },
};

static int marks[MARKS];
static sem_t gate, lock; /* of askers, and of threads that are blocked */
static bool blocked;
static struct caller leader, stepped, others[2], after[2];
static __thread struct caller *self;
static char note[128];

static void set_mark(enum mark mark)
{
	if (marks[mark] == 0)
		marks[mark] = steps;
}

void see_call(uintptr_t function)
{
	if (function == (uintptr_t)pthread_mutex_lock)
		set_mark(FIRST_LOCK);
	if (function == (uintptr_t)libc->wait)
		set_mark(marks[FIRST_WAIT] == 0 ? FIRST_WAIT : SECOND_WAIT);
}

static void on_crash(int number)
{
	(void)!write(STDERR_FILENO, note, strlen(note));
	(void)!write(STDERR_FILENO, "crash\n", 6);
	signal(number, SIG_DFL);
	raise(number);
}

static void *new_answer(int value)
{
	int *answer = malloc(sizeof *answer);

	*answer = value;
	return answer;
}

static void write_key(const void *question, void *key)
{
	(void)question;
	memcpy(key, key_text, sizeof key_text);
}

static int ask(void *question, void **answer)
{
	struct caller *caller = question;

	if (caller->stepped)
		set_mark(OWN_ASK);
	while (caller->gated && sem_wait(&gate) != 0)
		;
	if (caller->ask_code == 0)
		*answer = new_answer(ANSWER);
	errno = EDOM;
	return caller->ask_code;
}

static int ask_on_thread_of_ours(const void *key, void **answer)
{
	(void)key;
	while (blocked && sem_wait(&lock) != 0)
		;
	*answer = new_answer(ANSWER);
	return 0;
}

static void *copy(const void *answer)
{
	self->copies++;
	while (self->lingers && !stepped.done)
		nap(0.1);
	return new_answer(*(const int *)answer);
}

static bool is_final(int code)
{
	return code != TRY_LATER && code != NO_MEMORY;
}

static int fly(struct caller *caller, void **answer)
{
	static const struct flight_kind kind = {
		.write_key = write_key, .ask = ask, .ask_by_key = ask_on_thread_of_ours, .copy = copy,
		.discard = free, .is_final = is_final, .no_memory = NO_MEMORY,
	};

	return flight_join(&kind, caller, sizeof key_text, answer, &caller->outcome);
}

static void *call(void *argument)
{
	struct caller *caller = self = argument;
	void *answer = NULL;

	caller->tid = (int)syscall(SYS_gettid);
	if (!caller->stepped) {
		caller->code = fly(caller, &answer);
		caller->error = errno;
		caller->answer = answer != NULL ? *(int *)answer : 0;
		free(answer);
	} else if (sigsetjmp(out, 1) == 0) {
		STEP("orq %0");
		caller->code = fly(caller, &answer);
		STEP("andq %1");
		caller->error = errno;
		caller->answer = answer != NULL ? *(int *)answer : 0;
	} else {
		caller->jumped = true;
	}
	caller->done = true;
	return NULL;
}

/* Start a caller, and wait until it sleeps or is done. */
static void start(struct caller *caller)
{
	char path[64], text[64] = "";
	const char *state;

	ck_assert_int_eq(pthread_create(&caller->thread, NULL, call, caller), 0);
	for (int i = 0; i < 20000 && !caller->done; i++) {
		nap(0.1);
		snprintf(path, sizeof path, "/proc/self/task/%d/stat", caller->tid);
		int file = caller->tid != 0 ? open(path, O_RDONLY) : -1;
		if (file < 0)
			continue;
		state = read(file, text, sizeof text - 1) > 0 ? strrchr(text, ')') : NULL;
		close(file);
		if (state != NULL && state[2] == 'S')
			return;
	}
}

static void join(struct caller *caller, int code, const char *who)
{
	struct timespec limit;

	clock_gettime(CLOCK_REALTIME, &limit);
	limit.tv_sec += LIMIT;
	ck_assert_msg(pthread_timedjoin_np(caller->thread, NULL, &limit) == 0, "%s%s hangs", note, who);
	if (!caller->done) /* cancelled */
		return;
	ck_assert_msg(caller->jumped || (caller->code == 0 && caller->answer == ANSWER)
		      || (caller->code == code && caller->error == EDOM),
		      "%s%s got code %d, answer %d", note, who, caller->code, caller->answer);
}

/* A table that is empty, and this question is usually quick: an answer is late after 20 ms. */
static void begin(const struct scene *scene, int step)
{
	snprintf(note, sizeof note, "%s, step %d: ", scene->name, step);
	leader = stepped = others[0] = others[1] = after[0] = after[1] = (struct caller){ 0 };
	leader.gated = true;
	leader.lingers = scene->lingers;
	stepped.stepped = true;
	stepped.gated = scene->gated;
	*(scene->led ? &leader.ask_code : &stepped.ask_code) = scene->code;
	blocked = scene->blocked;
	steps = 0;
	last_step = step;
	memset(marks, 0, sizeof marks);
	sem_init(&gate, 0, 0);
	sem_init(&lock, 0, 0);
	process_own()->table = NULL;
	process_own()->threads = scene->no_thread ? THREADS_MOST : 0;
	for (int i = 0; i < 100; i++)
		usual_learn(table_hash(key_text, sizeof key_text), 1);
	freed_twice = false;
	keeping = true;
}

/* Threads of the shim come to their end. */
static void await_threads(void)
{
	for (int i = 0; i < LIMIT * 10000 && process_own()->threads > 0; i++)
		nap(0.1);
	ck_assert_msg(process_own()->threads == 0, "%sa thread of the shim hangs", note);
}

/* Returns whether the stepped one did not get as far as to jump. */
static bool run(const struct scene *scene, int step)
{
	begin(scene, step);
	if (scene->led)
		start(&leader);
	for (int i = 0; i < scene->before; i++)
		start(&others[i]);
	start(&stepped);
	if (scene->cancel) { /* those who come later find who has taken over */
		pthread_cancel(leader.thread);
		for (int i = 0; i < 20000 && !stepped.done && marks[OWN_ASK] == 0; i++)
			nap(0.1);
	}
	for (int i = 0; i < scene->after; i++)
		start(&others[i]);
	if (scene->late && scene->led)
		join(&stepped, scene->code, "the stepped one");
	else if (scene->late)
		join(&others[0], scene->code, "the waiter");
	for (int i = 0; i < 2; i++)
		sem_post(&gate);
	if (!scene->late || !scene->led)
		join(&stepped, scene->code, "the stepped one");
	if (scene->led)
		join(&leader, scene->code, "the other leader");
	for (int i = scene->late && !scene->led; i < scene->before + scene->after; i++)
		join(&others[i], scene->code, "another waiter");
	blocked = false;
	for (int i = 0; i < THREADS_MOST; i++)
		sem_post(&lock);
	if (scene->no_thread)
		process_own()->threads = 0;
	for (int i = 0; i < 2; i++) {
		start(&after[i]);
		join(&after[i], 0, i == 0 ? "the next lookup" : "the one after");
	}
	await_threads();
	ck_assert_msg(!freed_twice, "%sfreed twice", note);
	ck_assert_msg(is_poison_left(), "%swritten to after free", note);
	ck_assert_msg(after[1].outcome.role == FLIGHT_LED && after[1].outcome.waited == 0,
		      "%sa dead entry is left", note);
	return !stepped.jumped;
}

static bool is_as_meant(const struct scene *scene)
{
	return run(scene, INT_MAX) && stepped.outcome.role == scene->role && stepped.code == scene->got
		&& stepped.outcome.shared == scene->shared
		&& (scene->copies < 0 || stepped.copies == scene->copies);
}

START_TEST(test_every_step)
{
	const struct scene *scene = &scenes[_i];
	bool as_meant = false;
	const struct sigaction on_trap = { .sa_sigaction = on_step, .sa_flags = SA_SIGINFO };
	int first = 1, last = INT_MAX, step;

	find_flights();
	sigaction(SIGTRAP, &on_trap, NULL);
	signal(SIGSEGV, on_crash);
	signal(SIGABRT, on_crash);
	/* The scene is the one that its name says; on a busy machine not each time. */
	for (int i = 0; i < 20 && !as_meant; i++)
		as_meant = is_as_meant(scene);
	ck_assert_msg(as_meant, "%srole %d, code %d, shared %u, copies %d", note,
		      (int)stepped.outcome.role, stepped.code, stepped.outcome.shared, stepped.copies);
	if (scene->from != BEGINNING)
		first = marks[scene->from];
	if (scene->until != BEGINNING)
		last = marks[scene->until];
	ck_assert_int_gt(first, 0);
	for (step = first; step <= last && !run(scene, step); step++)
		;
	ck_assert_int_gt(step, first + 50);
	printf("# %s: jumps out of steps %d to %d\n", scene->name, first, step - 1);
	fflush(stdout);
}
END_TEST

TCase *make_tests(void)
{
	TCase *tcase;

	if (SANITIZER(""))
		return skip_all("jumps out of every instruction: the sanitizer's code would be stepped too");
	if (is_musl())
		return skip_all("what stands for malloc here asks glibc itself");
	next_find();
	tcase = tcase_create("jump");
	tcase_set_timeout(tcase, 100);
	ADD_ROWS(tcase, test_every_step, scenes);
	return tcase;
}

#else

TCase *make_tests(void)
{
	return skip_all("jumps out of every instruction: x86-64 only, without sanitizers");
}

#endif
