/* SPDX-License-Identifier: MIT
 *
 * GAISHIM_LOG: a line a lookup, for people and for tests.
 */
#ifndef GAISHIM_LOG_H
#define GAISHIM_LOG_H

#include "question.h"

#include <time.h>

/* Append a line about q, whose host was node as the caller wrote it, to target,
 * a file name (%p in its last part is the pid) or "stderr", by one write(2). code is what
 * getaddrinfo will return, with errno; begun is by CLOCK_MONOTONIC. The file is
 * opened and closed for each line: a descriptor kept in somebody else's process
 * would be closed by it, and its number used for something else. What cannot be
 * written is lost without a sound. Any thread may call; errno is preserved. */
void log_lookup(const char *target, const struct question *q, const char *node, int code,
		struct timespec begun);

/* The same for a message of our own. */
void log_message(const char *target, const char *message);

#endif
