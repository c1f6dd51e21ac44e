/* SPDX-License-Identifier: MIT */
#include "explore.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <ucontext.h>

enum { STACK = 16384, DEAD = 2048, REGIONS = 16, DEPTH_MAX = 4000, PRIVATE_MAX = 64 };

static _Alignas(64) char stacks[TASKS_MAX][STACK];

/* What gcc's __builtin_longjmp goes by: frame pointer, label, stack pointer. All else is on
 * the stack then. */
struct context {
	void *words[5];
};

static struct task {
	struct context at;
	int thread;
} tasks[TASKS_MAX];

static struct {
	int error; /* errno */
	char local[PRIVATE_MAX];
} privates[TASKS_MAX]; /* by thread */
static struct region {
	void *memory;
	size_t size;
} regions[REGIONS] = {
	{ tasks, sizeof tasks },
	{ privates, sizeof privates },
};
static int region_count = 2;
static struct region thread_local;
static int task_count;

static const struct model *model;
static struct context home;
static int current = -1, chosen;
static bool failed;
static char failure[256];
static void (*body_of)(int);

static struct step {
	int task, option;
} trail[DEPTH_MAX];
static int depth;

/* The states on the path, one behind the other. */
static char *saved;
static size_t saved_size;

static uint64_t *seen; /* a set of hashes; the lowest bit: on the path that we are on */
static size_t seen_size, seen_count;
static struct {
	size_t steps, ends;
	int depth;
	struct timespec begun;
} figures;

void explore_memory(void *memory, size_t size)
{
	regions[region_count++] = (struct region){ memory, size };
}

void explore_thread_local(void *memory, size_t size)
{
	thread_local = (struct region){ memory, size };
}

int explore_current(void)
{
	return current;
}

static char *live(int task)
{
	return tasks[task].at.words[2];
}

static char *top(int task)
{
	return stacks[task] + STACK;
}

__attribute__((noinline, noreturn)) static void jump(struct context *to)
{
	__builtin_longjmp(to->words, 1);
}

__attribute__((noinline)) int explore_pause(void)
{
	if (__builtin_setjmp(tasks[current].at.words) == 0)
		jump(&home);
	return chosen;
}

/* What a task leaves on its stack below its frames would make states differ. */
static void clear_dead(int task)
{
	char *end = live(task);

	if (end - DEAD < stacks[task])
		abort();
	memset(end - DEAD, 0, DEAD);
}

static void resume(int task, int option);
static void restore(const char *from);

/* Walk the path again from its beginning: what a step is depends on where its task was. */
_Noreturn static void tell_failure(void)
{
	static bool telling;

	if (telling)
		exit(1);
	telling = true;
	printf("FAILED: %s\n", failure);
	if (saved != NULL)
		restore(saved);
	failed = false;
	for (int i = 0; i < depth; i++) {
		const char *step = model->tell(trail[i].task, trail[i].option);

		if (step != NULL)
			printf("%4d  task %d: %s\n", i + 1, trail[i].task, step);
		fflush(stdout);
		resume(trail[i].task, trail[i].option);
	}
	exit(1);
}

__attribute__((noinline)) static void resume(int task, int option)
{
	int thread = tasks[task].thread;

	current = task;
	chosen = option;
	memcpy(thread_local.memory, privates[thread].local, thread_local.size);
	errno = privates[thread].error;
	if (__builtin_setjmp(home.words) == 0)
		jump(&tasks[task].at);
	task = current;
	current = -1;
	thread = tasks[task].thread;
	privates[thread].error = errno;
	memcpy(privates[thread].local, thread_local.memory, thread_local.size);
	if (failed)
		tell_failure();
	clear_dead(task);
}

static void begin(void)
{
	body_of(current);
	abort();
}

__attribute__((noinline)) static void start(ucontext_t *context)
{
	if (__builtin_setjmp(home.words) == 0)
		setcontext(context);
}

void explore_task(int task, int thread, void (*body)(int task))
{
	ucontext_t context;

	getcontext(&context);
	context.uc_stack.ss_sp = stacks[task];
	context.uc_stack.ss_size = STACK;
	context.uc_link = NULL;
	current = task;
	body_of = body;
	tasks[task].thread = thread;
	makecontext(&context, begin, 0);
	start(&context);
	current = -1;
	clear_dead(task);
	if (task >= task_count)
		task_count = task + 1;
}

static size_t state_size(void)
{
	size_t size = 0;

	for (int i = 0; i < region_count; i++)
		size += regions[i].size;
	for (int i = 0; i < task_count; i++)
		size += (size_t)(top(i) - live(i));
	return size;
}

