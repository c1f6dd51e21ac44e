/* SPDX-License-Identifier: MIT */
#include "logged.h"

#include "callers.h"
#include "musl.h"

#include <regex.h>

#define LOG "/tmp/gaishim-test-log."

void with_log(void)
{
	with_environment("GAISHIM_LOG", LOG "%p");
}

static const char *log_path(void)
{
	static char path[64];

	snprintf(path, sizeof path, LOG "%d", getpid());
	return path;
}

void remove_log(void)
{
	unlink(log_path());
}

const char *read_log(void)
{
	static char text[64 * 1024];
	size_t length;
	FILE *file = fopen(log_path(), "r");

	ck_assert_ptr_nonnull(file);
	length = fread(text, 1, sizeof text - 1, file);
	fclose(file);
	remove_log();
	text[length] = '\0';
	return text;
}

int count_lines(const char *log, const char *pattern)
{
	char whole[512];
	regex_t regex;
	union {
		regmatch_t match;
		long musl[2]; /* the offsets there */
	} at;
	int count = 0;

	snprintf(whole, sizeof whole, "^ts=[0-9]+\\.[0-9]{6} pid=[0-9]+ tid=[0-9]+ call=%s us=[0-9]+$", pattern);
	ck_assert_int_eq(regcomp(&regex, whole, REG_EXTENDED | REG_NEWLINE), 0);
	for (; regexec(&regex, log, 1, &at.match, 0) == 0; log += is_musl() ? at.musl[1] : at.match.rm_eo)
		count++;
	regfree(&regex);
	return count;
}
