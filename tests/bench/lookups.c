/* SPDX-License-Identifier: MIT */
/*
 * One lookup of the shim beside one of libc, in turn, in one process that was
 * started with the object preloaded.
 *
 *   lookups ROUNDS
 */
#include "bench.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdatomic.h>

static const struct addrinfo stream = { .ai_socktype = SOCK_STREAM };
static const struct addrinfo stream4 = { .ai_family = AF_INET, .ai_socktype = SOCK_STREAM };

static const struct {
	const char *name;
	struct question q;
	const char *bar;
	bool crowd; /* asked by THREADS threads at once */
} cases[] = {
	{ "127.0.0.1, port, SOCK_STREAM", { "127.0.0.1", "80", &stream }, "0.40", false },
	{ "127.0.0.1, hints NULL, 1 thread", { "127.0.0.1", NULL, NULL }, "0.010", false },
	{ "127.0.0.1, hints NULL, 16 threads", { "127.0.0.1", NULL, NULL }, "0.004", true },
	{ "0x7f.1", { "0x7f.1", "80", &stream }, "0.60", false },
	{ "0177.1", { "0177.1", "80", &stream }, "0.60", false },
	{ "2130706433", { "2130706433", "80", &stream }, "0.60", false },
	{ "::1", { "::1", "80", &stream }, "0.60", false },
	{ "2001:db8:1:2:3:4:5:6", { "2001:db8:1:2:3:4:5:6", "80", &stream }, "0.60", false },
	{ "::ffff:1.2.3.4", { "::ffff:1.2.3.4", "80", &stream }, "0.60", false },
	{ "::ffff:1.2.3.4, AF_INET", { "::ffff:1.2.3.4", "80", &stream4 }, "0.60", false },
	{ "fe80::1%lo, zone by name", { "fe80::1%lo", "80", &stream }, "1.02", false },
	{ "fe80::1%1, zone by number", { "fe80::1%1", "80", &stream }, "1.02", false },
	{ "2001:db8::1%7, zone by number", { "2001:db8::1%7", "80", &stream }, "1.02", false },
	{ "127.0.0.1, service by name", { "127.0.0.1", "http", &stream }, "-", false },
	{ "localhost, nobody else asking", { "localhost", "80", &stream4 }, "1.05", false },
};

enum { THREADS = 16, SLOT_MS = 30 };

/* All threads ask for the time of a slot, as often as they can. */
static struct crowd {
	pthread_barrier_t gate; /* THREADS and the one who measures: begin and end of a slot */
	getaddrinfo_fn *get;    /* NULL: go home */
	const struct question *q;
	atomic_bool stop;
	atomic_ulong calls;
} crowd;

static void *crowd_member(void *unused)
{
	(void)unused;
	for (;;) {
		unsigned long calls = 0;

		pthread_barrier_wait(&crowd.gate);
		if (crowd.get == NULL)
			return NULL;
		for (; !atomic_load_explicit(&crowd.stop, memory_order_relaxed); calls++)
			ask(crowd.get, crowd.q);
		atomic_fetch_add(&crowd.calls, calls);
		pthread_barrier_wait(&crowd.gate);
	}
}

/* Nanoseconds a call, all threads together. */
static double crowd_slot(getaddrinfo_fn *get)
{
	static const struct timespec slot = { .tv_nsec = SLOT_MS * 1000000L };
	double start, spent;

	crowd.get = get;
	atomic_store(&crowd.stop, false);
	atomic_store(&crowd.calls, 0);
	pthread_barrier_wait(&crowd.gate);
	start = now_ns();
	nanosleep(&slot, NULL);
	atomic_store(&crowd.stop, true);
	spent = now_ns() - start;
	pthread_barrier_wait(&crowd.gate);
	return spent / (double)atomic_load(&crowd.calls);
}

static struct pair compare_crowds(getaddrinfo_fn *libc, getaddrinfo_fn *ours,
                                  const struct question *q, size_t rounds)
{
	pthread_t threads[THREADS];
	double *a = malloc(rounds * sizeof *a);
	double *b = malloc(rounds * sizeof *b);
	struct pair pair;

	if (a == NULL || b == NULL)
		abort();
	crowd.q = q;
	pthread_barrier_init(&crowd.gate, NULL, THREADS + 1);
	for (int i = 0; i < THREADS; i++)
		if (pthread_create(&threads[i], NULL, crowd_member, NULL) != 0)
			abort();
	for (size_t i = 0; i < rounds; i++) {
		a[i] = crowd_slot(libc);
		b[i] = crowd_slot(ours);
	}
	crowd.get = NULL;
	pthread_barrier_wait(&crowd.gate);
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	pthread_barrier_destroy(&crowd.gate);
	pair = pair_of(a, b, rounds);
	free(a);
	free(b);
	return pair;
}

/* The floor under a lookup: memory for its one node, got and given back. */
static int malloc_alone(const char *host, const char *service, const struct addrinfo *hints,
                        struct addrinfo **list)
{
	void *volatile node = malloc(sizeof(struct addrinfo) + sizeof(struct sockaddr));

	(void)host, (void)service, (void)hints, (void)list;
	free(node);
	return EAI_FAIL;
}

static bool answers(getaddrinfo_fn *get, const struct question *q)
{
	struct addrinfo *list;

	if (get(q->host, q->service, q->hints, &list) != 0)
		return false;
	freeaddrinfo(list);
	return true;
}

int main(int argc, char **argv)
{
	size_t rounds = argc == 2 ? strtoul(argv[1], NULL, 10) : 0;
	void *library = dlopen("libc.so.6", RTLD_LAZY);
	getaddrinfo_fn *libc = library != NULL ? (getaddrinfo_fn *)dlsym(library, "getaddrinfo") : NULL;
	getaddrinfo_fn *ours = getaddrinfo;
	struct pair pair;

	if (rounds == 0 || libc == NULL || libc == ours) {
		fprintf(stderr, "usage: lookups ROUNDS, the object being preloaded\n");
		return 2;
	}
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const struct question *q = &cases[i].q;

		if (!answers(libc, q) || !answers(ours, q)) {
			skip_row(cases[i].name, "not answered on this machine");
			continue;
		}
		pair = cases[i].crowd ? compare_crowds(libc, ours, q, 5 + rounds / 100)
		                      : compare(libc, ours, q, rounds);
		row(cases[i].name, "us", pair.libc / 1e3, pair.ours / 1e3, pair.ratio, "-", cases[i].bar);
	}
	pair = compare(libc, malloc_alone, &cases[0].q, rounds);
	row("malloc and free, the floor", "us", pair.libc / 1e3, pair.ours / 1e3, pair.ratio, "-", "-");
	return 0;
}
