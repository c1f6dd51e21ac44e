/* SPDX-License-Identifier: MIT
 *
 * A jump out of every instruction of flight.c, as it is compiled: a thread is single-stepped
 * through flight_run() and leaves by siglongjmp at its nth step, for n = 1, 2, ... until the
 * call comes to its end. Jumps are from flight.c's own instructions only, not from the libc
 * functions that it calls, which have the gap that lock_table's comment names.
 *
 * Asserted for each n: every other thread has its answer or error within LIMIT, nothing is
 * freed twice or written to once it is free (what reads it gets poison); the next lookup has
 * its answer, if need be by its patience, and the one after leads at once, so that no dead
 * entry is left in the table. What a jump may cost is memory, and the counter can be out by
 * one, for it is no store that counts.
 */
#include "flight.h"

#include "unit.h"

#include <stdio.h>

#if defined __x86_64__ && defined __LP64__ && !defined NATIVE_SYMBOLS

#include "step.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <semaphore.h>
#include <setjmp.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <sys/syscall.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

enum { NO_MEMORY = -10, OTHER_ERROR = -11, ANSWER = 42, LIMIT = 5 /* s */ };
static const int64_t millisecond = 1000000;

struct caller {
	pthread_t thread;
	bool gated;   /* its ask() waits for the gate */
	bool lingers; /* in its copy() until the stepped one is done */
	bool stepped;
	int64_t patience;
	int ask_code;

	atomic_int tid;
	atomic_bool done;
	bool jumped;
	int code, error, answer, copies;
	struct flight_story story;
	size_t count;
};

static const struct scene {
	const char *name;
	bool led, lingers;     /* another thread leads, and stays in its copy() */
	bool gated, impatient; /* the stepped one */
	bool cancel;           /* the other leader */
	int before, after;     /* how many others wait when the stepped one comes, and come later */
	int code;
	enum flight_role role; /* what it comes to without a jump, like the next two */
	unsigned others;
	int copies;            /* -1: as it happens */
} scenes[] = {
	{ .name = "a lone leader", .role = FLIGHT_LED },
	{ .name = "a waiter", .led = true, .lingers = true, .before = 1, .role = FLIGHT_SHARED, .others = 2,
	  .copies = 1 },
	{ .name = "the last waiter", .led = true, .role = FLIGHT_SHARED, .others = 1 },
	{ .name = "a waiter for an error", .led = true, .before = 1, .code = OTHER_ERROR, .role = FLIGHT_SHARED,
	  .others = 2 },
	{ .name = "an impatient waiter", .led = true, .impatient = true, .before = 1, .role = FLIGHT_ALONE },
	{ .name = "a waiter that takes over", .led = true, .cancel = true, .after = 1, .role = FLIGHT_LED,
	  .others = 1, .copies = -1 },
	{ .name = "a leader of two", .gated = true, .after = 2, .role = FLIGHT_LED, .others = 2, .copies = -1 },
};

static int steps, last_step, first_step; /* that one holds the lock */
static sigjmp_buf out;
static sem_t gate;
static struct caller leader, stepped, others[2], next[2];
static __thread struct caller *self;
static char note[128];

/* What flight.c calls is not stepped, it takes far more steps: it returns to this trap. */
extern char returned[];
__asm__(".text\nreturned:\n\tint3\n");

static void on_step(int number, siginfo_t *info, void *context)
{
	static uintptr_t caller;
	static bool was_inside;
	greg_t *registers = ((ucontext_t *)context)->uc_mcontext.gregs;
	uintptr_t *stack = (uintptr_t *)registers[REG_RSP];

	(void)number, (void)info;
	if (registers[REG_RIP] == (greg_t)returned + 1) {
		registers[REG_RIP] = (greg_t)caller;
		registers[REG_EFL] |= TRAP_FLAG;
	}
	if (first_step == 0 && registers[REG_RIP] == (greg_t)pthread_mutex_lock)
		first_step = steps;
	if (is_inside((uintptr_t)registers[REG_RIP])) {
		was_inside = true;
		if (++steps == last_step)
			siglongjmp(out, 1); /* the kernel has cleared the flag for this handler */
	} else if (was_inside) {
		was_inside = false;
		if (is_inside(*stack)) {
			caller = *stack;
			*stack = (uintptr_t)returned;
			registers[REG_EFL] &= ~TRAP_FLAG;
		}
	}
}

static void on_crash(int number)
{
	(void)!write(STDERR_FILENO, note, strlen(note));
	(void)!write(STDERR_FILENO, "crash\n", 6);
	signal(number, SIG_DFL);
	raise(number);
}

static void nap(void)
{
	nanosleep(&(struct timespec){ .tv_nsec = 100000 }, NULL);
}

static void *new_answer(int value)
{
	int *answer = malloc(sizeof *answer);

	*answer = value;
	return answer;
}

static int ask(void *context, void **answer)
{
	struct caller *caller = context;

	while (caller->gated && sem_wait(&gate) != 0)
		;
	*answer = new_answer(ANSWER);
	errno = EDOM;
	return caller->ask_code;
}

static void *copy(const void *answer)
{
	self->copies++;
	while (self->lingers && !stepped.done)
		nap();
	return new_answer(*(const int *)answer);
}

