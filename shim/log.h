/* SPDX-License-Identifier: MIT
 *
 * The log of GAISHIM_LOG: a line for each lookup, and one for each process.
 */
#ifndef GAISHIM_LOG_H
#define GAISHIM_LOG_H

#include "config.h"
#include "question.h"

#include <stdint.h>

/* Append a line about q to target, by a single write(2), in logfmt. target is "stderr", or a file
 * name, in whose last part %p stands for the pid. The call will return code, with errno, and
 * the answer, which is NULL if there is none; it began at `begun`, a time of clock_now(). The
 * file is opened and closed for each line: a process would close a descriptor of ours that stays
 * open, and use its number for something else.
 * A line that cannot be written is lost without a message. Any thread may call; errno is
 * preserved. */
void log_lookup(const char *target, const struct question *q, int code, const void *answer, int64_t begun);

/* Append a line about this process in the same way: its program, the object's
 * version, the libc, and the options that are not the default. */
void log_process(const char *target, const struct config *options);

/* Append a line with a message of our own in the same way. */
void log_message(const char *target, const char *message);

#endif
