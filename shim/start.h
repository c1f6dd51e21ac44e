/* SPDX-License-Identifier: MIT
 *
 * The start: read the configuration and find libc, once in a process, when the object is
 * loaded.
 */
#ifndef GAISHIM_START_H
#define GAISHIM_START_H

#include <stdatomic.h>
#include <stdbool.h>

/* True if the start is done, and lookups need only be answered: there is no log, and no line
 * to wait in. */
extern atomic_bool start_fast_path;

/* Make sure that the configuration is read, and libc found. Any thread may call; a fork may
 * come in between. Lookups call this, too: constructors of other objects may look hosts up
 * before ours has run. errno is preserved. */
void start(void);

/* Call start(). Returns whether a lookup of this thread may go down the pipeline: not if the
 * object is switched off, nor if the thread has too little stack left for more than libc's
 * lookup. */
bool start_pipeline(void);

#endif
