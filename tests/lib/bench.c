/* SPDX-License-Identifier: MIT */
#include "bench.h"

#include <dlfcn.h>
#include <math.h>

double now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static int compare_doubles(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

double median(const double *values, size_t n)
{
	double *sorted = malloc(n * sizeof *sorted);
	double middle;

	if (sorted == NULL)
		abort();
	memcpy(sorted, values, n * sizeof *sorted);
	qsort(sorted, n, sizeof *sorted, compare_doubles);
	middle = (sorted[n / 2] + sorted[(n - 1) / 2]) / 2;
	free(sorted);
	return middle;
}

struct pair pair_of(const double *libc, const double *ours, size_t n)
{
	double *ratio = malloc(n * sizeof *ratio);
	double *difference = malloc(n * sizeof *difference);
	struct pair pair;

	if (ratio == NULL || difference == NULL)
		abort();
	for (size_t i = 0; i < n; i++) {
		ratio[i] = ours[i] / libc[i];
		difference[i] = ours[i] - libc[i];
	}
	pair.libc = median(libc, n);
	pair.ours = median(ours, n);
	pair.ratio = median(ratio, n);
	pair.difference = median(difference, n);
	free(ratio);
	free(difference);
	return pair;
}

void row(const char *name, const char *unit, double libc, double ours,
                       double figure, const char *figure_unit, const char *bar)
{
	printf("%s\t%s\t%.4g\t%.4g\t%.4g\t%s\t%s\n", name, unit, libc, ours, figure, figure_unit, bar);
	fflush(stdout);
}

void skip_row(const char *name, const char *reason)
{
	printf("skip\t%s\t%s\n", name, reason);
	fflush(stdout);
}

void point(const char *chart, const char *contender, size_t x, const char *unit, double value)
{
	printf("point\t%s\t%s\t%zu\t%s\t%.4g\n", chart, contender, x, unit, value);
	fflush(stdout);
}

void ask_by(getaddrinfo_fn *get, const struct question *q)
{
	struct addrinfo *list;

	if (get(q->host, q->service, q->hints, &list) == 0)
		freeaddrinfo(list);
}

static void ask_addrinfo(any_fn *get, const void *question, size_t n)
{
	for (size_t i = 0; i < n; i++)
		ask_by((getaddrinfo_fn *)get, question);
}

/* Nanoseconds a call, of n calls. */
static double time_batch(batch_fn *batch, any_fn *function, const void *question, size_t n)
{
	double start = now_ns();

	batch(function, question, n);
	return (now_ns() - start) / (double)n;
}

getaddrinfo_fn *next_in(const void *symbol)
{
	Dl_info where;

	if (symbol == NULL || dladdr(symbol, &where) == 0)
		return NULL;
	return (getaddrinfo_fn *)dlsym(dlopen(where.dli_fname, RTLD_LAZY), "getaddrinfo");
}

/* How many calls take some 50 us: long beside the clock, short beside a time slice. */
static size_t batch_size(batch_fn *batch, any_fn *function, const void *question)
{
	double best = INFINITY;

	for (int i = 0; i < 50; i++)
		best = fmin(best, time_batch(batch, function, question, 20));
	return 1 + (size_t)(50e3 / best);
}

struct pair compare_by(batch_fn *batch, any_fn *libc, any_fn *ours, const void *question, size_t rounds)
{
	double *a = malloc(rounds * sizeof *a);
	double *b = malloc(rounds * sizeof *b);
	size_t na = batch_size(batch, libc, question), nb = batch_size(batch, ours, question);
	struct pair pair;

	if (a == NULL || b == NULL)
		abort();
	for (size_t i = 0; i < rounds; i++) {
		if (i % 2 == 0)
			a[i] = time_batch(batch, libc, question, na);
		b[i] = time_batch(batch, ours, question, nb);
		if (i % 2 != 0)
			a[i] = time_batch(batch, libc, question, na);
	}
	pair = pair_of(a, b, rounds);
	free(a);
	free(b);
	return pair;
}

struct pair compare(getaddrinfo_fn *libc, getaddrinfo_fn *ours, const struct question *q, size_t rounds)
{
	return compare_by(ask_addrinfo, (any_fn *)libc, (any_fn *)ours, q, rounds);
}
