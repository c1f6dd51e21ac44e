/* SPDX-License-Identifier: MIT
 *
 * shim/libc/gate.c itself, with the model in place of the kernel.
 */
#include "gate_subject.h"

#include "explore.h"

#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <stdatomic.h>
#include <sys/syscall.h>
#include <unistd.h>

#define syscall model_syscall
#define clock_now model_now
#define _Thread_local

#include "libc/gate.c"

static const struct libc with_locks = { .locks_lookups = true };
const struct libc *libc = &with_locks;

/* The model looks at it without being told of that. */
#define UNSEEN __attribute__((no_sanitize("thread")))

UNSEEN void subject_memory(void)
{
	explore_memory(&lookups, sizeof lookups);
	explore_memory(&overdue, sizeof overdue);
	explore_memory(&first_era, sizeof first_era);
	explore_memory(&doubt, sizeof doubt);
	explore_memory(&forks, sizeof forks);
	explore_memory(&departures, sizeof departures);
	explore_thread_local(&self, sizeof self);
}

UNSEEN uint32_t subject_era(void)
{
	return era_of(lookups);
}

UNSEEN uint32_t subject_inside(void)
{
	return (uint32_t)lookups;
}

UNSEEN uint32_t subject_overdue(void)
{
	return overdue;
}

UNSEEN bool subject_is_own(uint32_t era)
{
	return (int32_t)(era - first_era) >= 0;
}

UNSEEN unsigned subject_forks(void)
{
	return forks;
}

UNSEEN void subject_settle(void)
{
	if (self.frame == NULL)
		self.era = 0;
}
