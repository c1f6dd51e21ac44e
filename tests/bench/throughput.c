/* SPDX-License-Identifier: MIT */
/*
 * Lookups of a numeric host by many threads at once, with libc and with the shim in
 * turn, in one process that was started with the object preloaded.
 *
 *   throughput ROUNDS THREADS...
 */
#include "bench.h"
#include "musl.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdatomic.h>

enum { SLOT_MS = 20, MAX_THREADS = 256, BAR_THREADS = 16 };

static const struct addrinfo stream = { .ai_socktype = SOCK_STREAM };

static void ask_addrinfo(any_fn *get, const void *question, size_t n)
{
	for (size_t i = 0; i < n; i++)
		ask_by((getaddrinfo_fn *)get, question);
}

static void ask_name(any_fn *get, const void *host, size_t n)
{
	for (size_t i = 0; i < n; i++)
		((struct hostent * (*)(const char *))get)(host);
}

static const struct question no_hints = { "127.0.0.1", NULL, NULL };
static const struct question with_hints = { "127.0.0.1", "80", &stream };

/* A row is the case of BAR_THREADS. */
static const struct {
	const char *chart, *function;
	batch_fn *ask;
	const void *question;
	const char *row, *bar;
} cases[] = {
	{ "throughput, hints NULL", "getaddrinfo", ask_addrinfo, &no_hints, "127.0.0.1, hints NULL, 16 threads",
	  "0.004" },
	{ "throughput, SOCK_STREAM", "getaddrinfo", ask_addrinfo, &with_hints, NULL, NULL },
	{ "throughput, gethostbyname", "gethostbyname", ask_name, "127.0.0.1",
	  "gethostbyname, 127.0.0.1, 16 threads", "0.05" },
};

/* All threads ask for the time of a slot, as often as they can. */
static struct crowd {
	pthread_barrier_t gate; /* the threads and the one who measures: begin and end of a slot */
	any_fn *function;       /* NULL: go home */
	batch_fn *ask;
	const void *question;
	atomic_bool stop;
	atomic_ulong calls;
} crowd;

static void *member(void *unused)
{
	(void)unused;
	for (;;) {
		unsigned long calls = 0;

		pthread_barrier_wait(&crowd.gate);
		if (crowd.function == NULL)
			return NULL;
		for (; !atomic_load_explicit(&crowd.stop, memory_order_relaxed); calls++)
			crowd.ask(crowd.function, crowd.question, 1);
		atomic_fetch_add(&crowd.calls, calls);
		pthread_barrier_wait(&crowd.gate);
	}
}

/* Nanoseconds a call, all threads together. */
static double slot(any_fn *function)
{
	static const struct timespec time = { .tv_nsec = SLOT_MS * 1000000L };
	double start, spent;

	crowd.function = function;
	atomic_store(&crowd.stop, false);
	atomic_store(&crowd.calls, 0);
	pthread_barrier_wait(&crowd.gate);
	start = now_ns();
	nanosleep(&time, NULL);
	atomic_store(&crowd.stop, true);
	spent = now_ns() - start;
	pthread_barrier_wait(&crowd.gate);
	return spent / (double)atomic_load(&crowd.calls);
}

static struct pair compare_crowds(batch_fn *ask, any_fn *libc, any_fn *ours, const void *question,
                                  unsigned size, size_t rounds)
{
	pthread_t threads[MAX_THREADS];
	double *a = malloc(rounds * sizeof *a);
	double *b = malloc(rounds * sizeof *b);
	struct pair pair;

	if (a == NULL || b == NULL)
		abort();
	crowd.ask = ask;
	crowd.question = question;
	pthread_barrier_init(&crowd.gate, NULL, size + 1);
	for (unsigned i = 0; i < size; i++)
		if (pthread_create(&threads[i], NULL, member, NULL) != 0)
			abort();
	for (size_t i = 0; i < rounds; i++) {
		a[i] = slot(libc);
		b[i] = slot(ours);
	}
	crowd.function = NULL;
	pthread_barrier_wait(&crowd.gate);
	for (unsigned i = 0; i < size; i++)
		pthread_join(threads[i], NULL);
	pthread_barrier_destroy(&crowd.gate);
	pair = pair_of(a, b, rounds);
	free(a);
	free(b);
	return pair;
}

int main(int argc, char **argv)
{
	size_t rounds = argc > 2 ? strtoul(argv[1], NULL, 10) : 0;
	void *library = dlopen("libc.so.6", RTLD_LAZY);
	any_fn *libc = library != NULL ? (any_fn *)dlsym(library, "getaddrinfo") : NULL;

	if (rounds == 0 || libc == NULL || libc == (any_fn *)getaddrinfo) {
		fprintf(stderr, "usage: throughput ROUNDS THREADS..., the object being preloaded\n");
		return 2;
	}
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		if (is_musl() && cases[i].ask == ask_name) {
			skip_row(cases[i].row, "musl's gethostbyname has one answer for all threads, and frees it");
			continue;
		}
		for (int j = 2; j < argc; j++) {
			unsigned size = (unsigned)strtoul(argv[j], NULL, 10);
			struct pair pair;

			if (size == 0 || size > MAX_THREADS)
				return 2;
			pair = compare_crowds(cases[i].ask, (any_fn *)dlsym(library, cases[i].function),
			                      (any_fn *)dlsym(RTLD_DEFAULT, cases[i].function),
			                      cases[i].question, size, rounds);
			point(cases[i].chart, "libc", size, "/s", 1e9 / pair.libc);
			point(cases[i].chart, "gaishim", size, "/s", 1e9 / pair.ours);
			if (cases[i].row != NULL && size == BAR_THREADS)
				row(cases[i].row, "us", pair.libc / 1e3, pair.ours / 1e3, pair.ratio, "-", cases[i].bar);
		}
	}
	return 0;
}
