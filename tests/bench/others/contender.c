/* SPDX-License-Identifier: MIT */
/*
 * One who takes part in compete.c: asks the question that it is told, that many times,
 * and says how long a call took. Built against glibc (plain, or with a preload),
 * against musl, and with -DCARES against c-ares; "contender malloc" is the floor: it
 * only allocates a node and frees it.
 *
 * Both sides of the pipe are one machine's: an order in, nanoseconds out, negative if
 * there is no answer. A few calls before the clock starts bring the caches back that
 * others have used meanwhile.
 */
#include "../order.h"

#include "../cases.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static bool floor_only;
static unsigned which; /* of the cases */

#ifdef CARES
#include <ares.h>
#include <poll.h>

static ares_channel files, nameservers;

struct reply {
	bool done;
	int status;
};

static void reply(void *argument, int status, int timeouts, struct ares_addrinfo *list)
{
	struct reply *to = argument;

	(void)timeouts;
	if (list != NULL)
		ares_freeaddrinfo(list);
	*to = (struct reply){ true, status };
}

/* The event loop, for hosts that are not answered at once. */
static void run_loop(ares_channel channel, const struct reply *reply)
{
	while (!reply->done) {
		ares_socket_t sockets[ARES_GETSOCK_MAXNUM];
		struct pollfd fds[ARES_GETSOCK_MAXNUM];
		int bits = ares_getsock(channel, sockets, ARES_GETSOCK_MAXNUM);
		nfds_t n = 0;

		for (int i = 0; i < ARES_GETSOCK_MAXNUM; i++)
			if (ARES_GETSOCK_READABLE(bits, i))
				fds[n++] = (struct pollfd){ .fd = sockets[i], .events = POLLIN };
		if (poll(fds, n, 1000) == 0)
			ares_process_fd(channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
		for (nfds_t i = 0; i < n; i++)
			if (fds[i].revents != 0)
				ares_process_fd(channel, fds[i].fd, ARES_SOCKET_BAD);
	}
}

/* At its best: it reads /etc/services for a port unless it is told that it is a
 * number; 1.18 asks nameservers for an IPv4 address of any family. What it does not
 * take for an address it may look for in /etc/hosts, and no further. */
static bool ask_once(const struct bench_case *c)
{
	struct ares_addrinfo_hints hints = { .ai_flags = 0 };
	struct reply answer = { .done = false };
	ares_channel channel = c->resolved ? nameservers : files;

	if (c->hints != NULL) {
		hints.ai_family = c->hints->ai_family;
		hints.ai_socktype = c->hints->ai_socktype;
	}
	if (!c->resolved && strchr(c->host, ':') == NULL)
		hints.ai_family = AF_INET;
	if (c->service != NULL && strspn(c->service, "0123456789") == strlen(c->service))
		hints.ai_flags = ARES_AI_NUMERICSERV;
	ares_getaddrinfo(channel, c->host, c->service, &hints, reply, &answer);
	run_loop(channel, &answer);
	return answer.status == ARES_SUCCESS;
}

static bool start(void)
{
	struct ares_options options = { .lookups = (char[]){ "f" } };

	return ares_library_init(ARES_LIB_INIT_ALL) == ARES_SUCCESS && ares_init(&nameservers) == ARES_SUCCESS
	       && ares_init_options(&files, &options, ARES_OPT_LOOKUPS) == ARES_SUCCESS;
}
#else
/* An answer of each size is kept: no program's heap is empty, and musl's allocator
 * unmaps what it has all back. */
static struct addrinfo *kept[CASES];

static bool ask_once(const struct bench_case *c)
{
	struct addrinfo *list;

	if (floor_only) {
		void *volatile node = malloc(sizeof(struct addrinfo) + sizeof(struct sockaddr));

		free(node);
		return true;
	}
	if (getaddrinfo(c->host, c->service, c->hints, &list) != 0)
		return false;
	if (kept[which] == NULL)
		kept[which] = list;
	else
		freeaddrinfo(list);
	return true;
}

static bool start(void)
{
	return true;
}
#endif

static double now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

int main(int argc, char **argv)
{
	struct order order;

	floor_only = argc == 2 && strcmp(argv[1], "malloc") == 0;
	if (!start())
		return 1;
	while (read(STDIN_FILENO, &order, sizeof order) == sizeof order) {
		struct bench_case c = cases[order.which];
		double spent;

		which = order.which;
		if (order.host[0] != '\0')
			c = (struct bench_case){ "", order.host, "80", &stream, "-", true };
		spent = ask_once(&c) ? 0 : -1;
		for (unsigned i = 0; spent == 0 && i < order.calls / 8; i++)
			ask_once(&c);
		if (spent == 0 && order.calls > 0) {
			double begun = now_ns();

			for (unsigned i = 0; i < order.calls; i++)
				ask_once(&c);
			spent = (now_ns() - begun) / order.calls;
		}
		if (write(STDOUT_FILENO, &spent, sizeof spent) != sizeof spent)
			return 1;
	}
	return 0;
}
