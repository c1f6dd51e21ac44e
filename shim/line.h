/* SPDX-License-Identifier: MIT
 *
 * A line of the log, which is logfmt: " name=value" for each field.
 */
#ifndef GAISHIM_LINE_H
#define GAISHIM_LINE_H

#include <limits.h>
#include <stddef.h>

/* A line has at most PIPE_BUF bytes, so that lines of several processes do not mix in a pipe
 * either. */
struct line {
	size_t used;
	char text[PIPE_BUF];
};

/* Add text. What does not fit is lost; there is always room for a line feed. */
__attribute__((format(printf, 2, 3)))
void line_add(struct line *line, const char *format, ...);

/* Add a field whose value somebody else wrote, or NULL without quotes. Nothing in the value may
 * end the line, steer a terminal or tell a password ("user:password@host" in the wrong place).
 * The line is UTF-8, whatever the value is. */
void line_add_quoted(struct line *line, const char *key, const char *value);

#endif
