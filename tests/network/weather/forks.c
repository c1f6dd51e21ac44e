/* SPDX-License-Identifier: MIT */
/*
 * Children of a process whose threads are inside lookups of each call, all the time:
 *
 *   forks CHILDREN SECONDS KIND WHO
 *
 * The threads look up hosts and addresses that take KIND milliseconds, or several.test, which has
 * several addresses in /etc/hosts: libc takes its lock around the list of interfaces to sort them.
 * A child makes one call, each the next one of the list, and is ended when that takes longer
 * than so many seconds. Prints a line "CALL CHILDREN HUNG WRONG DOUBT STUCK" for each call, and at
 * last "fork MEDIAN 99% WORST", in milliseconds. A child is in doubt whose lookup was made on a
 * thread: that thread waits a moment for the next one. Such a child is stuck if it inherited a lock
 * that nobody releases: then it has no answer after 30 seconds.
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
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CALLS = 10, THREADS_EACH = 3, AT_ONCE = 16, WRONG = 1, DOUBT = 2, STUCK = 4, SEVERAL = 5 /* addresses */ };

static const char *const names[CALLS] = {
	"getaddrinfo", "gethostbyname", "gethostbyname_r", "gethostbyname2", "gethostbyname2_r",
	"gethostbyaddr", "gethostbyaddr_r", "getnameinfo", "getaddrinfo/several", "getaddrinfo/addrconfig",
};
static const char several[] = "several.test";
static const char address[] = "192.0.2.7", name[] = "name.test"; /* see dns.py */

static bool is_right_list(struct addrinfo *list)
{
	const struct sockaddr_in *in = (const struct sockaddr_in *)list->ai_addr;
	bool right = in->sin_addr.s_addr == inet_addr(address);

	freeaddrinfo(list);
	return right;
}

static bool has_several(struct addrinfo *list)
{
	int n = 0;

	for (const struct addrinfo *node = list; node != NULL; node = node->ai_next)
		n++;
	freeaddrinfo(list);
	return n == SEVERAL;
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
	case 7:
		return getnameinfo((struct sockaddr *)&in, sizeof in, buffer, sizeof buffer, NULL, 0, 0) == 0
		       && strcmp(buffer, name) == 0;
	case 9:
		hints.ai_flags = AI_ADDRCONFIG;
		/* fallthrough */
	default:
		hints.ai_family = AF_UNSPEC;
		return getaddrinfo(several, "http", &hints, &list) == 0 && has_several(list);
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

static void start_churners(const char *kind, const char *who)
{
	static struct churner churners[CALLS][THREADS_EACH];

	for (size_t call = 0; call < CALLS; call++)
		for (size_t i = 0; i < THREADS_EACH; i++) {
			struct churner *churner = &churners[call][i];
			pthread_t thread;

			/* The last two calls are of several.test always. */
			churner->call = call < 8 || strcmp(kind, "several") == 0 ? call : 0;
			if (strcmp(kind, "several") == 0)
				strcpy(churner->host, several);
			else
				snprintf(churner->host, sizeof churner->host, "slow-%s-%zu-%zu-%s.test", kind, call, i, who);
			snprintf(churner->reverse, sizeof churner->reverse, "10.2.%d.%zu", atoi(kind) / 10, i);
			if (pthread_create(&thread, NULL, churn, churner) != 0)
				errx(1, "no thread");
		}
}

static struct tally {
	size_t children, hung, wrong, doubt, stuck;
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
		if (WIFEXITED(status)) {
			tally->wrong += (WEXITSTATUS(status) & WRONG) != 0;
			tally->doubt += (WEXITSTATUS(status) & DOUBT) != 0;
			tally->stuck += (WEXITSTATUS(status) & STUCK) != 0;
		} else if (WTERMSIG(status) == SIGALRM) {
			tally->hung++;
		} else {
			tally->wrong++;
		}
		return i;
	}
	errx(1, "an unknown child");
}

static bool has_threads(void)
{
	struct stat state;

	return stat("/proc/self/task", &state) == 0 && state.st_nlink > 3; /* ., .. and the first one */
}

/* Returns the status that the child shall end with. */
static int make_child_call(size_t call, const char *host)
{
	double start = now();
	bool right = make_call(call, host, address);

	if (!has_threads())
		return right ? 0 : WRONG;
	return DOUBT | (right ? 0 : now() - start >= 29 ? STUCK : WRONG);
}

static int compare(const void *a, const void *b)
{
	double difference = *(const double *)a - *(const double *)b;

	return (difference > 0) - (difference < 0);
}

int main(int argc, char **argv)
{
	size_t children = argc == 5 ? (size_t)atoi(argv[1]) : 0;
	double *took = calloc(children + 1, sizeof *took);
	char host[64];

	if (children == 0 || took == NULL)
		errx(2, "usage: forks CHILDREN SECONDS KIND WHO");
	snprintf(host, sizeof host, "child-%s.test", argv[4]);
	start_churners(argv[3], argv[4]);
	nap(200);
	for (size_t i = 0; i < children; i++) {
		size_t place = i < AT_ONCE ? i : reap(), call = i % CALLS;
		double start = now();
		pid_t pid = fork();

		took[i] = now() - start;
		if (pid == 0) {
			alarm((unsigned)atoi(argv[2]));
			_exit(make_child_call(call, host));
		}
		if (pid < 0)
			err(1, "fork");
		running[place].pid = pid;
		running[place].call = call;
	}
	for (size_t i = 0; i < AT_ONCE && i < children; i++)
		reap();
	for (size_t call = 0; call < CALLS; call++)
		printf("%s %zu %zu %zu %zu %zu\n", names[call], tallies[call].children, tallies[call].hung,
		       tallies[call].wrong, tallies[call].doubt, tallies[call].stuck);
	qsort(took, children, sizeof *took, compare);
	printf("fork %.2f %.2f %.2f\n", 1000 * took[children / 2], 1000 * took[children * 99 / 100],
	       1000 * took[children - 1]);
	fflush(stdout);
	_exit(0); /* without waiting for the threads */
}
