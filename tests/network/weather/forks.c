/* SPDX-License-Identifier: MIT */
/*
 * Children of a process whose threads are inside lookups of each call, all the time:
 *
 *   forks CHILDREN SECONDS WHO
 *
 * The threads look up hosts and addresses that take 0, 20 and 300 ms. A child makes one call,
 * each the next one of the list, and is ended when that takes longer than so many seconds.
 * Prints a line "CALL CHILDREN HUNG WRONG" for each call.
 */
#include "times.h"

#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <netdb.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CALLS = 8, AT_ONCE = 16, WRONG = 1 };

static const char *const names[CALLS] = {
	"getaddrinfo", "gethostbyname", "gethostbyname_r", "gethostbyname2", "gethostbyname2_r",
	"gethostbyaddr", "gethostbyaddr_r", "getnameinfo",
};
static const char address[] = "192.0.2.7", name[] = "name.test"; /* see dns.py */

static bool is_right_list(struct addrinfo *list)
{
	const struct sockaddr_in *in = (const struct sockaddr_in *)list->ai_addr;
	bool right = in->sin_addr.s_addr == inet_addr(address);

	freeaddrinfo(list);
	return right;
}

static bool is_right(const struct hostent *answer)
{
	return answer != NULL && memcmp(answer->h_addr_list[0], &(in_addr_t){ inet_addr(address) }, 4) == 0;
}

static bool is_named(const struct hostent *answer)
{
	return answer != NULL && strcmp(answer->h_name, name) == 0;
}

/* The calls of addresses ask for REVERSE instead of HOST. */
static bool make_call(size_t call, const char *host, const char *reverse)
{
	struct addrinfo hints = { .ai_family = AF_INET, .ai_socktype = SOCK_STREAM }, *list;
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_addr = { inet_addr(reverse) } };
	struct hostent ret, *answer = NULL;
	char buffer[2048];
	int h_error = 0;

	switch (call) {
	case 0:
		return getaddrinfo(host, "80", &hints, &list) == 0 && is_right_list(list);
	case 1:
		return is_right(gethostbyname(host));
	case 2:
		gethostbyname_r(host, &ret, buffer, sizeof buffer, &answer, &h_error);
		return is_right(answer);
	case 3:
		return is_right(gethostbyname2(host, AF_INET));
	case 4:
		gethostbyname2_r(host, AF_INET, &ret, buffer, sizeof buffer, &answer, &h_error);
		return is_right(answer);
	case 5:
		return is_named(gethostbyaddr(&in.sin_addr, 4, AF_INET));
	case 6:
		gethostbyaddr_r(&in.sin_addr, 4, AF_INET, &ret, buffer, sizeof buffer, &answer, &h_error);
		return is_named(answer);
	default:
		return getnameinfo((struct sockaddr *)&in, sizeof in, buffer, sizeof buffer, NULL, 0, 0) == 0
		       && strcmp(buffer, name) == 0;
	}
}

struct churner {
	size_t call;
	char host[64], reverse[32];
};

static _Noreturn void *churn(void *arg)
{
	struct churner *churner = arg;

	for (;;)
		make_call(churner->call, churner->host, churner->reverse);
}

static void start_churners(const char *who)
{
	static const int delays[] = { 0, 20, 300 };
	static struct churner churners[CALLS][3];

	for (size_t call = 0; call < CALLS; call++)
		for (size_t i = 0; i < 3; i++) {
			struct churner *churner = &churners[call][i];
			pthread_t thread;

			churner->call = call;
			snprintf(churner->host, sizeof churner->host, "slow-%d-%zu-%s.test", delays[i], call, who);
			snprintf(churner->reverse, sizeof churner->reverse, "10.2.%d.7", delays[i] / 10);
			if (pthread_create(&thread, NULL, churn, churner) != 0)
				errx(1, "no thread");
		}
}

static struct tally {
	size_t children, hung, wrong;
} tallies[CALLS];
static struct { pid_t pid; size_t call; } running[AT_ONCE];

/* Waits for one of the children. Returns its place. */
static size_t reap(void)
{
	int status;
	pid_t pid = wait(&status);

	for (size_t i = 0; i < AT_ONCE; i++) {
		struct tally *tally = &tallies[running[i].call];

		if (running[i].pid != pid)
			continue;
		running[i].pid = 0;
		tally->children++;
		tally->hung += WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM;
		tally->wrong += status != 0 && !(WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM);
		return i;
	}
	errx(1, "an unknown child");
}

int main(int argc, char **argv)
{
	size_t children = argc == 4 ? (size_t)atoi(argv[1]) : 0;
	char host[64];

	if (children == 0)
		errx(2, "usage: forks CHILDREN SECONDS WHO");
	snprintf(host, sizeof host, "child-%s.test", argv[3]);
	start_churners(argv[3]);
	nap(200);
	for (size_t i = 0; i < children; i++) {
		size_t place = i < AT_ONCE ? i : reap(), call = i % CALLS;
		pid_t pid = fork();

		if (pid == 0) {
			alarm((unsigned)atoi(argv[2]));
			_exit(make_call(call, host, address) ? 0 : WRONG);
		}
		if (pid < 0)
			err(1, "fork");
		running[place].pid = pid;
		running[place].call = call;
	}
	for (size_t i = 0; i < AT_ONCE && i < children; i++)
		reap();
	for (size_t call = 0; call < CALLS; call++)
		printf("%s %zu %zu %zu\n", names[call], tallies[call].children, tallies[call].hung, tallies[call].wrong);
	fflush(stdout);
	_exit(0); /* without waiting for the threads */
}
