/* SPDX-License-Identifier: MIT */
#include "log.h"

#include "libc/clock.h"
#include "libc/next.h"

#include "unit.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <regex.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

static char directory[] = "/tmp/gaishim-log-XXXXXX";
static char path[64];
static char text[3 * PIPE_BUF];

static void set_up(void)
{
	strcpy(directory + sizeof directory - 7, "XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(directory));
	snprintf(path, sizeof path, "%s/log", directory);
}

static void tear_down(void)
{
	DIR *listing = opendir(directory);
	struct dirent *entry;

	while ((entry = readdir(listing)) != NULL)
		unlinkat(dirfd(listing), entry->d_name, 0); /* not "." and ".." */
	closedir(listing);
	ck_assert_int_eq(rmdir(directory), 0);
}

static const char *read_log(const char *name)
{
	int fd = open(name, O_RDONLY);
	ssize_t length = fd < 0 ? 0 : read(fd, text, sizeof text - 1);

	text[length] = '\0';
	if (fd >= 0)
		close(fd);
	return text;
}

static void assert_matches(const char *line, const char *pattern)
{
	regex_t regex;

	ck_assert_int_eq(regcomp(&regex, pattern, REG_EXTENDED | REG_NOSUB), 0);
	ck_assert_msg(regexec(&regex, line, 0, NULL, 0) == 0, "%s is not /%s/", line, pattern);
	regfree(&regex);
}

static const char *answer; /* of the next lookups */

static void describe(const void *said, char *to, size_t size)
{
	snprintf(to, size, "%s", (const char *)said);
}

static struct question question(void)
{
	static const struct call call = { .has_hints = true, .describe = describe };

	return (struct question){
		.call = &call, .function = "getaddrinfo", .how = "numeric", .shared = -1, .service = "80",
		.flags = 0x22,
	};
}

static void write_log(const struct question *q, const char *node, int code)
{
	struct question asked = *q;

	asked.node = node;
	if (q->host == q->ascii)
		asked.host = asked.ascii;
	log_lookup(path, &asked, code, answer, clock_now());
}

START_TEST(test_line)
{
	struct question q = question();

	write_log(&q, "127.0.0.1", 0);
	assert_matches(read_log(path),
		       "^ts=[0-9]+\\.[0-9]{6} pid=[0-9]+ tid=[0-9]+ call=getaddrinfo host=\"127\\.0\\.0\\.1\" service=\"80\" "
		       "family=unspec socktype=any protocol=0 flags=0x22 how=numeric code=0 us=[0-9]+\n$");
}
END_TEST

/* The file that was started is named, and not the whole of its path. It may be musl's loader. */
START_TEST(test_process)
{
	static struct config options;

	next_find(); /* which libc this is */
	options.hedge = true;
	log_process(path, &options);
	assert_matches(read_log(path), "^ts=[0-9]+\\.[0-9]{6} pid=[0-9]+ tid=[0-9]+ program=\"(test_log|ld-musl-.*)\" "
		       "version=[0-9]+\\.[0-9]+\\.[0-9]+ libc=\"(glibc 2\\.[0-9]+|musl)\" options=\"hedge=1[^\"]*\"\n$");
}
END_TEST

/* What a nameserver or a module has said ends no line, and tells no secret. */
START_TEST(test_answers)
{
	struct question q = question();

	answer = "192.0.2.1,2001:db8::1";
	write_log(&q, "a.test", 0);
	assert_matches(read_log(path), " how=numeric answers=\"192\\.0\\.2\\.1,2001:db8::1\" code=0 us=");
	unlink(path);
	answer = "a\n\"b";
	write_log(&q, "192.0.2.1", 0);
	assert_matches(read_log(path), " answers=\"a\\\\x0a\\\\x22b\" code=0 us=[0-9]+\n$");
	answer = NULL;
}
END_TEST

START_TEST(test_details)
{
	struct question q = question();

	q.family = AF_INET6;
	q.socktype = SOCK_STREAM;
	q.type_bits = SOCK_NONBLOCK | SOCK_CLOEXEC;
	q.service = NULL;
	q.written = "bücher.de";
	strcpy(q.ascii, "xn--bcher-kva.de");
	q.host = q.ascii;
	q.how = "waited";
	q.waited = 12345678;
	q.asks = 2;
	q.shared = 3;
	errno = EMFILE;
	write_log(&q, "bücher.de", EAI_SYSTEM);
	ck_assert_int_eq(errno, EMFILE);
	assert_matches(read_log(path),
		       "host=\"bücher\\.de\" service=NULL family=inet6 socktype=stream\\+nonblock\\+cloexec "
		       "protocol=0 flags=0x22 normalized=\"xn--bcher-kva\\.de\" how=waited ms=12 asks=2 shared=3 "
		       "code=EAI_SYSTEM errno=24 us=");
}
END_TEST

static const struct {
	int family, socktype;
	const char *shown;
} kinds[] = {
	{ AF_INET, SOCK_DGRAM, " family=inet socktype=dgram " },
	{ AF_UNIX, SOCK_RAW, " family=1 socktype=raw " },
	{ AF_UNSPEC, SOCK_SEQPACKET, " family=unspec socktype=5 " },
};

START_TEST(test_kinds)
{
	struct question q = question();

	q.family = kinds[_i].family;
	q.socktype = kinds[_i].socktype;
	write_log(&q, "host", -9999);
	ck_assert_ptr_nonnull(strstr(read_log(path), kinds[_i].shown));
	ck_assert_ptr_nonnull(strstr(text, " code=-9999 "));
}
END_TEST

static const struct {
	const char *host, *shown;
} hosts[] = {
	{ "a b", "a b" },
	{ "a\nb 1 pid=1", "a\\x0ab 1 pid=1" },
	{ "a\"b\\c", "a\\x22b\\x5cc" },
	{ "\x1B[31m", "\\x1b[31m" },
	{ "\x7F", "\\x7f" },
	{ "\xC2\x9B" "31m", "\\xc2\\x9b31m" }, /* a C1 control */
	{ "a\xE2\x80\xAE" "b", "a\\xe2\\x80\\xaeb" }, /* right-to-left override */
	{ "a\xE2\x80\xA8" "b", "a\\xe2\\x80\\xa8b" }, /* a line separator */
	{ "a\xF3\xA0\x81\x81" "b", "a\\xf3\\xa0\\x81\\x81b" }, /* an invisible tag */
	{ "\xE2\x98\x83\xF0\x9F\x98\x80", "\xE2\x98\x83\xF0\x9F\x98\x80" },
	{ "\x9B" "31m\xC3", "\\x9b31m\\xc3" }, /* not UTF-8: whose terminal is it? */
	{ "fe80::1%\xFF", "fe80::1%\\xff" },
	{ "fe80::1%\xC3\xA9", "fe80::1%\xC3\xA9" },
	{ "user:secret@host", "***@host" },
	{ "user:se@cret@host", "***@host" },
};

START_TEST(test_quoting)
{
	struct question q = question();
	char wanted[64];

	q.service = hosts[_i].host;
	write_log(&q, hosts[_i].host, 0);
	read_log(path);
	snprintf(wanted, sizeof wanted, " host=\"%s\" ", hosts[_i].shown);
	ck_assert_msg(strstr(text, wanted) != NULL, "%s", text);
	snprintf(wanted, sizeof wanted, " service=\"%s\" ", hosts[_i].shown);
	ck_assert_msg(strstr(text, wanted) != NULL, "%s", text);
	ck_assert_ptr_eq(strchr(text, '\n'), text + strlen(text) - 1);
}
END_TEST

/* Whatever the host, a line stays one, and within what a pipe takes at once. */
START_TEST(test_long_host)
{
	struct question q = question();
	static char host[100000];

	memset(host, '\x01', sizeof host - 1);
	q.service = host;
	write_log(&q, host, EAI_NONAME);
	read_log(path);
	ck_assert_uint_le(strlen(text), PIPE_BUF);
	assert_matches(text, " how=numeric code=EAI_NONAME us=");
	ck_assert_ptr_eq(strchr(text, '\n'), text + strlen(text) - 1);
}
END_TEST

/* It is cut between two characters: the line is UTF-8. */
START_TEST(test_long_unicode_host)
{
	struct question q = question();
	char host[1 + 3 * 100 + 1] = "a";

	for (int i = 0; i < 100; i++)
		strcat(host, "\xE2\x98\x83");
	write_log(&q, host, 0);
	read_log(path);
	ck_assert_msg(strstr(text, "\xE2\x98\x83...\" service=") != NULL, "%s", text);
}
END_TEST

START_TEST(test_appends)
{
	struct question q = question();

	log_message(path, "hello");
	write_log(&q, "x", 0);
	assert_matches(read_log(path), "gaishim=\"hello\"\n[^\n]*host=\"x\"[^\n]*\n$");
	struct stat status;
	ck_assert_int_eq(stat(path, &status), 0);
	ck_assert_int_eq(status.st_mode & 07777, 0600);
}
END_TEST

START_TEST(test_pid_in_name)
{
	struct question q = question();
	char name[128];

	snprintf(path, sizeof path, "%s/%%p-%%p", directory);
	write_log(&q, "x", 0);
	snprintf(name, sizeof name, "%s/%d-%d", directory, (int)getpid(), (int)getpid());
	assert_matches(read_log(name), "host=\"x\"");
}
END_TEST

/* A directory's name is its own: it may be the one that the process was started in. */
START_TEST(test_pid_in_directory)
{
	char folder[48], target[64], name[64];

	snprintf(folder, sizeof folder, "%s/100%%pure", directory);
	snprintf(target, sizeof target, "%s/%%p", folder);
	ck_assert_int_eq(mkdir(folder, 0700), 0);
	log_message(target, "x");
	snprintf(name, sizeof name, "%s/%d", folder, (int)getpid());
	assert_matches(read_log(name), "gaishim=\"x\"");
	unlink(name);
	rmdir(folder);
}
END_TEST

/* Only %p stands for something. What is too long once it does is no log. */
START_TEST(test_long_name)
{
	char name[PATH_MAX];
	size_t used = (size_t)snprintf(name, sizeof name, "%s", directory);

	snprintf(path, sizeof path, "%s/%%q%%p", directory);
	log_message(path, "x");
	snprintf(name + used, sizeof name - used, "/%%q%d", (int)getpid());
	ck_assert_int_eq(unlink(name), 0);

	for (; used < sizeof name - 17; used += 2)
		memcpy(name + used, "/.", 2);
	strcpy(name + used, "/%p%p%p%p%p%p%p"); /* ends where the room does */
	log_message(name, "x");
	ck_assert_int_eq(rmdir(directory), 0); /* it is empty */
	ck_assert_int_eq(mkdir(directory, 0700), 0);
}
END_TEST

/* Somebody else's symbolic link is not followed. */
START_TEST(test_symlink)
{
	struct question q = question();
	char other[80];

	snprintf(other, sizeof other, "%s/other", directory);
	ck_assert_int_eq(symlink(other, path), 0);
	errno = 0;
	write_log(&q, "x", 0);
	ck_assert_int_eq(errno, 0);
	ck_assert_int_eq(access(other, F_OK), -1);
}
END_TEST

/* A closed or broken standard error loses lines, and nothing else. */
START_TEST(test_stderr)
{
	struct question q = question();
	int ends[2];

	q.node = "x";
	ck_assert_int_eq(pipe(ends), 0);
	ck_assert_int_eq(dup2(ends[1], STDERR_FILENO), STDERR_FILENO);
	log_lookup("stderr", &q, 0, NULL, 0);
	text[read(ends[0], text, sizeof text - 1)] = '\0';
	assert_matches(text, "host=\"x\"");
	close(ends[0]);
	log_lookup("stderr", &q, 0, NULL, 0); /* no SIGPIPE */
	close(STDERR_FILENO);
	log_lookup("stderr", &q, 0, NULL, 0);
}
END_TEST

/* A SIGPIPE that was pending before stays so: it is not ours. */
START_TEST(test_pending)
{
	struct timespec none = { 0 };
	sigset_t broken, pending;
	int ends[2];

	sigemptyset(&broken);
	sigaddset(&broken, SIGPIPE);
	sigprocmask(SIG_BLOCK, &broken, NULL);
	ck_assert_int_eq(pipe(ends), 0);
	ck_assert_int_eq(dup2(ends[1], STDERR_FILENO), STDERR_FILENO);
	close(ends[0]);
	log_message("stderr", "x");
	sigpending(&pending);
	ck_assert(!sigismember(&pending, SIGPIPE));
	raise(SIGPIPE);
	log_message("stderr", "x");
	ck_assert_int_eq(sigtimedwait(&broken, NULL, &none), SIGPIPE);
}
END_TEST

/* A FIFO that nobody reads is not waited for. */
START_TEST(test_fifo)
{
	struct question q = question();

	ck_assert_int_eq(mkfifo(path, 0600), 0);
	write_log(&q, "x", 0);
}
END_TEST

/* A file that may not grow (RLIMIT_FSIZE) is no reason to die of SIGXFSZ. */
START_TEST(test_file_limit)
{
	struct question q = question();
	struct rlimit limit;

	/* Check writes files too: nothing is asserted while the limit holds. */
	getrlimit(RLIMIT_FSIZE, &limit);
	int set = setrlimit(RLIMIT_FSIZE, &(struct rlimit){ 10, limit.rlim_max });
	write_log(&q, "x", 0);
	write_log(&q, "x", 0);
	setrlimit(RLIMIT_FSIZE, &limit);
	ck_assert_int_eq(set, 0);
	ck_assert_uint_eq(strlen(read_log(path)), 10);
}
END_TEST

TCase *make_tests(void)
{
	TCase *tcase = tcase_create("lines");

	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_add_test(tcase, test_line);
	tcase_add_test(tcase, test_process);
	tcase_add_test(tcase, test_answers);
	tcase_add_test(tcase, test_details);
	ADD_ROWS(tcase, test_kinds, kinds);
	ADD_ROWS(tcase, test_quoting, hosts);
	tcase_add_test(tcase, test_long_host);
	tcase_add_test(tcase, test_long_unicode_host);
	tcase_add_test(tcase, test_appends);
	tcase_add_test(tcase, test_pid_in_name);
	tcase_add_test(tcase, test_pid_in_directory);
	tcase_add_test(tcase, test_long_name);
	tcase_add_test(tcase, test_symlink);
	tcase_add_test(tcase, test_stderr);
	tcase_add_test(tcase, test_pending);
	tcase_add_test(tcase, test_fifo);
	tcase_add_test(tcase, test_file_limit);
	return tcase;
}
