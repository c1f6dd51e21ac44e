/* SPDX-License-Identifier: MIT
 *
 * Threads of ours, for lookups. They block all signals. At most threads_most of them have a
 * job. A thread without a job waits a moment for the next, and ends.
 */
#ifndef GAISHIM_THREADS_H
#define GAISHIM_THREADS_H

#include <stdbool.h>

enum { THREADS_MOST = 32, THREADS_MOST_HEDGED = 256 }; /* at most JOBS_MOST */

/* THREADS_MOST, or another number that is set at the start. */
extern unsigned threads_most;

/* Count the filters of this process. Call this at the start, before the process can have a
 * seccomp filter of its own. */
void threads_prepare(void);

/* Run a job on a thread of ours. Returns false, without running the job, if all are busy, if
 * there can be no new thread, or if the attempt might harm the process: a seccomp filter that
 * the process has made for itself may kill it for clone(2). errno is preserved, and the caller
 * is not cancelled meanwhile, nor interrupted by a signal. Any thread may call, but not with a
 * lock held. */
bool threads_start(void (*run)(void *), void *argument);

/* A job calls this at its very end. */
void threads_end(void);

/* Returns whether as many threads as there may be have a job. */
bool threads_are_busy(void);

/* Returns whether this thread of the process waits for a lock (in futex(2)): 1 yes, 0 no,
 * -1 the kernel does not tell. errno, cancellation and locks are as for threads_start(). */
int threads_is_blocked(int tid);

#endif
