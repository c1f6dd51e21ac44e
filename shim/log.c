/* SPDX-License-Identifier: MIT */
#include "log.h"

#include "host/classify.h"
#include "libc/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

/* A line has at most PIPE_BUF bytes, so that lines of several processes do not mix in a pipe
 * either. */
enum { ANSWERS_MOST = 256 }; /* bytes of the text of an answer; some have hundreds of addresses */

struct line {
	size_t used;
	char text[PIPE_BUF];
};

__attribute__((format(printf, 2, 3)))
static void add(struct line *line, const char *format, ...)
{
	size_t room = sizeof line->text - 1 - line->used; /* less the line feed */
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = vsnprintf(line->text + line->used, room, format, arguments);
	va_end(arguments);
	if (length > 0)
		line->used += (size_t)length < room ? (size_t)length : room - 1;
}

/* Returns whether a character would deceive a reader: controls, line separators, and
 * characters that reverse or hide text (Default_Ignorable_Code_Point). iswprint() would
 * depend on the locale. */
static bool is_hidden(uint32_t c)
{
	static const struct {
		uint32_t first, last;
	} ranges[] = {
		{ 0x00, 0x1F }, { 0x7F, 0x9F }, { 0xAD, 0xAD }, { 0x34F, 0x34F }, { 0x61C, 0x61C },
		{ 0x115F, 0x1160 }, { 0x17B4, 0x17B5 }, { 0x180B, 0x180F }, { 0x200B, 0x200F },
		{ 0x2028, 0x202E }, { 0x2060, 0x206F }, { 0x3164, 0x3164 }, { 0xFE00, 0xFE0F },
		{ 0xFEFF, 0xFEFF }, { 0xFFA0, 0xFFA0 }, { 0xFFF0, 0xFFFB }, { 0x1BCA0, 0x1BCA3 },
		{ 0x1D173, 0x1D17A }, { 0xE0000, 0xE0FFF },
	};

	for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++)
		if (c >= ranges[i].first && c <= ranges[i].last)
			return true;
	return false;
}

/* Add a string that somebody else wrote. Nothing in it may end the line, steer a terminal
 * or tell a password ("user:password@host" in the wrong place). The line is UTF-8, whatever
 * the string is. */
static void add_quoted(struct line *line, const char *key, const char *value)
{
	enum { LONGEST = 256 };
	const char *at;
	bool readable;
	size_t length;

	if (value == NULL) {
		add(line, " %s=NULL", key);
		return;
	}
	add(line, " %s=\"", key);
	readable = classify_host(value) != HOST_ILL_FORMED;
	at = strrchr(value, '@');
	if (at != NULL) {
		add(line, "***");
		value = at;
	}
	for (size_t seen = 0; value[0] != '\0'; seen += length, value += length) {
		const unsigned char *p = (const unsigned char *)value;
		uint32_t c = p[0];

		length = !readable || c < 0x80 ? 1 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4;
		if (seen + length > LONGEST) {
			add(line, "...");
			break;
		}
		if (length > 1)
			c &= 0x7F >> length;
		for (size_t i = 1; i < length; i++)
			c = c << 6 | (p[i] & 0x3F);
		if (!is_hidden(c) && c != '"' && c != '\\' && (c < 0x80 || readable))
			add(line, "%.*s", (int)length, value);
		else
			for (size_t i = 0; i < length; i++)
				add(line, "\\x%02x", p[i]);
	}
	add(line, "\"");
}

static void add_family(struct line *line, int family)
{
	switch (family) {
	case AF_UNSPEC: add(line, " family=unspec"); break;
	case AF_INET: add(line, " family=inet"); break;
	case AF_INET6: add(line, " family=inet6"); break;
	default: add(line, " family=%d", family);
	}
}

static void add_socktype(struct line *line, int socktype, int type_bits)
{
	switch (socktype) {
	case 0: add(line, " socktype=any"); break;
	case SOCK_STREAM: add(line, " socktype=stream"); break;
	case SOCK_DGRAM: add(line, " socktype=dgram"); break;
	case SOCK_RAW: add(line, " socktype=raw"); break;
	default: add(line, " socktype=%d", socktype);
	}
	if (type_bits & SOCK_NONBLOCK)
		add(line, "+nonblock");
	if (type_bits & SOCK_CLOEXEC)
		add(line, "+cloexec");
}

static void add_code(struct line *line, const struct call *call, int code, int error)
{
	static const struct {
		int code;
		const char *name, *h_errno_name;
	} names[] = {
		{ EAI_BADFLAGS, "EAI_BADFLAGS", NULL }, { EAI_NONAME, "EAI_NONAME", "HOST_NOT_FOUND" },
		{ EAI_AGAIN, "EAI_AGAIN", "TRY_AGAIN" }, { EAI_FAIL, "EAI_FAIL", "NO_RECOVERY" },
		{ EAI_NODATA, "EAI_NODATA", "NO_DATA" }, { EAI_FAMILY, "EAI_FAMILY", NULL },
		{ EAI_SOCKTYPE, "EAI_SOCKTYPE", NULL }, { EAI_SERVICE, "EAI_SERVICE", NULL },
		{ EAI_ADDRFAMILY, "EAI_ADDRFAMILY", "HOST_NOT_FOUND" },
		{ EAI_MEMORY, "EAI_MEMORY", "NETDB_INTERNAL" },
		{ EAI_SYSTEM, "EAI_SYSTEM", "NETDB_INTERNAL" },
		{ EAI_OVERFLOW, "EAI_OVERFLOW", "NETDB_INTERNAL" },
		{ EAI_IDN_ENCODE, "EAI_IDN_ENCODE", NULL },
	};

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		const char *name = call->has_h_errno ? names[i].h_errno_name : names[i].name;

		if (names[i].code != code || name == NULL)
			continue;
		add(line, " code=%s", name);
		if (code == EAI_SYSTEM || strcmp(name, "NETDB_INTERNAL") == 0)
			add(line, " errno=%d", error);
		return;
	}
	add(line, " code=%d", code);
}

