/* SPDX-License-Identifier: MIT
 *
 * shim/flight.c as the model sees it: what it calls, and what is inside.
 */
#ifndef FLIGHT_SUBJECT_H
#define FLIGHT_SUBJECT_H

#include "flight.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <time.h>

/* What it calls instead of libc. */
int model_lock(pthread_mutex_t *mutex);
int model_unlock(pthread_mutex_t *mutex);
int model_wait(pthread_cond_t *cond, pthread_mutex_t *mutex, clockid_t clock,
	       const struct timespec *deadline);
int model_signal(pthread_cond_t *cond);
int model_broadcast(pthread_cond_t *cond);
void *model_malloc(size_t size);
void model_free(void *memory);
long model_syscall(long number, ...);
void model_push(struct _pthread_cleanup_buffer *buffer, void (*handler)(void *), void *argument);
void model_pop(struct _pthread_cleanup_buffer *buffer, int execute);

/* What is inside. */
struct seat_view {
	enum { VIEW_STANDING, VIEW_LEADING, VIEW_WAITING } part;
	unsigned turn;
	const void *flight, *spare;
};

struct flight_view {
	enum { VIEW_OUT, VIEW_LANDED, VIEW_VACANT } state;
	bool listed, current; /* of this process, not of the one that forked it */
	unsigned leaders, waiters;
	const unsigned char *key;
	const void *next;
};

struct seat_view view_seat(const void *seat);
struct flight_view view_flight(const void *flight);

/* Registers the table's memory with the explorer: of the buckets, the one that all keys
 * belong to. Fills in two such keys. */
void subject_memory(uint32_t keys[2]);
bool subject_owns(const void *memory);
void subject_settle(void); /* forget what means nothing any more: states would differ */
pthread_mutex_t *subject_lock(void);
size_t subject_count(void);
const void *subject_first(void); /* of the bucket */
bool subject_is_seat(const void *seat, const void *memory);

#endif
