/* SPDX-License-Identifier: MIT */
/*
 * A caller who comes while others are in slow lookups:
 *
 *   line SLOW CALL CALL/HOST
 *
 * SLOW threads are in CALL, each for a host of its own whose answer takes a second (dns.py).
 * Another thread then asks the last argument, as lookup.h has it, and prints
 *
 *   CALL/HOST MILLISECONDS OUT CODE ANSWER
 *
 * OUT is how many of the slow lookups were not back yet when it had its answer. The slow
 * lookups are not waited for.
 */
#include "host_calls.h"
#include "times.h"

#include <arpa/inet.h>
#include <err.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { STACK = 256 * 1024 };

static const char *slow_call;
static atomic_uint gone_in, back;

static void *ask_slow(void *number)
{
	struct host_reply reply;
	char host[64];

	/* 10.2.100.N takes 100 times ten milliseconds. */
	snprintf(host, sizeof host,
	         strstr(slow_call, "addr") != NULL ? "10.2.100.%zu" : "slow-1000-%zu.test", (size_t)number);
	atomic_fetch_add(&gone_in, 1);
	host_call(slow_call, host, AF_INET, 0, &reply);
	atomic_fetch_add(&back, 1);
	return NULL;
}

static void start_slow(unsigned n)
{
	pthread_attr_t small;
	pthread_t thread;

	pthread_attr_init(&small);
	pthread_attr_setstacksize(&small, STACK);
	for (size_t i = 0; i < n; i++)
		if (pthread_create(&thread, &small, ask_slow, (void *)i) != 0)
			errx(1, "no more than %zu threads here", i);
	while (atomic_load(&gone_in) < n)
		nap(1);
	nap(100); /* they have sent their queries */
}

/* The first lookup of a thread has more to do, and is not counted. It asks a form that takes no
 * lock. */
static void ask_first(const char *call, const char *host)
{
	struct host_reply reply;

	host_call(strstr(call, "addr") != NULL ? "gethostbyaddr_r" : "gethostbyname_r", host, AF_INET, 0, &reply);
	if (reply.code != 0)
		errx(1, "%s: code %d", host, reply.code);
}

int main(int argc, char **argv)
{
	unsigned slow = argc == 4 ? (unsigned)strtoul(argv[1], NULL, 10) : 0, out;
	char *host = argc == 4 ? strchr(argv[3], '/') : NULL;
	static struct host_reply reply;
	char answer[INET_ADDRSTRLEN] = "-";
	double start, took;

	if (slow == 0 || host == NULL)
		errx(2, "usage: line SLOW CALL CALL/HOST");
	*host++ = '\0';
	slow_call = argv[2];
	ask_first(argv[3], host);
	start_slow(slow);
	start = now();
	host_call(argv[3], host, AF_INET, 0, &reply);
	took = now() - start;
	out = slow - atomic_load(&back);
	if (reply.code == 0)
		inet_ntop(AF_INET, *reply.host->h_addr_list, answer, sizeof answer);
	printf("%s/%s %.*g %u %d %s\n", argv[3], host, took < 1 ? 4 : 6, took * 1000, out, reply.code, answer);
	fflush(stdout);
	_exit(0); /* the slow ones are still out */
}
