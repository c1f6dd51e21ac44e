/* SPDX-License-Identifier: MIT
 *
 * The answers that calls without a buffer of the caller's return, such as gethostbyname().
 * Each thread has a slot with an answer for each of these functions, until its next call of the
 * same function: a program may ask for the name of each address in an answer. No slot is ever
 * freed, nor a buffer of one: an answer can still be read when its thread has ended, as libc's
 * static one can. A free slot goes to a thread that begins to look hosts up later, and the slot
 * that has been free for the longest goes first.
 */
#ifndef GAISHIM_SLOT_H
#define GAISHIM_SLOT_H

#include <netdb.h>
#include <stdbool.h>
#include <stddef.h>

enum slot_function { SLOT_BYNAME, SLOT_BYNAME2, SLOT_BYADDR, SLOT_FUNCTIONS };

struct own_answer {
	struct hostent host;
	char *buffer; /* that of the newest room */
	size_t size;
	struct room {
		struct room *smaller;
		char bytes[];
	} *room;
};

struct slot {
	struct own_answer answers[SLOT_FUNCTIONS];
	struct slot *next;           /* constant once the slot is in the list */
	_Atomic(unsigned long) free; /* when the slot became free, by a count; 0: a thread has it */
};

/* This thread's slot, or NULL before slot_answer(). */
extern _Thread_local struct slot *slot_mine;

/* Returns this thread's answer for a function, with some room in its buffer, or NULL if out of
 * memory. errno is preserved. */
struct own_answer *slot_answer(enum slot_function function);

/* Make room in the answer's buffer, whose content is lost. Returns false if out of memory. */
bool slot_make_room(struct own_answer *own, size_t size);

#endif