static void save(char *to)
{
	for (int i = 0; i < region_count; to += regions[i++].size)
		memcpy(to, regions[i].memory, regions[i].size);
	for (int i = 0; i < task_count; to += top(i) - live(i), i++)
		memcpy(to, live(i), (size_t)(top(i) - live(i)));
}

static void restore(const char *from)
{
	char *before[TASKS_MAX];

	for (int i = 0; i < task_count; i++)
		before[i] = live(i);
	for (int i = 0; i < region_count; from += regions[i++].size)
		memcpy(regions[i].memory, from, regions[i].size);
	for (int i = 0; i < task_count; from += top(i) - live(i), i++) {
		memcpy(live(i), from, (size_t)(top(i) - live(i)));
		if (before[i] < live(i))
			memset(before[i], 0, (size_t)(live(i) - before[i]));
	}
}

/* Four chains side by side, folded: wide enough for 10^7 states without a collision. */
static uint64_t hash(const char *bytes, size_t size)
{
	const uint64_t prime = UINT64_C(0x9e3779b97f4a7c15);
	uint64_t chains[4] = { size, ~size, size << 32, 1 }, word, all = 0;

	for (; size >= 32; size -= 32)
		for (int i = 0; i < 4; i++, bytes += 8) {
			memcpy(&word, bytes, 8);
			chains[i] = (chains[i] ^ word) * prime;
			chains[i] ^= chains[i] >> 32;
		}
	for (; size > 0; bytes++, size--)
		chains[0] = (chains[0] ^ (unsigned char)*bytes) * prime;
	for (int i = 0; i < 4; i++) {
		all = (all ^ chains[i]) * (prime + 2);
		all ^= all >> 29;
	}
	return all & ~UINT64_C(1);
}

static uint64_t *find(uint64_t state)
{
	size_t i = (state >> 8) & (seen_size - 1);

	while (seen[i] != 0 && (seen[i] & ~UINT64_C(1)) != state)
		i = (i + 1) & (seen_size - 1);
	return &seen[i];
}

static void grow(void)
{
	uint64_t *old = seen;
	size_t old_size = seen_size;

	seen_size = old_size == 0 ? 1 << 16 : old_size * 2;
	seen = calloc(seen_size, sizeof *seen);
	if (seen == NULL)
		abort();
	for (size_t i = 0; i < old_size; i++)
		if (old[i] != 0)
			*find(old[i] & ~UINT64_C(1)) = old[i];
	free(old);
}

static void need(size_t size)
{
	if (size <= saved_size)
		return;
	saved_size = size * 2;
	saved = realloc(saved, saved_size);
	if (saved == NULL)
		abort();
}

/* Go on from the state that memory is in. `used` bytes of `saved` are of states before. */
static void visit(size_t used)
{
	unsigned options[TASKS_MAX], any = 0;
	size_t size = state_size();
	uint64_t state;

	need(used + size);
	save(saved + used);
	state = hash(saved + used, size);
	if (*find(state) & 1)
		fail("this may go on for ever");
	if (*find(state) != 0)
		return;
	if (++seen_count * 2 > seen_size)
		grow();
	*find(state) = state | 1;
	model->check();
	for (int task = 0; task < task_count; task++)
		any |= options[task] = model->options(task);
	if (any == 0) {
		figures.ends++;
		model->stuck();
	}
	for (int task = 0, first = 1; task < task_count; task++)
		for (int option = 0; option < OPTIONS_MAX; option++) {
			if (!(options[task] & 1u << option))
				continue;
			if (!first)
				restore(saved + used);
			first = 0;
			if (depth == DEPTH_MAX)
				fail("the path is too long");
			trail[depth++] = (struct step){ task, option };
			if (depth > figures.depth)
				figures.depth = depth;
			figures.steps++;
			resume(task, option);
			visit(used + size);
			depth--;
		}
	*find(state) = state;
}

static void crash(int number)
{
	fail("signal %d", number);
}

void explore(const struct model *of)
{
	signal(SIGSEGV, crash);
	signal(SIGBUS, crash);
	model = of;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &figures.begun);
	grow();
	visit(0);
}

void explore_report(const char *name)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	printf("%s: %zu states, %zu steps, %zu ends, at most %d steps to an end, %.1f s\n", name,
	       seen_count, figures.steps, figures.ends, figures.depth,
	       (double)(now.tv_sec - figures.begun.tv_sec)
		       + (double)(now.tv_nsec - figures.begun.tv_nsec) / 1e9);
}

void fail(const char *format, ...)
{
	va_list arguments;

	if (!failed) {
		va_start(arguments, format);
		vsnprintf(failure, sizeof failure, format, arguments);
		va_end(arguments);
	}
	failed = true;
	if (current >= 0)
		jump(&home); /* its stack is no place to tell it from */
	tell_failure();
}
