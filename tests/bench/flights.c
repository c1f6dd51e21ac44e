/* SPDX-License-Identifier: MIT */
/*
 * What the flight table costs one who asks alone, as it fills: N hosts asked for in
 * turn, then N that are in flight meanwhile; and the memory that a flight takes. Started
 * with the object and, behind it, the fake resolver preloaded, as table.c is.
 *
 *   flights ROUNDS N...
 */
#include "bench.h"

#include "fake.h"

#include <dlfcn.h>
#include <malloc.h>
#include <pthread.h>
#include <sys/mman.h>

/* A thread for each that is in flight. More than MANY take too much of a machine. */
enum { STACK = 32 * 1024, MANY = 10000, NAME = 32, MEMORY_OF = 1000 };

static const struct addrinfo stream4 = { .ai_family = AF_INET, .ai_socktype = SOCK_STREAM };

/* Nanoseconds a call, of n calls for one host after another; where it stopped in *at. */
static double batch_of(getaddrinfo_fn *get, char (*hosts)[NAME], size_t size, size_t *at, size_t n)
{
	double start = now_ns();

	for (size_t i = 0; i < n; i++) {
		ask_by(get, &(struct question){ hosts[*at], "80", &stream4 });
		*at = *at + 1 < size ? *at + 1 : 0;
	}
	return (now_ns() - start) / (double)n;
}

static void in_turn(getaddrinfo_fn *next, size_t size, size_t rounds)
{
	enum { BATCH = 150 };
	char (*hosts)[NAME] = malloc(size * sizeof *hosts);
	size_t at = 0, next_at = 0;
	double *a, *b;
	struct pair pair;

	if (rounds < size / BATCH + 1)
		rounds = size / BATCH + 1; /* each host has its turn */
	a = malloc(rounds * sizeof *a);
	b = malloc(rounds * sizeof *b);
	if (hosts == NULL || a == NULL || b == NULL)
		abort();
	for (size_t i = 0; i < size; i++)
		snprintf(hosts[i], NAME, "host-%zu.fake", i);
	for (size_t i = 0; i < rounds; i++) {
		a[i] = batch_of(next, hosts, size, &next_at, BATCH);
		b[i] = batch_of(getaddrinfo, hosts, size, &at, BATCH);
	}
	pair = pair_of(a, b, rounds);
	point("table, hosts in turn", "gaishim", size, "ns", pair.difference);
	free(hosts);
	free(a);
	free(b);
}

struct crew {
	pthread_t *threads;
	char *stacks;
	size_t size;
};

static getaddrinfo_fn *flying;

static void *fly(void *number)
{
	char host[NAME];

	snprintf(host, sizeof host, "gate.%zu.fake", (size_t)number);
	ask_by(flying, &(struct question){ host, "80", &stream4 });
	return NULL;
}

/* That many threads, each with a host of its own that is in flight when it returns.
 * False: there cannot be so many here. */
static bool take_off(struct crew *crew, const struct fake *fake, getaddrinfo_fn *get, size_t size)
{
	static const struct timespec moment = { .tv_nsec = 1000000 };
	pthread_attr_t attributes;

	fake->reset();
	flying = get;
	crew->threads = malloc(size * sizeof *crew->threads);
	/* One mapping: a process has 65,530 by default, and a thread's stack takes two. */
	crew->stacks = mmap(NULL, size * STACK, PROT_READ | PROT_WRITE,
	                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (crew->threads == NULL || crew->stacks == MAP_FAILED)
		abort();
	pthread_attr_init(&attributes);
	for (crew->size = 0; crew->size < size; crew->size++) {
		pthread_attr_setstack(&attributes, crew->stacks + crew->size * STACK, STACK);
		if (pthread_create(&crew->threads[crew->size], &attributes, fly, (void *)crew->size) != 0)
			break;
	}
	while (fake->running() < (int)crew->size)
		nanosleep(&moment, NULL);
	return crew->size == size;
}

static void land_all(struct crew *crew, const struct fake *fake)
{
	fake->open_gate();
	for (size_t i = 0; i < crew->size; i++)
		pthread_join(crew->threads[i], NULL);
	munmap(crew->stacks, crew->size * STACK);
	free(crew->threads);
	fake->reset();
}

static void in_flight(const struct fake *fake, getaddrinfo_fn *next, size_t size, size_t rounds)
{
	static const struct question lone = { "lone.fake", "80", &stream4 };
	char name[64];
	struct crew crew;

	snprintf(name, sizeof name, "%zu hosts in flight", size);
	if (size > MANY) {
		skip_row(name, "each takes a thread");
		return;
	}
	if (take_off(&crew, fake, getaddrinfo, size))
		point("table, hosts in flight", "gaishim", size, "ns",
		      compare(next, getaddrinfo, &lone, rounds).difference);
	else
		skip_row(name, "so many threads are not to be had here");
	land_all(&crew, fake);
}

#if defined __GLIBC_PREREQ && __GLIBC_PREREQ(2, 33)
/* Bytes on the heap for each of SIZE that are out. */
static double heap_of(const struct fake *fake, getaddrinfo_fn *get, size_t size)
{
	struct crew crew;
	double before = (double)mallinfo2().uordblks, each;

	take_off(&crew, fake, get, size);
	each = ((double)mallinfo2().uordblks - before) / (double)size;
	land_all(&crew, fake);
	return each;
}

/* What libc has for a thread is in both; the table's own is the difference. */
static void memory(const struct fake *fake, getaddrinfo_fn *next)
{
	double without, with;

	heap_of(fake, getaddrinfo, MEMORY_OF); /* arenas and the like, which stay */
	without = heap_of(fake, next, MEMORY_OF);
	with = heap_of(fake, getaddrinfo, MEMORY_OF);
	row("heap for a host in flight", "bytes", without, with, with - without, "bytes", "-");
}
#else
static void memory(const struct fake *fake, getaddrinfo_fn *next)
{
	(void)fake, (void)next;
	skip_row("heap for a host in flight", "this libc has no mallinfo2");
}
#endif

int main(int argc, char **argv)
{
	size_t rounds = argc > 2 ? strtoul(argv[1], NULL, 10) : 0;
	const struct fake *fake = dlsym(RTLD_DEFAULT, "fake_resolver");
	getaddrinfo_fn *next = next_in(fake);

	if (rounds == 0 || next == NULL || next == getaddrinfo) {
		fprintf(stderr, "usage: flights ROUNDS N..., the object and the fake resolver being preloaded\n");
		return 2;
	}
	memory(fake, next);
	for (int i = 2; i < argc; i++)
		in_turn(next, strtoul(argv[i], NULL, 10), rounds);
	for (int i = 2; i < argc; i++)
		in_flight(fake, next, strtoul(argv[i], NULL, 10), rounds);
	return 0;
}
