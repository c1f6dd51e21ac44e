/* SPDX-License-Identifier: MIT */
#include "callers.h"
#include "musl.h"

#include <dirent.h>

const struct fake *fake;

size_t scaled(size_t n)
{
	return SANITIZER("") ? (n + 9) / 10 : n;
}

int most_lookups(int least, double begun)
{
	int slower = SANITIZER("") ? 3 : 1;

	return least * slower * (1 + (int)((now() - begun) / 0.39));
}

size_t count_tasks(void)
{
	DIR *tasks = opendir("/proc/self/task");
	size_t count = 0;

	ck_assert_ptr_nonnull(tasks);
	for (struct dirent *task; (task = readdir(tasks)) != NULL;)
		count += atoi(task->d_name) > 0;
	closedir(tasks);
	return count - SANITIZER("emulator"); /* which has a thread of its own */
}

bool tasks_are(size_t n)
{
	size_t count = count_tasks();

	return count == n || (SANITIZER("thread") && count == n + 1);
}

void ask(struct caller *caller)
{
	const struct question *q = &caller->q;
	struct addrinfo hints = { .ai_family = q->family, .ai_socktype = q->socktype, .ai_flags = q->flags };
	double start = now();

	if (q->call != GETADDRINFO) {
		ask_host(caller);
		caller->seconds = now() - start;
		return;
	}
	caller->list = &untouched;
	errno = 0;
	caller->code = getaddrinfo(q->host, q->service, q->no_hints ? NULL : &hints, &caller->list);
	caller->error = errno;
	caller->seconds = now() - start;
}

static const char *wrong_node(const struct question *q, const struct addrinfo *node, int family, int type)
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
	if (node->ai_flags != (is_musl() ? 0 : flags))
		return "flags";
	if (node->ai_addrlen != (six ? sizeof *in6 : sizeof *in))
		return "address length";
	if ((six ? in6->sin6_port : in->sin_port) != port)
		return "port";
	if (memcmp(six ? (const void *)&in6->sin6_addr : &in->sin_addr, address, len) != 0)
		return "address";
	return NULL;
}

static const char *wrong_canonname(const struct question *q, const struct addrinfo *first)
{
	const char *host = q->asked != NULL ? q->asked : q->host;
	size_t prefix = sizeof FAKE_CANON - 1;

	if (!is_musl() && (q->no_hints || (q->flags & AI_CANONNAME) == 0))
		return first->ai_canonname == NULL ? NULL : "canonical name not asked for";
	if (first->ai_canonname == NULL)
		return "no canonical name";
	if (strcasestr(host, ".fake") == NULL)
		return strcmp(first->ai_canonname, host) == 0 ? NULL : "canonical name";
	return strncmp(first->ai_canonname, FAKE_CANON, prefix) == 0 &&
	       strcmp(first->ai_canonname + prefix, host) == 0 ? NULL : "canonical name";
}

const char *wrong(const struct caller *caller)
{
	static const int types[] = { SOCK_STREAM, SOCK_DGRAM, SOCK_RAW };
	const struct question *q = &caller->q;
	const char *host = q->asked != NULL ? q->asked : q->host;
	const struct addrinfo *node = caller->list;
	unsigned char bytes[16];
	const char *what;

	if (q->call != GETADDRINFO)
		return caller->wrong;
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
			} else if (is_musl() && type == SOCK_RAW) {
				continue;
			}
			if (node == NULL)
				return "list too short";
			if ((what = wrong_node(q, node, family, type)) != NULL)
				return what;
			if (node != caller->list && !is_musl() && node->ai_canonname != NULL)
				return "canonical name past the first node";
			node = node->ai_next;
		}
	}
	return node == NULL ? NULL : "list too long";
}

void forget(struct caller *caller)
{
	if (caller->q.call == GETADDRINFO && caller->list != NULL && caller->code == 0 && caller->ended == NULL)
		freeaddrinfo(caller->list);
	free(caller->buffer);
	caller->list = NULL;
	caller->buffer = NULL;
}

double ask_right(struct question q)
{
	struct caller caller = { .q = q };

	ask(&caller);
	ck_right(&caller);
	forget(&caller);
	return caller.seconds;
}

static void *caller_main(void *arg)
{
	struct caller *caller = arg;

	pthread_barrier_wait(caller->start);
	ask(caller);
	return NULL;
}

struct herd *herd_of(size_t n, struct question q)
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

void herd_start(struct herd *herd)
{
	herd->begun = now();
	for (size_t i = 0; i < herd->n; i++)
		ck_assert_int_eq(pthread_create(&herd->caller[i].thread, NULL, caller_main, &herd->caller[i]), 0);
}

struct herd *start_herd(size_t n, struct question q)
{
	struct herd *herd = herd_of(n, q);

	herd_start(herd);
	return herd;
}

void herd_join(struct herd *herd)
{
	for (size_t i = 0; i < herd->n; i++)
		ck_assert_int_eq(pthread_join(herd->caller[i].thread, &herd->caller[i].ended), 0);
}

void herd_join_between(struct herd *herd, double least, double most)
{
	herd_join(herd);
	for (size_t i = 0; i < herd->n; i++) {
		ck_right(&herd->caller[i]);
		ck_assert_double_ge(herd->caller[i].seconds, least);
		ck_assert_double_lt(herd->caller[i].seconds, most);
	}
}

void herd_end(struct herd *herd)
{
	for (size_t i = 0; i < herd->n; i++)
		forget(&herd->caller[i]);
	pthread_barrier_destroy(&herd->start);
	free(herd);
}

void herd_end_right(struct herd *herd)
{
	herd_join(herd);
	for (size_t i = 0; i < herd->n; i++) {
		ck_assert_ptr_null(herd->caller[i].ended);
		ck_right(&herd->caller[i]);
	}
	herd_end(herd);
}

struct herd *watched;
struct caller *_Atomic newest_asker;

void note_asker_of_herd(const char *host)
{
	(void)host;
	for (size_t i = 0; i < watched->n; i++)
		if (pthread_equal(watched->caller[i].thread, pthread_self()))
			newest_asker = &watched->caller[i];
}

static bool all_others_sleep(void)
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

void settle(void)
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

void with_environment(const char *name, const char *value)
{
	const char *is = getenv(name);
	char **command = command_anew(NULL);

	if (is != NULL && strcmp(is, value) == 0)
		return;
	setenv(name, value, 1);
	execv(command[0], command);
	perror(command[0]);
	exit(99);
}

static void callers_setup(void)
{
	fake->reset();
}

TCase *callers_case(const char *name)
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
