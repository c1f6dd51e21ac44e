/* SPDX-License-Identifier: MIT
 *
 * shim/flight.c itself, with the model in place of libc. All that may block, fail or be
 * shared must be in this list.
 */
#include "flight_subject.h"

#include "explore.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define NATIVE_SYMBOLS
#define pthread_mutex_lock model_lock
#define pthread_mutex_unlock model_unlock
#define pthread_cond_clockwait model_wait
#define pthread_cond_signal model_signal
#define pthread_cond_broadcast model_broadcast
#define malloc model_malloc
#define free model_free
#define syscall model_syscall
#define _pthread_cleanup_push model_push
#define _pthread_cleanup_pop model_pop
#define _Thread_local

#include "flight.c"

/* The model looks at it without being told of that. */
#define UNSEEN __attribute__((no_sanitize("thread")))

static uint32_t bucket;

UNSEEN static uint32_t bucket_of(uint32_t key)
{
	return hash_key((const unsigned char *)&key, sizeof key) % BUCKETS;
}

UNSEEN void subject_memory(uint32_t keys[2])
{
	keys[0] = 1;
	bucket = bucket_of(keys[0]);
	for (keys[1] = 2; bucket_of(keys[1]) != bucket; keys[1]++)
		;
	explore_memory(&table.lock, sizeof table.lock);
	explore_memory(&table.generation, sizeof table.generation);
	explore_memory(&table.count, sizeof table.count);
	explore_memory(&table.buckets[bucket], sizeof table.buckets[bucket]);
	explore_thread_local(&asking, sizeof asking);
}

UNSEEN static bool is_within(const void *memory, const void *whole, size_t size)
{
	return (const char *)memory >= (const char *)whole && (const char *)memory < (const char *)whole + size;
}

UNSEEN bool subject_owns(const void *memory)
{
	return is_within(memory, &table, sizeof table) || is_within(memory, &asking, sizeof asking);
}

UNSEEN bool subject_is_seat(const void *seat, const void *memory)
{
	return is_within(memory, seat, sizeof(struct seat));
}

UNSEEN void subject_settle(void)
{
	if (asking.frame == NULL)
		asking.flight = NULL;
}

UNSEEN pthread_mutex_t *subject_lock(void)
{
	return &table.lock;
}

UNSEEN size_t subject_count(void)
{
	return table.count;
}

UNSEEN const void *subject_first(void)
{
	return table.buckets[bucket];
}

UNSEEN struct seat_view view_seat(const void *at)
{
	const struct seat *seat = at;

	return (struct seat_view){
		.part = seat->part == LEADING ? VIEW_LEADING : seat->part == WAITING ? VIEW_WAITING : VIEW_STANDING,
		.turn = seat->turn,
		.flight = seat->part != STANDING ? seat->flight : NULL,
		.spare = seat->spare,
	};
}

UNSEEN struct flight_view view_flight(const void *at)
{
	const struct flight *flight = at;

	return (struct flight_view){
		.state = flight->state == OUT ? VIEW_OUT : flight->state == LANDED ? VIEW_LANDED : VIEW_VACANT,
		.listed = flight->listed,
		.current = flight->generation == table.generation,
		.leaders = flight->leaders,
		.waiters = flight->waiters,
		.key = flight->key,
		.next = flight->next,
	};
}
