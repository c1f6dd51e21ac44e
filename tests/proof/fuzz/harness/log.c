/* SPDX-License-Identifier: MIT
 *
 * A line of the log, read back: whatever a host holds, it is one line of text without
 * anything that steers a terminal, and says what the host was, but for what may be a
 * password. The input is family, socktype and protocol, the host, NUL, the service.
 */
#include "host/classify.h"
#include "fuzz.h"
#include "log.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <unistd.h>

static char path[] = "/tmp/gaishim-fuzz-XXXXXX";
static int log_file;

static void remove_log(void)
{
	unlink(path);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	log_file = mkstemp(path);
	if (log_file < 0) {
		puts("Bail out! no place for a log");
		exit(2);
	}
	atexit(remove_log);
	return 0;
}

/* What is to be told of VALUE: not what stands before its last @, nor what does not fit
 * into 256 bytes, by whole characters. */
static char *expect_value(const char *value)
{
	bool readable = classify_host(value) != HOST_ILL_FORMED;
	const char *at = strrchr(value, '@');
	char *told;
	size_t length;

	if (at != NULL)
		value = at;
	length = strnlen(value, 256);
	while (readable && ((unsigned char)value[length] & 0xC0) == 0x80)
		length--;
	if (asprintf(&told, "%s%.*s%s", at != NULL ? "***" : "", (int)length, value,
		     value[length] != '\0' ? "..." : "") < 0)
		find("out of memory");
	return told;
}

/* Compare what is quoted in the line behind KEY with what is to be told of VALUE.
 * Returns what follows it. */
static const char *check_value(const char *line, const char *key, const char *value)
{
	char *want, *got, *end;
	unsigned byte;

	if (strncmp(line, key, strlen(key)) != 0)
		find("no%s at \"%s\"", key, line);
	line += strlen(key);
	if (value == NULL) {
		if (strncmp(line, "NULL ", 5) != 0)
			find("not NULL: %s", line);
		return line + 4;
	}
	want = expect_value(value);
	end = got = strdup(line);
	if (*line++ != '"')
		find("no quote at \"%s\"", line);
	while (*line != '"' && *line != '\0') {
		if (*line == '\\' && sscanf(line, "\\x%2x", &byte) == 1) {
			*end++ = (char)byte;
			line += 4;
		} else {
			*end++ = *line++;
		}
	}
	*end = '\0';
	if (*line != '"' || strcmp(got, want) != 0)
		find("told is \"%s\", wanted \"%s\"", got, want);
	free(got);
	free(want);
	return line + 1;
}

static void check_text(const char *line, size_t length)
{
	static const char *const unseen[] = {
		"\u00AD", "\u061C", "\u200B", "\u200E", "\u2028", "\u202E", "\u2066", "\uFEFF",
	};

	if (length == 0 || line[length - 1] != '\n' || length > PIPE_BUF)
		find("%zu bytes, and no line", length);
	for (size_t i = 0; i < length - 1; i++) {
		unsigned char c = (unsigned char)line[i], next = (unsigned char)line[i + 1];

		if (c < ' ' || c == 0x7F || (c == 0xC2 && next >= 0x80 && next < 0xA0))
			find("a control character at %zu: %s", i, line);
	}
	for (size_t i = 0; i < sizeof unseen / sizeof unseen[0]; i++)
		if (strstr(line, unseen[i]) != NULL)
			find("a character that is not seen: %s", line);
	if (classify_host(line) == HOST_ILL_FORMED)
		find("ill-formed: %s", line);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	enum { ERRNO_BEFORE = 4242 };
	struct input in = { data, size };
	void *blocks[2] = { NULL };
	static const struct call call = { .has_hints = true };
	struct question q = { .call = &call, .function = "getaddrinfo", .how = "led", .shared = -1 };
	static off_t end; /* truncated now and then: that is slow */
	char line[2 * PIPE_BUF];
	const char *rest;

	q.family = (int)take_number(&in) - 1;
	q.socktype = (int)take_number(&in) - 1;
	q.protocol = (int)take_number(&in) - 1;
	q.host = q.node = subject = take_text(&in, 0, &blocks[0]);
	q.service = in.size > 0 ? take_text(&in, 0, &blocks[1]) : NULL;

	errno = ERRNO_BEFORE;
	log_lookup(path, &q, 0, NULL, 0);
	if (errno != ERRNO_BEFORE)
		find("errno is %d", errno);
	ssize_t length = pread(log_file, line, sizeof line - 1, end);
	end += length;
	if (length >= 0 && end > 1 << 20)
		end = ftruncate(log_file, 0);
	if (length < 0 || end < 0)
		find("the log cannot be read");
	line[length] = '\0';
	check_text(line, (size_t)length);
	rest = strstr(line, " host=");
	if (rest == NULL)
		find("no host: %s", line);
	rest = check_value(rest, " host=", q.host);
	rest = check_value(rest, " service=", q.service);
	if (strncmp(rest, " family=", 8) != 0 || strstr(rest, " us=") == NULL)
		find("cut short: %s", line);
	free(blocks[0]);
	free(blocks[1]);
	return 0;
}
