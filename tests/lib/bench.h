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

#include <netdb.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef int getaddrinfo_fn(const char *, const char *, const struct addrinfo *, struct addrinfo **);

double now_ns(void);

double median(const double *values, size_t n);

/* Two things measured in turn. Noise that lasts longer than a round is in both
 * and cancels in the median of the rounds' quotients (and differences). */
struct pair {
	double libc, ours, ratio, difference;
};

struct pair pair_of(const double *libc, const double *ours, size_t n);

void row(const char *name, const char *unit, double libc, double ours, double figure, const char *figure_unit, const char *bar);

void skip_row(const char *name, const char *reason);

void point(const char *chart, const char *contender, size_t x, const char *unit, double value);

struct question {
	const char *host, *service;
	const struct addrinfo *hints;
};

void ask_by(getaddrinfo_fn *get, const struct question *q);

/* The getaddrinfo that stands behind the shim in the library that holds SYMBOL. */
getaddrinfo_fn *next_in(const void *symbol);

struct pair compare(getaddrinfo_fn *libc, getaddrinfo_fn *ours, const struct question *q, size_t rounds);

/* Any function: a batch calls it by its own type. */
typedef void any_fn(void);

/* Asks FUNCTION for QUESTION, N times. */
typedef void batch_fn(any_fn *function, const void *question, size_t n);

/* The same for other functions than getaddrinfo. */
struct pair compare_by(batch_fn *batch, any_fn *libc, any_fn *ours, const void *question, size_t rounds);

#endif
