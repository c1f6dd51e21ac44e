/* SPDX-License-Identifier: MIT
 *
 * Threads of ours, for second lookups: each thread is made for one job and ends with that
 * job. They block all signals, and there are never more than THREADS_MOST of them.
 */
#ifndef GAISHIM_THREADS_H
#define GAISHIM_THREADS_H

#include <stdbool.h>

enum { THREADS_MOST = 32 };

/* Count the filters of this process. Call this at the start, before the process can have a
 * seccomp filter of its own. */
void threads_prepare(void);

/* Run the job on a new thread. Returns false, without running the job, if there can be no
 * such thread, or if the attempt might harm the process: a seccomp filter that the process
 * has made for itself may kill it for clone(2). errno is preserved, and the caller is not
 * cancelled meanwhile, nor interrupted by a signal. Any thread may call, but not with a lock
 * held. */
bool threads_start(void *(*job)(void *), void *argument);

/* A job calls this at its very end. */
void threads_end(void);

/* Returns whether this thread of the process waits for a lock (in futex(2)): 1 yes, 0 no,
 * -1 the kernel does not tell. errno, cancellation and locks are as for threads_start(). */
int threads_is_blocked(int tid);

#endif
