/* SPDX-License-Identifier: MIT */
/*
 * What the benchmarks share: clocks, medians, and the rows they print for
 * scripts/dev/bench. A row is its fields apart by tabs, a dash for none:
 *
 *   case  unit  libc  gaishim  figure  figure's unit  bar
 *
 * or "skip", the case and the reason. The figure is what the bar is for. What is
 * measured over a range of sizes, or of more than two contenders, is a point of a
 * chart each:
 *
 *   point  chart  contender  x  unit  value
 */
#ifndef BENCH_H
#define BENCH_H

#include <dlfcn.h>
#include <math.h>
#include <netdb.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef int getaddrinfo_fn(const char *, const char *, const struct addrinfo *, struct addrinfo **);

static inline double now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static inline int compare_doubles(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static inline double median(const double *values, size_t n)
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

/* Two things measured in turn. Noise that lasts longer than a round is in both
 * and cancels in the median of the rounds' quotients (and differences). */
struct pair {
	double libc, ours, ratio, difference;
};

static inline struct pair pair_of(const double *libc, const double *ours, size_t n)
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

static inline void row(const char *name, const char *unit, double libc, double ours,
                       double figure, const char *figure_unit, const char *bar)
{
	printf("%s\t%s\t%.4g\t%.4g\t%.4g\t%s\t%s\n", name, unit, libc, ours, figure, figure_unit, bar);
	fflush(stdout);
}

static inline void skip_row(const char *name, const char *reason)
{
	printf("skip\t%s\t%s\n", name, reason);
	fflush(stdout);
}

static inline void point(const char *chart, const char *contender, size_t x, const char *unit, double value)
{
	printf("point\t%s\t%s\t%zu\t%s\t%.4g\n", chart, contender, x, unit, value);
	fflush(stdout);
}

struct question {
	const char *host, *service;
	const struct addrinfo *hints;
};

static inline void ask(getaddrinfo_fn *get, const struct question *q)
{
	struct addrinfo *list;

	if (get(q->host, q->service, q->hints, &list) == 0)
		freeaddrinfo(list);
}

/* Nanoseconds a call, of n calls. */
static inline double batch(getaddrinfo_fn *get, const struct question *q, size_t n)
{
	double start = now_ns();

	for (size_t i = 0; i < n; i++)
		ask(get, q);
	return (now_ns() - start) / (double)n;
}

/* The getaddrinfo that stands behind the shim in the library that holds SYMBOL. */
static inline getaddrinfo_fn *next_in(const void *symbol)
{
	Dl_info where;

	if (symbol == NULL || dladdr(symbol, &where) == 0)
		return NULL;
	return (getaddrinfo_fn *)dlsym(dlopen(where.dli_fname, RTLD_LAZY), "getaddrinfo");
}

/* How many calls take some 50 us: long beside the clock, short beside a time slice. */
static inline size_t batch_size(getaddrinfo_fn *get, const struct question *q)
{
	double best = INFINITY;

	for (int i = 0; i < 50; i++)
		best = fmin(best, batch(get, q, 20));
	return 1 + (size_t)(50e3 / best);
}

static inline struct pair compare(getaddrinfo_fn *libc, getaddrinfo_fn *ours,
                                  const struct question *q, size_t rounds)
{
	double *a = malloc(rounds * sizeof *a);
	double *b = malloc(rounds * sizeof *b);
	size_t na = batch_size(libc, q), nb = batch_size(ours, q);
	struct pair pair;

	if (a == NULL || b == NULL)
		abort();
	for (size_t i = 0; i < rounds; i++) {
		if (i % 2 == 0)
			a[i] = batch(libc, q, na);
		b[i] = batch(ours, q, nb);
		if (i % 2 != 0)
			a[i] = batch(libc, q, na);
	}
	pair = pair_of(a, b, rounds);
	free(a);
	free(b);
	return pair;
}

#endif
