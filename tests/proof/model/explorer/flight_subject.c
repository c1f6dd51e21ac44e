/* SPDX-License-Identifier: MIT
 *
 * The flights of shim/ themselves, with the model in place of libc, the clock and threads.
 * What may block, fail or be shared must be in this list, or be one of the functions that
 * flight_libc.c and flight_threads.c define in the place of shim's.
 */
#include "flight_subject.h"

#include "explore.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#define pthread_mutex_lock model_lock
#define pthread_mutex_unlock model_unlock
#define pthread_setcanceltype(type, before) ((void)0)
#define malloc model_malloc
#define free model_free
#define munmap model_unmap
#define syscall model_syscall
#define sigaltstack(new, old) model_sigaltstack(new, old)
#define _Thread_local

#include "flight/table.c"

#include "flight/asks.c"

#include "flight/askers.c"

#include "flight/this_call.c"

#include "flight/caller.c"

#include "flight/flight.c"

/* The model looks at it without being told of that. */
#define UNSEEN __attribute__((no_sanitize("thread")))

static struct table tables[TABLES];
static uint32_t bucket;

UNSEEN static uint32_t bucket_of(uint32_t key)
{
	return table_hash(&key, sizeof key) % BUCKETS;
}

UNSEEN void subject_memory(uint32_t keys[2])
{
	keys[0] = 1;
	bucket = bucket_of(keys[0]);
	for (keys[1] = 2; bucket_of(keys[1]) != bucket; keys[1]++)
		;
	for (int i = 0; i < TABLES; i++) {
		explore_memory(&tables[i].lock, sizeof tables[i].lock);
		explore_memory(&tables[i].buckets[bucket], sizeof tables[i].buckets[bucket]);
	}
	explore_thread_local(&this_call, sizeof this_call);
}

UNSEEN void *subject_table(int number)
{
	return &tables[number];
}

UNSEEN size_t subject_table_size(void)
{
	return sizeof tables[0];
}

void subject_open_table(void)
{
	make_table(process_own());
}

UNSEEN void subject_wipe_table(int number)
{
	memset(&tables[number].lock, 0, sizeof tables[number].lock);
	tables[number].buckets[bucket] = NULL;
}

UNSEEN pthread_mutex_t *subject_lock(int number)
{
	return &tables[number].lock;
}

UNSEEN const void *subject_first(const void *table)
{
	return table != NULL ? ((const struct table *)table)->buckets[bucket] : NULL;
}

UNSEEN static bool is_within(const void *memory, const void *whole, size_t size)
{
	const char *at = memory, *begin = whole;

	return at >= begin && at < begin + size;
}

UNSEEN bool subject_owns(const void *memory)
{
	return is_within(memory, tables, sizeof tables)
	       || is_within(memory, &this_call, sizeof this_call);
}

UNSEEN bool subject_is_caller(const void *caller, const void *memory)
{
	return is_within(memory, caller, sizeof(struct caller));
}

UNSEEN void subject_new_thread(void)
{
	this_call = (struct this_call){ 0 };
}

UNSEEN struct caller_view view_caller(const void *at)
{
	static const int parts[] = {
		[OUTSIDE] = VIEW_OUTSIDE, [WAITING] = VIEW_WAITING, [ASKING] = VIEW_ASKING,
	};
	const struct caller *caller = at;

	return (struct caller_view){
		.part = parts[caller->part],
		.flight = caller->part != OUTSIDE ? caller->flight : NULL,
		.spare = caller->spare,
		.came = caller->came,
	};
}

UNSEEN struct flight_view view_flight(const void *at)
{
	const struct flight *flight = at;

	return (struct flight_view){
		.listed = flight->entry.listed,
		.landed = flight->answered_until == ANSWERED_ALL,
		.deserted = flight->deserted,
		.own = flight->entry.table == process_own()->table,
		.holders = flight->holders,
		.askers = flight->askers,
		.waiters = flight->waiters,
		.takers = flight->takers,
		.answered_until = flight->answered_until,
		.asked = flight->asked,
		.check_at = flight->check_at,
		.code = flight->code,
		.error = flight->error,
		.answer = flight->answer,
		.next = flight->entry.next,
		.key = flight->key,
	};
}
