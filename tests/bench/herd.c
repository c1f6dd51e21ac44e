/* SPDX-License-Identifier: MIT */
/*
 * CALLERS threads ask for HOST at the same time; prints the milliseconds until the last
 * of them has its answer, and how many had none.
 *
 *   herd CALLERS HOST
 */
#include "bench.h"

#include <err.h>
#include <pthread.h>
#include <stdatomic.h>

static const struct addrinfo stream = { .ai_socktype = SOCK_STREAM };
static const char *host;
static pthread_barrier_t ready, gate;
static atomic_uint failed;

static void *member(void *unused)
{
	struct addrinfo *list;

	(void)unused;
	pthread_barrier_wait(&ready);
	pthread_barrier_wait(&gate);
	if (getaddrinfo(host, "80", &stream, &list) == 0)
		freeaddrinfo(list);
	else
		atomic_fetch_add(&failed, 1);
	return NULL;
}

int main(int argc, char **argv)
{
	unsigned callers = argc == 3 ? (unsigned)strtoul(argv[1], NULL, 10) : 0;
	pthread_t *threads = calloc(callers + 1, sizeof *threads);
	pthread_attr_t small;
	double start;

	if (callers == 0 || threads == NULL)
		errx(2, "usage: herd CALLERS HOST");
	host = argv[2];
	pthread_attr_init(&small);
	pthread_attr_setstacksize(&small, 256 * 1024);
	pthread_barrier_init(&ready, NULL, callers + 1);
	pthread_barrier_init(&gate, NULL, callers + 1);
	for (unsigned i = 0; i < callers; i++)
		if (pthread_create(&threads[i], &small, member, NULL) != 0)
			errx(1, "no more than %u threads here", i);
	pthread_barrier_wait(&ready);
	start = now_ns();
	pthread_barrier_wait(&gate);
	for (unsigned i = 0; i < callers; i++)
		pthread_join(threads[i], NULL);
	printf("%.4g %u\n", (now_ns() - start) / 1e6, failed);
	free(threads);
	return 0;
}
