/* SPDX-License-Identifier: MIT */
/*
 * Threads that ask getaddrinfo, and the check that each got the right list for
 * its own question. Included once by each test program of this folder.
 */
#ifndef CALLERS_H
#define CALLERS_H

#include "fake.h"

#include "unit.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <netdb.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

/* The fake resolver; set by callers_case(). */
static const struct fake *fake;

/* N, or a tenth of it where every step costs many times its usual price. */
static inline size_t scaled(size_t n)
{
	return SANITIZER("") ? (n + 9) / 10 : n;
}

static inline double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static inline void nap(long ms)
{
	struct timespec t = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 };

	nanosleep(&t, NULL);
}

/* How many lookups there may be where LEAST would do: each may be late, on a busy machine,
 * and is asked for again then. An ask follows another at no less than 0.4 s, unless the
 * host is known to be quick. */
static inline int most_lookups(int least, double begun)
{
	int slower = SANITIZER("") ? 3 : 1;

	return least * slower * (1 + (int)((now() - begun) / 0.39));
}

/* Macros, so that Check names the line of the test. */
#define ck_lookups(host, least, begun) do { \
	int ck_calls = fake->calls(host); \
	int ck_most = most_lookups(least, begun); \
	ck_assert_msg(ck_calls >= (least) && ck_calls <= ck_most, "%s: %d lookups, and not %d to %d", \
	              host, ck_calls, (int)(least), ck_most); \
} while (0)

/* The threads of this process. */
static inline size_t count_tasks(void)
{
	DIR *tasks = opendir("/proc/self/task");
	size_t count = 0;

	ck_assert_ptr_nonnull(tasks);
	for (struct dirent *task; (task = readdir(tasks)) != NULL;)
		count += atoi(task->d_name) > 0;
	closedir(tasks);
	return count;
}

/* What a thread asks. */
struct question {
	const char *host;
	const char *service;
	int family, socktype, flags;
	bool no_hints;     /* the three above are left out */
	const char *asked; /* what libc is to be asked for; NULL: the host itself */
	int code;          /* what is to come back */
	int error;         /* errno of EAI_SYSTEM */
};

struct caller {
	struct question q;
	pthread_barrier_t *start;
	pthread_t thread;
	void *ended;   /* what pthread_join said: NULL or PTHREAD_CANCELED */
	int code, error;
	struct addrinfo *list;
	double seconds;
};

/* What *res holds before a lookup, and after one that failed. */
static struct addrinfo untouched;

/* Asks CALLER's question on this thread. */
static inline void ask(struct caller *caller)
{
	const struct question *q = &caller->q;
	struct addrinfo hints = { .ai_family = q->family, .ai_socktype = q->socktype, .ai_flags = q->flags };
	double start = now();

	caller->list = &untouched;
	errno = 0;
	caller->code = getaddrinfo(q->host, q->service, q->no_hints ? NULL : &hints, &caller->list);
	caller->error = errno;
	caller->seconds = now() - start;
}

static inline const char *wrong_node(const struct question *q, const struct addrinfo *node, int family, int type)
{
	const char *host = q->asked != NULL ? q->asked : q->host;
	int flags = q->no_hints ? AI_V4MAPPED | AI_ADDRCONFIG : q->flags;
	in_port_t port = htons((uint16_t)(q->service == NULL ? 0 : atoi(q->service)));
	int protocol = (type & 0xf) == SOCK_STREAM ? IPPROTO_TCP : (type & 0xf) == SOCK_DGRAM ? IPPROTO_UDP : 0;
	const struct sockaddr_in *in = (const struct sockaddr_in *)node->ai_addr;
	const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)node->ai_addr;
	bool six = family == AF_INET6;
	unsigned char address[16];
	/* Hosts that are not the fake resolver's are numeric here. */
	size_t len = strcasestr(host, ".fake") != NULL ? fake_address(host, family, address)
	             : (size_t)inet_pton(family, host, address) * (six ? 16 : 4);

	if (node->ai_family != family || node->ai_addr->sa_family != family)
		return "family";
	if (node->ai_socktype != type)
		return "socktype";
	if (node->ai_protocol != protocol)
		return "protocol";
	if (node->ai_flags != flags)
		return "flags";
	if (node->ai_addrlen != (six ? sizeof *in6 : sizeof *in))
		return "address length";
	if ((six ? in6->sin6_port : in->sin_port) != port)
		return "port";
	if (memcmp(six ? (const void *)&in6->sin6_addr : &in->sin_addr, address, len) != 0)
		return "address";
	return NULL;
}

