/* SPDX-License-Identifier: MIT
 *
 * Runs a few tasks (coroutines) in every order there is. A task runs until it
 * pauses; then its options, and those of all others, are tried one after the
 * other, depth first, from a copy of all memory. A state whose bytes have been
 * seen before is not gone into again, so that the search ends.
 */
#ifndef EXPLORE_H
#define EXPLORE_H

#include <stddef.h>

enum { TASKS_MAX = 8, OPTIONS_MAX = 32 };

struct model {
	unsigned (*options)(int task);            /* what it may do next, a bit each; 0: it must wait */
	void (*check)(void);                      /* in each state: calls fail() if it is wrong */
	void (*stuck)(void);                      /* nobody has an option: the end, or a deadlock */
	const char *(*tell)(int task, int option); /* for the trail; NULL: not worth it */
};

/* Memory that belongs to the state, apart from the stacks. */
void explore_memory(void *memory, size_t size);

/* What is thread-local in the code under test, and must be one static here. */
void explore_thread_local(void *memory, size_t size);

/* Give a task its stack and run it to its first pause. It must not return. Stacks lie at
 * ascending addresses. Tasks may be the same thread. */
void explore_task(int task, int thread, void (*body)(int task));

/* Try everything; returns when all is well. */
void explore(const struct model *model);

/* In a task: let others run. Returns the option that was chosen. */
int explore_pause(void);

/* The task that runs; -1: none does. */
int explore_current(void);

/* A property does not hold: say so, and how it came to be; exit status 1. */
_Noreturn void fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* After explore(): what there was, and the processor's time for it. */
void explore_report(const char *name);

#endif
