/* SPDX-License-Identifier: MIT */
#include "log.h"

#include "built.h"
#include "config.h"
#include "libc/clock.h"
#include "libc/libc.h"
#include "line.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { ANSWERS_MOST = 256 }; /* bytes of the text of an answer; some have hundreds of addresses */

static void add_family(struct line *line, int family)
{
	switch (family) {
	case AF_UNSPEC: line_add(line, " family=unspec"); break;
	case AF_INET: line_add(line, " family=inet"); break;
	case AF_INET6: line_add(line, " family=inet6"); break;
	default: line_add(line, " family=%d", family);
	}
}

static void add_socktype(struct line *line, int socktype, int type_bits)
{
	switch (socktype) {
	case 0: line_add(line, " socktype=any"); break;
	case SOCK_STREAM: line_add(line, " socktype=stream"); break;
	case SOCK_DGRAM: line_add(line, " socktype=dgram"); break;
	case SOCK_RAW: line_add(line, " socktype=raw"); break;
	default: line_add(line, " socktype=%d", socktype);
	}
	if (type_bits & SOCK_NONBLOCK)
		line_add(line, "+nonblock");
	if (type_bits & SOCK_CLOEXEC)
		line_add(line, "+cloexec");
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
		line_add(line, " code=%s", name);
		if (code == EAI_SYSTEM || strcmp(name, "NETDB_INTERNAL") == 0)
			line_add(line, " errno=%d", error);
		return;
	}
	line_add(line, " code=%d", code);
}

/* Begin a line with the seconds since the epoch. A date would need libc's time zone, with
 * its file and its lock, inside somebody else's lookup. */
static void begin_line(struct line *line)
{
	struct timespec time;

	clock_gettime(CLOCK_REALTIME, &time);
	line->used = 0;
	line_add(line, "ts=%lld.%06ld pid=%d tid=%ld", (long long)time.tv_sec, time.tv_nsec / 1000,
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
	line_add(&line, " call=%s", q->function);
	line_add_quoted(&line, "host", q->node);
	if (q->call->has_hints)
		line_add_quoted(&line, "service", q->service);
	add_family(&line, q->family);
	if (q->call->has_hints) {
		add_socktype(&line, q->socktype, q->type_bits);
		line_add(&line, " protocol=%d flags=%#x", q->protocol, (unsigned)q->flags);
	}
	if (q->written != NULL && q->host == q->ascii)
		line_add_quoted(&line, "normalized", q->ascii);
	line_add(&line, " how=%s", q->how);
	if (q->waited > 0)
		line_add(&line, " ms=%lld", (long long)(q->waited / 1000000));
	if (q->asks > 0)
		line_add(&line, " asks=%d", q->asks);
	if (q->shared >= 0)
		line_add(&line, " shared=%d", q->shared);
	if (answer != NULL) {
		char answers[ANSWERS_MOST] = "";

		q->call->describe(answer, answers, sizeof answers);
		line_add_quoted(&line, "answers", answers);
	}
	add_code(&line, q->call, code, errno_of(saved));
	line_add(&line, " us=%lld", (long long)(took / 1000));
	write_line(&line, target);
	errno = saved;
}

/* Returns the file's name that execve(2) was given, without its directories: that of a script
 * and not that of its interpreter. NULL: unknown. */
static const char *program_name(void)
{
	const char *path = (const char *)getauxval(AT_EXECFN);
	const char *slash = path != NULL ? strrchr(path, '/') : NULL;

	return slash != NULL ? slash + 1 : path;
}

void log_process(const char *target, const struct config *options)
{
	struct line line;
	char text[CONFIG_TEXT];
	int saved = errno;

	begin_line(&line);
	line_add_quoted(&line, "program", program_name());
	line_add(&line, " version=%s libc=\"%s%s%s\"", built_version, libc->name,
		 libc->release != NULL ? " " : "", libc->release != NULL ? libc->release() : "");
	config_describe(options, text);
	line_add_quoted(&line, "options", text);
	write_line(&line, target);
	errno = saved;
}

void log_message(const char *target, const char *message)
{
	struct line line;
	int saved = errno;

	begin_line(&line);
	line_add_quoted(&line, "gaishim", message);
	write_line(&line, target);
	errno = saved;
}