static inline const char *wrong_canonname(const struct question *q, const struct addrinfo *first)
{
	const char *host = q->asked != NULL ? q->asked : q->host;
	size_t prefix = sizeof FAKE_CANON - 1;

	if (q->no_hints || (q->flags & AI_CANONNAME) == 0)
		return first->ai_canonname == NULL ? NULL : "canonical name not asked for";
	if (first->ai_canonname == NULL)
		return "no canonical name";
	if (strcasestr(host, ".fake") == NULL)
		return strcmp(first->ai_canonname, q->host) == 0 ? NULL : "canonical name";
	return strncmp(first->ai_canonname, FAKE_CANON, prefix) == 0 &&
	       strcmp(first->ai_canonname + prefix, host) == 0 ? NULL : "canonical name";
}

/* NULL if CALLER got what its question asks for, else what is wrong. Touches
 * nothing but the answer, so a forked child may call it too. */
static inline const char *wrong(const struct caller *caller)
{
	static const int types[] = { SOCK_STREAM, SOCK_DGRAM, SOCK_RAW };
	const struct question *q = &caller->q;
	const char *host = q->asked != NULL ? q->asked : q->host;
	const struct addrinfo *node = caller->list;
	unsigned char bytes[16];
	const char *what;

	if (caller->code != q->code)
		return "code";
	if (q->code == EAI_SYSTEM && caller->error != q->error)
		return "errno";
	if (q->code != 0)
		return caller->list == &untouched ? NULL : "*res touched";
	if ((what = wrong_canonname(q, node)) != NULL)
		return what;
	for (size_t f = 0; f < 2; f++) {
		int family = f == 0 ? AF_INET6 : AF_INET;

		if (!q->no_hints && q->family != AF_UNSPEC && q->family != family)
			continue;
		if (strcasestr(host, ".fake") == NULL && inet_pton(family, host, bytes) != 1)
			continue;
		for (size_t t = 0; t < 3; t++) {
			int type = types[t];

			if (!q->no_hints && q->socktype != 0) {
				if ((q->socktype & 0xf) != type)
					continue;
				type = q->socktype;
			}
			if (node == NULL)
				return "list too short";
			if ((what = wrong_node(q, node, family, type)) != NULL)
				return what;
			if (node != caller->list && node->ai_canonname != NULL)
				return "canonical name past the first node";
			node = node->ai_next;
		}
	}
	return node == NULL ? NULL : "list too long";
}

#define ck_right(asked) do { \
	const struct caller *ck_who = (asked); \
	const char *ck_wrong = wrong(ck_who); \
	ck_assert_msg(ck_wrong == NULL, "%s: wrong %s (code %d, errno %d)", \
	              ck_who->q.host, ck_wrong, ck_who->code, ck_who->error); \
} while (0)

static inline void forget(struct caller *caller)
{
	if (caller->code == 0 && caller->ended == NULL)
		freeaddrinfo(caller->list);
	caller->list = NULL;
}

/* Asks Q on this thread and checks the answer; returns how long it took. */
static inline double ask_right(struct question q)
{
	struct caller caller = { .q = q };

	ask(&caller);
	ck_right(&caller);
	forget(&caller);
	return caller.seconds;
}

/* Threads that start together. Any of them may be cancelled. */
struct herd {
	size_t n;
	double begun; /* by now() */
	pthread_barrier_t start;
	struct caller caller[];
};

static inline void *caller_main(void *arg)
{
	struct caller *caller = arg;

	pthread_barrier_wait(caller->start);
	ask(caller);
	return NULL;
}

/* N callers that will ask Q; herd_end() frees them and their lists. */
static inline struct herd *herd_of(size_t n, struct question q)
{
	struct herd *herd = calloc(1, sizeof *herd + n * sizeof *herd->caller);

	ck_assert_ptr_nonnull(herd);
	herd->n = n;
	pthread_barrier_init(&herd->start, NULL, (unsigned)n);
	for (size_t i = 0; i < n; i++) {
		herd->caller[i].q = q;
		herd->caller[i].start = &herd->start;
	}
	return herd;
}