/* Begin a line with the seconds since the epoch. A date would need libc's time zone, with
 * its file and its lock, inside somebody else's lookup. */
static void begin_line(struct line *line)
{
	struct timespec time;

	clock_gettime(CLOCK_REALTIME, &time);
	line->used = 0;
	add(line, "ts=%lld.%06ld pid=%d tid=%ld", (long long)time.tv_sec, time.tv_nsec / 1000,
	    (int)getpid(), syscall(SYS_gettid));
}

/* Write the file's path, with each %p of its last part replaced; directories keep their
 * names. Returns false if the path is too long. */
static bool expand(const char *target, char path[static PATH_MAX])
{
	const char *slash = strrchr(target, '/');
	const char *last = slash != NULL ? slash + 1 : target;
	size_t used = 0;

	while (*target != '\0') {
		int length = 1;
		if (target >= last && target[0] == '%' && target[1] == 'p') {
			length = snprintf(path + used, PATH_MAX - used, "%d", (int)getpid());
			target += 2;
		} else {
			path[used] = *target++;
		}
		used += (size_t)length;
		if (used >= PATH_MAX)
			return false;
	}
	path[used] = '\0';
	return true;
}

/* write(2), without the two signals that would kill a process which has not asked for this
 * write. SIGPIPE comes if the pipe's reader is gone (EPIPE), SIGXFSZ if the file has
 * reached its limit (EFBIG). The kernel's sets have a bit for each signal from 1 on. */
static void write_quietly(int fd, const struct line *line)
{
	const uint64_t broken = UINT64_C(1) << (SIGPIPE - 1), full = UINT64_C(1) << (SIGXFSZ - 1);
	const uint64_t both = broken | full;
	uint64_t before, pending;

	syscall(SYS_rt_sigprocmask, SIG_BLOCK, &both, &before, sizeof both); /* of this thread */
	syscall(SYS_rt_sigpending, &pending, sizeof pending);
	if (write(fd, line->text, line->used) < 0) {
		const uint64_t raised = errno == EPIPE ? broken : errno == EFBIG ? full : 0;

		if (raised & ~pending)
			syscall(SYS_rt_sigtimedwait, &raised, NULL, &(struct timespec){ 0 }, sizeof raised);
	}
	syscall(SYS_rt_sigprocmask, SIG_SETMASK, &before, NULL, sizeof before);
}

/* With O_NONBLOCK a FIFO that nobody reads does not block the lookup. */
static int open_log(const char *target)
{
	char path[PATH_MAX];

	if (!expand(target, path))
		return -1;
	return open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY
		    | O_NONBLOCK, 0600);
}

/* Write the line out. The thread must not be cancelled here: a file is open, and the
 * caller's answer would be lost. */
static void write_line(struct line *line, const char *target)
{
	int cancel;

	line->text[line->used++] = '\n';

	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &cancel);
	if (strcmp(target, "stderr") == 0) {
		write_quietly(STDERR_FILENO, line);
	} else {
		int fd = open_log(target);
		if (fd >= 0) {
			write_quietly(fd, line);
			close(fd);
		}
	}
	pthread_setcancelstate(cancel, NULL);
}

void log_lookup(const char *target, const struct question *q, int code, const void *answer, int64_t begun)
{
	struct line line;
	int64_t took = clock_now() - begun;
	int saved = errno;

	begin_line(&line);
	add(&line, " call=%s", q->function);
	add_quoted(&line, "host", q->node);
	if (q->call->has_hints)
		add_quoted(&line, "service", q->service);
	add_family(&line, q->family);
	if (q->call->has_hints) {
		add_socktype(&line, q->socktype, q->type_bits);
		add(&line, " protocol=%d flags=%#x", q->protocol, (unsigned)q->flags);
	}
	if (q->written != NULL && q->host == q->ascii)
		add_quoted(&line, "normalized", q->ascii);
	add(&line, " how=%s", q->how);
	if (q->waited > 0)
		add(&line, " ms=%lld", (long long)(q->waited / 1000000));
	if (q->asks > 0)
		add(&line, " asks=%d", q->asks);
	if (q->shared >= 0)
		add(&line, " shared=%d", q->shared);
	if (answer != NULL) {
		char answers[ANSWERS_MOST] = "";

		q->call->describe(answer, answers, sizeof answers);
		add_quoted(&line, "answers", answers);
	}
	add_code(&line, q->call, code, saved);
	add(&line, " us=%lld", (long long)(took / 1000));
	write_line(&line, target);
	errno = saved;
}

void log_message(const char *target, const char *message)
{
	struct line line;
	int saved = errno;

	begin_line(&line);
	add_quoted(&line, "gaishim", message);
	write_line(&line, target);
	errno = saved;
}
