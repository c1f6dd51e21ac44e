/* SPDX-License-Identifier: MIT
 *
 * Threads of ours, for second lookups: each is made for one job and ends with it. They
 * block all signals, and there are never more than THREADS_MOST of them.
 */
#ifndef GAISHIM_THREADS_H
#define GAISHIM_THREADS_H

#include <stdbool.h>

enum { THREADS_MOST = 32 };

/* When the process starts, before it can have a seccomp filter of its own. */
void threads_prepare(void);

/* Run the job on a new thread. Returns false, without having run it, if there can be no
 * such thread, or if it might cost the process something: a seccomp filter that the
 * process has made for itself may kill for clone(2). errno is preserved, and the caller
 * is not cancelled meanwhile. Any thread may call, but without locks. */
bool threads_start(void *(*job)(void *), void *argument);

/* The last that a job calls. */
void threads_end(void);

/* Returns whether this thread of the process waits for a lock (in futex(2)), as far as
 * the kernel tells: 1 yes, 0 no, -1 it does not tell. As threads_start otherwise. */
int threads_is_blocked(int tid);

#endif
