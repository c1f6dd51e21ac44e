/* SPDX-License-Identifier: MIT */
/*
 * Two who come late: while SLOW threads look up a slow host each, another asks for
 * QUICK, a name, and another for a numeric host. Prints the milliseconds that each of
 * the two takes.
 *
 *   line SLOW DOMAIN QUICK        the slow hosts are s0.DOMAIN, s1.DOMAIN ...
 */
#include "bench.h"

#include <err.h>
#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

static const struct addrinfo stream = { .ai_socktype = SOCK_STREAM };
static const char *domain;
static atomic_uint out;
static pthread_barrier_t ready, gate, late;

static void must(const char *host)
{
	struct addrinfo *list;
	int code = getaddrinfo(host, "80", &stream, &list);

	if (code != 0)
		errx(1, "%s: %s", host, gai_strerror(code));
	freeaddrinfo(list);
}

static void *slow(void *number)
{
	char host[128];

	snprintf(host, sizeof host, "s%zu.%s", (size_t)number, domain);
	pthread_barrier_wait(&ready);
	pthread_barrier_wait(&gate);
	atomic_fetch_add(&out, 1);
	must(host);
	return NULL;
}

struct probe {
	const char *host;
	double ms;
};

/* The first lookup of a thread, and of a process, has more to do: it is not counted. */
static void *probe(void *argument)
{
	struct probe *p = argument;
	double start;

	must(p->host);
	pthread_barrier_wait(&ready);
	pthread_barrier_wait(&late);
	start = now_ns();
	must(p->host);
	p->ms = (now_ns() - start) / 1e6;
	return NULL;
}

int main(int argc, char **argv)
{
	size_t n = argc == 4 ? strtoul(argv[1], NULL, 10) : 0;
	struct probe probes[2] = { { .host = argc == 4 ? argv[3] : "" }, { .host = "127.0.0.1" } };
	pthread_t probing[2], thread;
	pthread_attr_t small;

	if (n == 0)
		errx(2, "usage: line SLOW DOMAIN QUICK");
	domain = argv[2];
	pthread_attr_init(&small);
	pthread_attr_setstacksize(&small, 256 * 1024);
	pthread_barrier_init(&ready, NULL, (unsigned)n + 3);
	pthread_barrier_init(&gate, NULL, (unsigned)n + 1);
	pthread_barrier_init(&late, NULL, 3);
	for (size_t i = 0; i < 2; i++)
		if (pthread_create(&probing[i], NULL, probe, &probes[i]) != 0)
			errx(1, "no thread");
	for (size_t i = 0; i < n; i++)
		if (pthread_create(&thread, &small, slow, (void *)i) != 0)
			errx(1, "no more than %zu threads here", i);
	pthread_barrier_wait(&ready);
	pthread_barrier_wait(&gate);
	/* All are on their way, and have had a moment to go in. */
	while (atomic_load(&out) < n)
		usleep(100);
	usleep(2000);
	pthread_barrier_wait(&late);
	for (size_t i = 0; i < 2; i++)
		pthread_join(probing[i], NULL);
	printf("%.4g %.4g\n", probes[0].ms, probes[1].ms);
	fflush(stdout);
	_exit(0); /* the slow ones are still out */
}
