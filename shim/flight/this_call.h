/* SPDX-License-Identifier: MIT
 *
 * The call of flight_join() that this thread is in. Signal handlers and libc's modules may
 * look hosts up inside a lookup, and a jump may have left a lookup.
 */
#ifndef GAISHIM_THIS_CALL_H
#define GAISHIM_THIS_CALL_H

#include <stdbool.h>
#include <stdint.h>

struct flight;

extern _Thread_local struct this_call {
	const char *frame;     /* its frame on the stack; NULL: none */
	struct flight *flight; /* the flight that it asks for; NULL: none */
	const void *asker;     /* says which call the next field is about; never followed */
	int64_t asked;         /* when that call began to ask for the last time */
} this_call;

/* Returns whether a call with that frame is inside another call of this thread: the frame of
 * the other is further up the stack, or a signal handler has interrupted it. Otherwise a jump
 * has left that call, and its frame is forgotten. */
bool this_call_encloses(const char *frame);

#endif
