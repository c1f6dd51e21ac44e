/* SPDX-License-Identifier: MIT
 *
 * How much stack a thread has left. libc's lookup needs some 16 KiB, which is all that
 * some threads have (PTHREAD_STACK_MIN): there no frame of ours may take a part of it.
 */
#ifndef GAISHIM_STACK_H
#define GAISHIM_STACK_H

#include <stdbool.h>

/* Returns whether this thread has too little stack left for more than libc's lookup. False
 * on the main thread, whose stack grows, and on a stack that the program has made itself,
 * of which nothing is known. errno is preserved. */
bool stack_is_short(void);

#endif
