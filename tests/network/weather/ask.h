/* SPDX-License-Identifier: MIT */
/*
 * The programs of this folder look hosts up and tell how that went, a line a lookup:
 *
 *   WHO STARTED TOOK CODE ADDRESS
 *
 * STARTED is in seconds since the program began, TOOK how many seconds the lookup took;
 * CODE is getaddrinfo's, ADDRESS the first one of the answer, or a dash.
 */
#ifndef ASK_H
#define ASK_H

#include <arpa/inet.h>
#include <netdb.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

/* Longer than any lookup here takes, with libc or without. */
enum { LONGEST = 60 };

static double begun;

static inline double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* A program calls it first. A program that hangs is ended by a signal. */
static inline void begin(void)
{
	begun = seconds();
	alarm(LONGEST);
}

static inline void nap(int ms)
{
	struct timespec t = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L };

	nanosleep(&t, NULL);
}

/* Looks HOST up and tells of it as WHO, with one write: a child of a fork may not touch
 * the lock of stdout. Any thread may call. */
static inline void ask(const char *who, const char *host)
{
	static const struct addrinfo stream = { .ai_socktype = SOCK_STREAM };
	char address[INET6_ADDRSTRLEN] = "-", line[200];
	struct addrinfo *list = NULL;
	double start = seconds(), took;
	int code, length;

	code = getaddrinfo(host, "80", &stream, &list);
	took = seconds() - start;
	if (code == 0) {
		getnameinfo(list->ai_addr, list->ai_addrlen, address, sizeof address, NULL, 0,
			    NI_NUMERICHOST);
		freeaddrinfo(list);
	}
	length = snprintf(line, sizeof line, "%s %.3f %.6f %d %s\n", who, start - begun, took, code,
			  address);
	if (length > 0 && write(STDOUT_FILENO, line, (size_t)length) != length)
		_exit(99);
}

#endif
