/* SPDX-License-Identifier: MIT
 *
 * Handlers for the end of a thread.
 */
#ifndef GAISHIM_THREAD_END_H
#define GAISHIM_THREAD_END_H

#include <stdatomic.h>
#include <stdbool.h>

/* Have a handler called with this argument when this thread ends; a second argument of a
 * thread's stands in for the first. Each handler has a variable of its own, which is 0 at
 * first: there the key of pthread_key_create() is kept, which is made at the first need, as a
 * process has few. Returns false if there can be no key. */
bool at_thread_end(atomic_uint *made, void (*handler)(void *), void *argument);

#endif
