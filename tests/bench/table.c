/* SPDX-License-Identifier: MIT */
/*
 * The flight table: what it costs who has it alone, and what it saves a herd.
 * Started with the object and, behind it, the fake resolver preloaded; that
 * resolver stands where libc would, and is what the shim is compared with.
 *
 *   table ROUNDS
 */
#include "bench.h"

#include "fake.h"

#include <dlfcn.h>
#include <pthread.h>

enum { HERD = 200 };
#define SLOW "ms-300.herd.fake"

static const struct addrinfo stream4 = { .ai_family = AF_INET, .ai_socktype = SOCK_STREAM };
static const struct question slow = { SLOW, "80", &stream4 };

static pthread_barrier_t gate;

static void *herd_member(void *get)
{
	pthread_barrier_wait(&gate);
	ask_by(*(getaddrinfo_fn **)get, &slow);
	return NULL;
}

/* Milliseconds until the last of them has its answer. */
static double herd(getaddrinfo_fn *get)
{
	pthread_t threads[HERD];
	double start;

	pthread_barrier_init(&gate, NULL, HERD + 1);
	for (int i = 0; i < HERD; i++)
		if (pthread_create(&threads[i], NULL, herd_member, &get) != 0)
			abort();
	start = now_ns();
	pthread_barrier_wait(&gate);
	for (int i = 0; i < HERD; i++)
		pthread_join(threads[i], NULL);
	pthread_barrier_destroy(&gate);
	return (now_ns() - start) / 1e6;
}

static void herds(const struct fake *fake, getaddrinfo_fn *next, size_t rounds)
{
	double *a = malloc(rounds * sizeof *a);
	double *b = malloc(rounds * sizeof *b);
	double lookups = 0, ours = 0;
	struct pair pair;

	if (a == NULL || b == NULL)
		abort();
	for (size_t i = 0; i < rounds; i++) {
		fake->reset();
		a[i] = herd(next);
		lookups += fake->calls(SLOW);
		fake->reset();
		b[i] = herd(getaddrinfo);
		ours += fake->calls(SLOW);
	}
	pair = pair_of(a, b, rounds);
	lookups /= (double)rounds;
	ours /= (double)rounds;
	row("herd of 200 on a host of 300 ms, lookups", "-", lookups, ours, ours, "-", "1");
	row("herd of 200 on a host of 300 ms, time", "ms", pair.libc, pair.ours, pair.ours, "ms", "330");
	free(a);
	free(b);
}

int main(int argc, char **argv)
{
	static const struct question lone = { "lone.fake", "80", &stream4 };
	size_t rounds = argc == 2 ? strtoul(argv[1], NULL, 10) : 0;
	const struct fake *fake = dlsym(RTLD_DEFAULT, "fake_resolver");
	getaddrinfo_fn *next = next_in(fake);
	struct pair pair;

	if (rounds == 0 || next == NULL || next == getaddrinfo) {
		fprintf(stderr, "usage: table ROUNDS, the object and the fake resolver being preloaded\n");
		return 2;
	}
	pair = compare(next, getaddrinfo, &lone, rounds);
	row("what the table adds to a lone name", "ns", pair.libc, pair.ours, pair.difference, "ns", "150");
	herds(fake, next, 1 + rounds / 500);
	return 0;
}
