/* SPDX-License-Identifier: MIT
 *
 * Data that belong to this process alone. The child of a fork finds them all zero, whether
 * fork handlers ran or not, and in whatever order: the kernel wipes their page (madvise(2),
 * MADV_WIPEONFORK, Linux 4.14).
 */
#ifndef GAISHIM_PROCESS_H
#define GAISHIM_PROCESS_H

#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>

/* Jobs for threads of ours. */
enum { JOBS_MOST = 256 };

struct pool {
	pthread_mutex_t lock;
	pthread_cond_t given; /* a job has come */
	unsigned idle;        /* threads that wait for one; the lock guards these */
	unsigned waiting;     /* jobs that wait for a thread */
	struct job {
		void (*run)(void *);
		void *argument;
	} jobs[JOBS_MOST];
};

struct process {
	struct table *_Atomic table; /* of flights; NULL before the first one */
	atomic_uint threads;         /* of ours that have a job */
	struct pool pool;            /* all zero at first, as a lock and a condition may be */
	struct store *_Atomic store; /* of answers that are kept, see hold.h; NULL: none */
};

/* Returns the data, which are never freed, or NULL if there is no memory. errno is
 * preserved. Any thread and any signal handler may call. */
struct process *process_own(void);

/* Returns more memory of that kind, all zero, which the caller unmaps, or NULL if there is
 * none. errno is preserved. */
void *process_map(size_t size);

/* Clear the data if the kernel does not. Call this in the child of a fork. */
void process_reset(void);

#endif
