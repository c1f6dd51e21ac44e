/* SPDX-License-Identifier: MIT */
#include "libc/gate.h"

#include "libc/clock.h"
#include "libc/libc.h"

#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Nanoseconds that a lookup waits, beside the time that a fork may wait for other lookups. */
enum { LOOKUP_WAITS = 100000000 };

int64_t gate_fork_wait = 100000000;

/* Both halves change in a single step. The lower half counts the lookups inside libc, the
 * upper half is their era. Lookups for which a fork has waited in vain belong to an era that
 * is over: no fork waits for them again, whether they are slow or lost. */
static _Atomic uint64_t lookups;
static atomic_uint overdue;    /* lookups of eras that are over; never too low when a fork looks */
static atomic_uint forks;      /* forks under way; lookups sleep on this */
static atomic_uint departures; /* goes up when a lookup leaves during a fork; forks sleep on this */

static _Thread_local struct {
	const char *frame; /* that of gate_enter(), while inside */
	uint32_t era;
	int forking; /* forks that this thread makes: a handler may fork again */
	bool doubt;  /* lookups were out when its last fork stopped waiting */
} self;

static uint32_t first_era; /* of this process: lookups of older eras are the parent's */
static bool doubt;

static uint32_t era_of(uint64_t count)
{
	return (uint32_t)(count >> 32);
}

static uint64_t next_era(uint64_t count)
{
	return (uint64_t)(era_of(count) + 1) << 32;
}

/* Sleep while *word is value, until the deadline. Returns false once the deadline has
 * passed. errno is preserved, as a fork that succeeds leaves it alone. */
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

/* Returns whether this thread is inside and counted: then its frame of gate_enter() is
 * further up the stack. If a jump has left that frame, the first fork ends the era in which
 * the lookup was counted. */
static bool is_inside(const char *frame)
{
	return self.frame != NULL && frame < self.frame && self.era == era_of(atomic_load(&lookups));
}

static void count_out(uint32_t era)
{
	uint64_t count = atomic_load(&lookups);

	while (era_of(count) == era && !atomic_compare_exchange_weak(&lookups, &count, count - 1))
		;
	if (era_of(count) != era && (int32_t)(era - first_era) >= 0)
		atomic_fetch_sub(&overdue, 1);
	if (atomic_load(&forks) > 0) {
		atomic_fetch_add(&departures, 1);
		wake(&departures);
	}
}

/* This wait ends at a deadline, for a jump may have left the fork, or the fork may wait, in
 * another object's handler, for a lookup that waits here. */
__attribute__((noinline)) static void wait_for_forks(void)
{
	int64_t deadline = clock_now() + gate_fork_wait + LOOKUP_WAITS;
	unsigned n;

	while ((n = atomic_load(&forks)) > 0)
		if (!sleep_on(&forks, n, deadline))
			atomic_store(&forks, 0);
}

bool gate_enter(uint32_t *era)
{
	const char *frame = __builtin_frame_address(0);

	if (!libc->locks_lookups || is_inside(frame))
		return false;
	/* Count this lookup first, then look for forks. A fork counts itself first, then
	 * looks for lookups: so one of the two sees the other. */
	for (;;) {
		*era = era_of(atomic_fetch_add(&lookups, 1));
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

void gate_abandon(const void *frame)
{
	if (self.frame != NULL && self.frame < (const char *)frame)
		gate_leave(self.era);
}

/* End the era of `count`, in which a fork has waited in vain. The lookups are counted as overdue
 * before their era is over: another fork must not find them in neither count. Returns false if
 * a lookup or a fork has changed the count meanwhile. */
static bool end_era(uint64_t count)
{
	uint32_t inside = (uint32_t)count;

	atomic_fetch_add(&overdue, inside);
	if (atomic_compare_exchange_strong(&lookups, &count, next_era(count)))
		return true;
	atomic_fetch_sub(&overdue, inside);
	return false;
}

void gate_before_fork(void)
{
	bool within = is_inside(__builtin_frame_address(0));
	int64_t deadline = 0;

	self.forking++;
	atomic_fetch_add(&forks, 1);
	for (;;) {
		unsigned seen = atomic_load(&departures);
		uint64_t count = atomic_load(&lookups);
		bool own = within && self.era == era_of(count);

		if ((uint32_t)count <= own)
			break;
		if (deadline == 0)
			deadline = clock_now() + gate_fork_wait;
		if (!sleep_on(&departures, seen, deadline) && end_era(count))
			break;
	}
	self.doubt = atomic_load(&overdue) > 0;
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
	bool within = is_inside(__builtin_frame_address(0));

	/* The fork has doubt for those that it has waited for. The counts, as they are now, have
	 * those too that have waited for this fork for too long, and went in. */
	doubt = doubt || self.doubt || overdue > 0 || (uint32_t)lookups > within;
	self.forking = 0;
	forks = 0;
	first_era = era_of(next_era(lookups));
	overdue = 0;
	lookups = next_era(lookups);
}

bool gate_is_closed(void)
{
	return atomic_load(&forks) > 0;
}

bool gate_has_doubt(void)
{
	return doubt;
}