static void *call(void *argument)
{
	struct caller *caller = self = argument;
	void *answer = NULL;
	struct flight_plan plan = { .key = "hostname", .key_length = 8, .ask = ask, .context = caller, .copy = copy,
		.discard = free, .no_memory = NO_MEMORY, .patience = caller->patience };

	caller->tid = (int)syscall(SYS_gettid);
	if (!caller->stepped) {
		caller->code = flight_run(&plan, &answer, &caller->story);
		caller->error = errno;
		caller->answer = answer != NULL ? *(int *)answer : 0;
		free(answer);
	} else if (sigsetjmp(out, 1) == 0) {
		STEP("orq %0");
		caller->code = flight_run(&plan, &answer, &caller->story);
		STEP("andq %1");
		caller->error = errno;
		caller->answer = answer != NULL ? *(int *)answer : 0;
	} else {
		caller->jumped = true;
	}
	caller->done = true;
	if (caller == &next[1])
		caller->count = flight_count();
	return NULL;
}

/* Start a caller, and wait until it sleeps or is done. */
static void start(struct caller *caller)
{
	char path[64], text[64] = "";
	const char *state;

	ck_assert_int_eq(pthread_create(&caller->thread, NULL, call, caller), 0);
	for (int i = 0; i < 20000 && !caller->done; i++) {
		nap();
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

static void join(struct caller *caller, const char *who)
{
	struct timespec limit;

	clock_gettime(CLOCK_REALTIME, &limit);
	limit.tv_sec += LIMIT;
	ck_assert_msg(pthread_timedjoin_np(caller->thread, NULL, &limit) == 0, "%s%s hangs", note, who);
	if (!caller->done) /* cancelled */
		return;
	ck_assert_msg(caller->jumped
		      || (caller->code == caller->ask_code
			  && (caller->code == 0 ? caller->answer == ANSWER : caller->error == EDOM)),
		      "%s%s got code %d, answer %d", note, who, caller->code, caller->answer);
}

/* Returns whether the stepped one did not get as far as to jump. */
static bool run(const struct scene *scene, int step)
{
	struct caller other = { .patience = 50 * millisecond, .ask_code = scene->code };

	snprintf(note, sizeof note, "%s, step %d: ", scene->name, step);
	leader = stepped = others[0] = others[1] = next[0] = next[1] = other;
	leader.gated = true;
	leader.lingers = scene->lingers;
	stepped.stepped = true;
	stepped.gated = scene->gated;
	stepped.patience = scene->impatient ? millisecond : 1000 * LIMIT * 2 * millisecond;
	steps = 0;
	last_step = step;
	sem_init(&gate, 0, 0);
	flight_reset();
	freed_twice = false;
	keeping = true;

	if (scene->led)
		start(&leader);
	for (int i = 0; i < scene->before; i++)
		start(&others[i]);
	start(&stepped);
	for (int i = 0; i < scene->after; i++)
		start(&others[i]);
	if (scene->impatient)
		join(&stepped, "the stepped one");
	if (scene->cancel)
		pthread_cancel(leader.thread);
	for (int i = 0; i < 2; i++)
		sem_post(&gate);
	if (!scene->impatient)
		join(&stepped, "the stepped one");
	if (scene->led)
		join(&leader, "the other leader");
	for (int i = 0; i < scene->before + scene->after; i++)
		join(&others[i], "another waiter");
	for (int i = 0; i < 2; i++) {
		start(&next[i]);
		join(&next[i], i == 0 ? "the next lookup" : "the one after");
	}
	ck_assert_msg(!freed_twice, "%sfreed twice", note);
	ck_assert_msg(is_poison_left(), "%swritten to after free", note);
	ck_assert_msg(next[1].story.role == FLIGHT_LED && next[1].story.waited == 0, "%sa dead entry is left", note);
	ck_assert_msg(next[1].count + 1 <= (stepped.jumped ? 2 : 1) && (stepped.jumped || next[1].count == 0),
		      "%s%zd entries are counted", note, (ssize_t)next[1].count);
	return !stepped.jumped;
}

START_TEST(test_every_step)
{
	const struct scene *scene = &scenes[_i];
	bool as_meant = false;
	int step = 1, begun;

	find_functions("flight.c", "flight_");
	sigaction(SIGTRAP, &(struct sigaction){ .sa_sigaction = on_step, .sa_flags = SA_SIGINFO }, NULL);
	signal(SIGSEGV, on_crash);
	signal(SIGABRT, on_crash);
	ck_assert(run(scene, INT_MAX));
	ck_assert_int_gt(first_step, 0);
	if (_i > 0) /* up to the lock all scenes are alike */
		step = first_step;
	for (begun = step; !run(scene, step); step++)
		;
	ck_assert_int_gt(step, begun + 50);
	/* The scene was the one that its name says; on a busy machine not each time. */
	for (int i = 0; i < 20 && !as_meant; i++)
		as_meant = run(scene, INT_MAX) && stepped.story.role == scene->role
			&& (stepped.story.others == scene->others)
			&& (scene->copies < 0 || stepped.copies == scene->copies);
	ck_assert_msg(as_meant, "%srole %d, others %u, copies %d", note, (int)stepped.story.role,
		      stepped.story.others, stepped.copies);
	printf("# %s: jumps out of steps %d to %d\n", scene->name, begun, step - 1);
	fflush(stdout);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("step");
	TCase *tcase = tcase_create("jump");

	if (SANITIZER("")) {
		puts("1..0 # SKIP jumps out of every instruction: the sanitizer's code would be stepped too");
		return 0;
	}
	suite_add_tcase(suite, tcase);
	tcase_set_timeout(tcase, 100);
	ADD_ROWS(tcase, test_every_step, scenes);
	return run_suite(suite);
}

#else

int main(void)
{
	puts("1..0 # SKIP jumps out of every instruction: x86-64 only, without sanitizers");
	return 0;
}

#endif
