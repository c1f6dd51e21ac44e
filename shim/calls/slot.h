/* SPDX-License-Identifier: MIT
 *
 * The answer that a call without a buffer of the caller's returns, such as gethostbyname().
 * Each thread has one of its own, until the thread's next such call. No slot is ever freed,
 * nor a buffer of one: an answer can still be read when its thread has ended, as libc's static
 * one can. A free slot goes to a thread that begins to look hosts up later, and the slot that
 * has been free for the longest goes first.
 */
#ifndef GAISHIM_SLOT_H
#define GAISHIM_SLOT_H

#include <netdb.h>
#include <stdbool.h>
#include <stddef.h>

struct slot {
	struct hostent host;
	char *buffer; /* that of the newest room */
	size_t size;
	struct room {
		struct room *smaller;
		char bytes[];
	} *room;

	struct slot *next;           /* constant once the slot is in the list */
	_Atomic(unsigned long) free; /* when the slot became free, by a count; 0: a thread has it */
};

/* This thread's slot, or NULL before slot_own(). */
extern _Thread_local struct slot *slot_mine;

/* Returns this thread's slot, with some room in its buffer, or NULL if out of memory. errno is
 * preserved. */
struct slot *slot_own(void);

/* Make room in the slot's buffer, whose content is lost. Returns false if out of memory. */
bool slot_make_room(struct slot *slot, size_t size);

#endif
