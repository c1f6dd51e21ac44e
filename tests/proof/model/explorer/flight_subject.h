/* SPDX-License-Identifier: MIT
 *
 * The flights of shim/ as the model sees them: what they call, and what is inside.
 */
#ifndef FLIGHT_SUBJECT_H
#define FLIGHT_SUBJECT_H

#include "flight/flight.h"

#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <time.h>

/* What they call instead of libc. */
int model_lock(pthread_mutex_t *mutex);
int model_unlock(pthread_mutex_t *mutex);
void *model_malloc(size_t size);
void model_free(void *memory);
int model_unmap(void *memory, size_t size);
long model_syscall(long number, ...); /* gettid */
int model_sigaltstack(const stack_t *new, stack_t *old);

/* What is inside. */
struct caller_view {
	enum { VIEW_OUTSIDE, VIEW_WAITING, VIEW_ASKING } part;
	const void *flight; /* NULL if it is outside */
	const void *spare;
	int64_t came;
};

struct flight_view {
	bool listed, landed, deserted;
	bool own; /* of this process, not of the one that forked it */
	unsigned holders, askers, waiters, takers;
	int64_t answered_until, asked, check_at;
	int code, error;
	const void *answer, *next;
	const unsigned char *key;
};

struct caller_view view_caller(const void *caller);
struct flight_view view_flight(const void *flight);

/* Tables: the first is there when the model begins, unless it shall be made. */
enum { TABLES = 4 };

/* Registers the tables' memory with the explorer: of the buckets, the one that all keys
 * belong to. Fills in two such keys. */
void subject_memory(uint32_t keys[2]);
void *subject_table(int number);
size_t subject_table_size(void);
void subject_open_table(void);
void subject_wipe_table(int number); /* what the kernel does in a child */
pthread_mutex_t *subject_lock(int number);
const void *subject_first(const void *table); /* of the bucket */

bool subject_owns(const void *memory); /* a table, or what is thread-local */
bool subject_is_caller(const void *caller, const void *memory);
void subject_new_thread(void); /* what is thread-local is zero */

#endif
