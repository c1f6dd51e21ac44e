/* SPDX-License-Identifier: MIT */
#include "libc/gate.h"

#include "libc/clock.h"

#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { FORK_WAITS = 10000000, LOOKUP_WAITS = 100000000 }; /* nanoseconds */

/* Two halves, changed as one: how many are inside, and above it their era. Those
 * for whom a fork has waited in vain belong to an era that is over: nobody waits
 * for them again, be they slow or lost. */
static _Atomic uint64_t inside;
static atomic_uint forks;     /* how many are under way; lookups sleep on it */
static atomic_uint came_home; /* one up when a lookup leaves while a fork is under way */

static _Thread_local struct {
	const char *frame; /* gate_enter's, while inside */
	uint32_t era;
	int forking; /* forks of its own: a handler may fork again */
} self;

static uint32_t era_of(uint64_t count)
{
	return (uint32_t)(count >> 32);
}

static uint64_t next_era(uint64_t count)
{
	return (uint64_t)(era_of(count) + 1) << 32;
}

/* Sleep while *word is VALUE, until the deadline. False once it has passed. A fork
 * that succeeds leaves errno alone. */
static bool sleep_on(atomic_uint *word, unsigned value, int64_t deadline)
{
	long left[] = { 0, (long)(deadline - clock_now()) }; /* a timespec, whatever time_t is */
	int saved = errno;
	bool passed;

	if (left[1] <= 0)
		return false;
	passed = syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, value, left, NULL, 0) != 0
		 && errno == ETIMEDOUT;
	errno = saved;
	return !passed;
}

static void wake(atomic_uint *word)
{
	syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, INT_MAX, NULL, NULL, 0);
}

/* Whether this thread is inside and counted: its frame is further up the stack, unless
 * a jump has left it. If one has, the first fork ends the era that it was counted in. */
static bool is_inside(const char *frame)
{
	return self.frame != NULL && frame < self.frame && self.era == era_of(atomic_load(&inside));
}

static void count_out(uint32_t era)
{
	uint64_t count = atomic_load(&inside);

	while (era_of(count) == era && !atomic_compare_exchange_weak(&inside, &count, count - 1))
		;
	if (atomic_load(&forks) > 0) {
		atomic_fetch_add(&came_home, 1);
		wake(&came_home);
	}
}

/* A fork that takes so long has perhaps been left by a jump; or it waits, in a
 * handler of somebody else's, for what we keep from going on. */
__attribute__((noinline)) static void wait_for_forks(void)
{
	int64_t deadline = clock_now() + LOOKUP_WAITS;
	unsigned n;

	while ((n = atomic_load(&forks)) > 0)
		if (!sleep_on(&forks, n, deadline))
			atomic_store(&forks, 0);
}

bool gate_enter(uint32_t *era)
{
	const char *frame = __builtin_frame_address(0);

	if (is_inside(frame))
		return false;
	/* Count first, then look: a fork does it the other way round. */
	for (;;) {
		*era = era_of(atomic_fetch_add(&inside, 1));
		if (atomic_load(&forks) == 0 || self.forking > 0)
			break;
		count_out(*era);
		wait_for_forks();
	}
	self.era = *era;
	self.frame = frame;
	return true;
}

void gate_leave(uint32_t era)
{
	self.frame = NULL;
	count_out(era);
}

void gate_before_fork(void)
{
	bool within = is_inside(__builtin_frame_address(0));
	int64_t deadline = 0;

	self.forking++;
	atomic_fetch_add(&forks, 1);
	for (;;) {
		unsigned seen = atomic_load(&came_home);
		uint64_t count = atomic_load(&inside);
		bool own = within && self.era == era_of(count);

		if ((uint32_t)count <= own)
			break;
		if (deadline == 0)
			deadline = clock_now() + FORK_WAITS;
		if (!sleep_on(&came_home, seen, deadline)) {
			atomic_compare_exchange_strong(&inside, &count, next_era(count));
			break;
		}
	}
}

void gate_after_fork(void)
{
	unsigned n = atomic_load(&forks);

	self.forking--;
	while (n > 0 && !atomic_compare_exchange_weak(&forks, &n, n - 1))
		;
	if (n == 1)
		wake(&forks);
}

void gate_in_child(void)
{
	self.forking = 0;
	forks = 0;
	inside = next_era(inside);
}
