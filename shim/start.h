/* SPDX-License-Identifier: MIT
 *
 * What is done once in a process, when the object is loaded.
 */
#ifndef GAISHIM_START_H
#define GAISHIM_START_H

#include <stdatomic.h>
#include <stdbool.h>

/* Started, and there is nothing to do but to answer: no log, no line to stand in. */
extern atomic_bool start_fast_path;

/* Be sure that the configuration is read, and libc found. Any thread may call; a fork may
 * come in between. Lookups call it, too: constructors of other objects can make some
 * before ours has run. */
void start(void);

#endif
