/* SPDX-License-Identifier: MIT */
#include "calls/slot.h"

#include "libc/libc.h"
#include "libc/thread_end.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>

enum { ROOM = 1024 }; /* libc begins with as much */

_Thread_local struct slot *slot_mine;

/* All slots, in a list to which others are only added, without a lock: a child of a fork might
 * find a lock taken. A child keeps the list: a slot that another thread of its parent had stays
 * that thread's. */
static struct slot *_Atomic slots;
static atomic_ulong frees; /* how many slots have become free so far */
static atomic_ulong takes; /* how many of them have been taken again */

/* The thread ends. What other destructors of the thread look up needs a slot again. */
static void give_back(void *argument)
{
	struct slot *slot = argument;

	slot_mine = NULL;
	atomic_store(&slot->free, atomic_fetch_add(&frees, 1) + 1);
}

/* Take the slot that has been free for the longest, or return NULL. Nobody goes through the
 * list in vain while all threads live. */
static struct slot *take_free(void)
{
	while (atomic_load(&frees) != atomic_load(&takes)) {
		struct slot *oldest = NULL;
		unsigned long since = 0;

		for (struct slot *slot = atomic_load(&slots); slot != NULL; slot = slot->next) {
			unsigned long free = atomic_load(&slot->free);

			if (free != 0 && (oldest == NULL || free < since)) {
				oldest = slot;
				since = free;
			}
		}
		if (oldest == NULL)
			break;
		if (atomic_compare_exchange_strong(&oldest->free, &since, 0)) {
			atomic_fetch_add(&takes, 1);
			return oldest;
		}
	}
	return NULL;
}

static void list(struct slot *slot)
{
	slot->next = atomic_load(&slots);
	while (!atomic_compare_exchange_weak(&slots, &slot->next, slot))
		;
}

static struct slot *make(void)
{
	static atomic_uint key;
	struct slot *slot = take_free();

	if (slot == NULL) {
		slot = calloc(1, sizeof *slot);
		if (slot == NULL)
			return NULL;
		list(slot);
	}
	/* Where libc cannot tell us that the thread ends, the slot is lost then. */
	if (libc->has_threads())
		(void)at_thread_end(&key, give_back, slot);
	slot_mine = slot;
	return slot;
}

struct own_answer *slot_answer(enum slot_function function)
{
	struct slot *slot = slot_mine;
	struct own_answer *own = NULL;
	int saved = errno;

	if (slot == NULL)
		slot = make();
	if (slot != NULL && slot_make_room(&slot->answers[function], ROOM))
		own = &slot->answers[function];
	errno = saved;
	return own;
}

/* The smaller buffers are kept: somebody may still read an answer in one of them. As sizes
 * double, they are never more than the last one. */
bool slot_make_room(struct own_answer *own, size_t size)
{
	struct room *room;

	if (own->size >= size)
		return true;
	if (size < 2 * own->size)
		size = 2 * own->size;
	room = malloc(sizeof *room + size);
	if (room == NULL)
		return false;
	room->smaller = own->room;
	own->room = room;
	own->buffer = room->bytes;
	own->size = size;
	return true;
}
