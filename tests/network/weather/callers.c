/* SPDX-License-Identifier: MIT */
/*
 * Herds of callers in one process, one herd after the other:
 *
 *   callers <HERDS
 *
 * A herd is a line of stdin:
 *
 *   CALLERS GAP HOST...
 *
 * So many threads ask, GAP milliseconds apart (0: at once, when all of them are there);
 * where there are several hosts, the callers take them in turn. A HOST may be CALL/HOST, as
 * lookup.h says. The next herd begins when the last caller is back. Prints a line a caller, as
 * lookup.h says; WHO is the word HOST.
 */
#include "lookup.h"

#include <err.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STACK = 256 * 1024 };

static pthread_barrier_t start;

static void *ask_at_once(void *host)
{
	pthread_barrier_wait(&start);
	lookup_timed(host, host);
	return NULL;
}

static void *ask_now(void *host)
{
	lookup_timed(host, host);
	return NULL;
}

/* Sleeps until that many milliseconds after the moment, whatever the calls before took. */
static void sleep_until(struct timespec moment, long ms)
{
	moment.tv_sec += (moment.tv_nsec / 1000000 + ms) / 1000;
	moment.tv_nsec = (moment.tv_nsec + ms * 1000000) % 1000000000;
	clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &moment, NULL);
}

/* The hosts are words of a line. */
static void herd(unsigned callers, long gap, char *hosts)
{
	pthread_t *threads = calloc(callers, sizeof *threads);
	char **words = calloc(callers, sizeof *words);
	unsigned n = 0;
	pthread_attr_t small;
	struct timespec first;

	if (threads == NULL || words == NULL)
		err(1, "calloc");
	while (n < callers && (words[n] = strtok(hosts, " \n")) != NULL) {
		hosts = NULL;
		n++;
	}
	if (n == 0)
		errx(2, "a herd without a host");
	pthread_attr_init(&small);
	pthread_attr_setstacksize(&small, STACK);
	pthread_barrier_init(&start, NULL, callers);
	clock_gettime(CLOCK_MONOTONIC, &first);
	for (unsigned i = 0; i < callers; i++) {
		void *(*caller)(void *) = gap > 0 ? ask_now : ask_at_once;

		if (gap > 0)
			sleep_until(first, (long)i * gap);
		if (pthread_create(&threads[i], &small, caller, words[i % n]) != 0)
			errx(1, "no more than %u threads here", i);
	}
	for (unsigned i = 0; i < callers; i++)
		pthread_join(threads[i], NULL);
	pthread_barrier_destroy(&start);
	free(words);
	free(threads);
}

int main(void)
{
	char *line = NULL;
	size_t size = 0;

	begin();
	while (getline(&line, &size, stdin) > 0) {
		char *rest;
		unsigned callers = (unsigned)strtoul(line, &rest, 10);
		long gap = strtol(rest, &rest, 10);

		if (callers == 0 || gap < 0)
			errx(2, "usage: callers, with lines on stdin: CALLERS GAP HOST...");
		herd(callers, gap, rest);
	}
	free(line);
	return 0;
}
