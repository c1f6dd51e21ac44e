/* SPDX-License-Identifier: MIT
 *
 * What belongs to this process alone. The child of a fork finds it to be all zero,
 * whether fork handlers ran or not, and in whatever order: the kernel wipes its page
 * (madvise(2), MADV_WIPEONFORK, Linux 4.14).
 */
#ifndef GAISHIM_PROCESS_H
#define GAISHIM_PROCESS_H

#include <stdatomic.h>
#include <stddef.h>

struct process {
	struct table *_Atomic table; /* of flights; NULL: not made yet */
	atomic_uint threads;         /* of ours that have not ended */
};

/* Never freed. NULL if there is no memory. Any thread may call; async-signal-safe. */
struct process *process_own(void);

/* More such memory, of all zero: the caller unmaps it. NULL if there is none. errno is
 * preserved, as above. */
void *process_map(size_t size);

/* For the child of a fork, where the kernel does not wipe. */
void process_reset(void);

#endif