static inline void herd_start(struct herd *herd)
{
	herd->begun = now();
	for (size_t i = 0; i < herd->n; i++)
		ck_assert_int_eq(pthread_create(&herd->caller[i].thread, NULL, caller_main, &herd->caller[i]), 0);
}

static inline struct herd *start_herd(size_t n, struct question q)
{
	struct herd *herd = herd_of(n, q);

	herd_start(herd);
	return herd;
}

static inline void herd_join(struct herd *herd)
{
	for (size_t i = 0; i < herd->n; i++)
		ck_assert_int_eq(pthread_join(herd->caller[i].thread, &herd->caller[i].ended), 0);
}

static inline void herd_end(struct herd *herd)
{
	for (size_t i = 0; i < herd->n; i++)
		forget(&herd->caller[i]);
	pthread_barrier_destroy(&herd->start);
	free(herd);
}

/* Joins all, checks that each came back with a right answer, frees. */
static inline void herd_end_right(struct herd *herd)
{
	herd_join(herd);
	for (size_t i = 0; i < herd->n; i++) {
		ck_assert_ptr_null(herd->caller[i].ended);
		ck_right(&herd->caller[i]);
	}
	herd_end(herd);
}

/* Waits until CONDITION holds, which it must within a minute. */
#define await(condition) do { \
	double await_end = now() + 60; \
	while (!(condition)) { \
		ck_assert_msg(now() < await_end, "never came: %s", #condition); \
		nap(2); \
	} \
} while (0)

static inline bool all_others_sleep(void)
{
	DIR *tasks = opendir("/proc/self/task");
	bool sleep = true;

	ck_assert_ptr_nonnull(tasks);
	for (struct dirent *task; sleep && (task = readdir(tasks)) != NULL;) {
		char path[64], stat[512];
		FILE *file;

		if (atoi(task->d_name) <= 0 || atoi(task->d_name) == getpid())
			continue;
		snprintf(path, sizeof path, "/proc/self/task/%d/stat", atoi(task->d_name));
		if ((file = fopen(path, "r")) == NULL)
			continue;
		/* The state follows the name, which ends at the last ')'. */
		if (fgets(stat, sizeof stat, file) != NULL) {
			const char *state = strrchr(stat, ')');

			sleep = state != NULL && state[2] == 'S';
		}
		fclose(file);
	}
	closedir(tasks);
	return sleep;
}

/* For the main thread: waits until the other threads are where they will stay,
 * asleep in the fake resolver or in the shim. */
static inline void settle(void)
{
	for (int quiet = 0; quiet < 10; quiet++) {
		nap(5);
		if (!all_others_sleep())
			quiet = 0;
	}
	/* Threads take turns there, and who waits for its turn sleeps too. */
	if (SANITIZER("valgrind"))
		nap(1500);
}

/* The shim reads its environment once: starts this program again, unless NAME
 * is VALUE already. */
static inline void with_environment(char **argv, const char *name, const char *value)
{
	const char *is = getenv(name);
	char self[PATH_MAX];
	ssize_t len;

	if (is != NULL && strcmp(is, value) == 0)
		return;
	len = readlink("/proc/self/exe", self, sizeof self - 1);
	if (len > 0) {
		self[len] = '\0';
		setenv(name, value, 1);
		execv(self, argv);
	}
	perror("/proc/self/exe");
	exit(99);
}

static inline void callers_setup(void)
{
	fake->reset();
}

/* The one test case of a program, where each test finds the fake as new. */
static inline TCase *callers_case(const char *name)
{
	TCase *tcase = tcase_create(name);

	fake = dlsym(RTLD_DEFAULT, "fake_resolver");
	if (fake == NULL) {
		fputs("the fake resolver is not preloaded\n", stderr);
		exit(99);
	}
	tcase_set_timeout(tcase, 200);
	tcase_add_checked_fixture(tcase, callers_setup, NULL);
	return tcase;
}

static inline int callers_run(TCase *tcase)
{
	Suite *suite = suite_create("fake");

	suite_add_tcase(suite, tcase);
	return run_suite(suite);
}

#endif
