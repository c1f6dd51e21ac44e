/* SPDX-License-Identifier: MIT
 *
 * GAISHIM_LOG: a line a lookup, for people and for tests.
 */
#ifndef GAISHIM_LOG_H
#define GAISHIM_LOG_H

#include "question.h"

#include <stdint.h>

/* Append a line about q to target, by one write(2). target is a file name, in whose last
 * part %p is the pid, or "stderr". code is the one that the call will return, with errno;
 * begun is a time of clock_now(). The file is opened
 * and closed for each line: a process would close a descriptor of ours that stays open, and
 * use its number for something else. A line that cannot be written is lost without a
 * message. Any thread may call; errno is preserved. */
void log_lookup(const char *target, const struct question *q, int code, int64_t begun);

/* The same for a message of our own. */
void log_message(const char *target, const char *message);

#endif
