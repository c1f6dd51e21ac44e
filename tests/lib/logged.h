/* SPDX-License-Identifier: MIT */
/* What the object has written to its log (GAISHIM_LOG). */
#ifndef LOGGED_H
#define LOGGED_H

/* Starts this program again, unless the object writes the log of each process already. */
void with_log(void);

/* Reads the log of this process, and removes it. The text is there until the next call. */
const char *read_log(void);

/* Removes it, if it is there: a fixture for tests that do not read it. */
void remove_log(void);

/* How many lines of LOG match PATTERN, an ERE from the call to the code. */
int count_lines(const char *log, const char *pattern);

#define ck_logged(log, lines, pattern) do { \
	const char *ck_log = (log); \
	int ck_count = count_lines(ck_log, pattern); \
	ck_assert_msg(ck_count == (lines), "%d lines, and not %d, are %s in:\n%s", ck_count, lines, pattern, ck_log); \
} while (0)

#endif
