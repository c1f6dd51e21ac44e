/* SPDX-License-Identifier: MIT
 *
 * What scripts/demo measures, a subcommand each. Figures go to stdout.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dlfcn.h>
#include <err.h>
#include <locale.h>
#include <net/if.h>
#include <netdb.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { NOT_POSSIBLE_HERE = 125 };

static pthread_barrier_t start;
static bool stop;

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int lookup(const char *host)
{
	struct addrinfo *list;
	int code = getaddrinfo(host, "80", NULL, &list);

	if (code == 0)
		freeaddrinfo(list);
	return code;
}

static void *lookup_until_stopped(void *calls)
{
	long n = 0;

	pthread_barrier_wait(&start);
	for (; !__atomic_load_n(&stop, __ATOMIC_RELAXED); n++)
		if (lookup("127.0.0.1") != 0)
			errx(1, "127.0.0.1 was not resolved");
	*(long *)calls = n;
	return NULL;
}

static void *lookup_once(void *host)
{
	pthread_barrier_wait(&start);
	return lookup(host) == 0 ? host : NULL;
}

/* Threads that do body(arg + i * stride), released together. */
static void spawn(pthread_t *threads, int count, void *(*body)(void *), char *arg, size_t stride)
{
	pthread_barrier_init(&start, NULL, (unsigned)count + 1);
	for (int i = 0; i < count; i++)
		if (pthread_create(&threads[i], NULL, body, arg + (size_t)i * stride) != 0)
			errx(1, "no more than %d threads", i);
	pthread_barrier_wait(&start);
}

/* numeric THREADS: microseconds a call. */
static int numeric(char **argv)
{
	int count = atoi(argv[0]);
	pthread_t threads[64];
	long calls[64], total = 0;

	if (count < 1 || count > 64)
		errx(2, "1 to 64 threads");
	spawn(threads, count, lookup_until_stopped, (char *)calls, sizeof calls[0]);
	double begin = now();
	usleep(500 * 1000);
	__atomic_store_n(&stop, true, __ATOMIC_RELAXED);
	for (int i = 0; i < count; i++) {
		pthread_join(threads[i], NULL);
		total += calls[i];
	}
	printf("%.2f\n", (now() - begin) * 1e6 / (double)total);
	return 0;
}

/* forks CHILDREN: how many of them hang in a lookup of 127.0.0.1, forked while
 * threads of the parent do the same. */
static int forks(char **argv)
{
	int children = atoi(argv[0]), hanging = 0, status;
	pthread_t threads[16];
	long calls[16];

	spawn(threads, 16, lookup_until_stopped, (char *)calls, sizeof calls[0]);
	for (int i = 0; i < children; i++) {
		usleep(10 * 1000);
		switch (fork()) {
		case -1:
			err(1, "fork");
		case 0:
			alarm(2); /* ends a child that hangs */
			_exit(lookup("127.0.0.1") != 0);
		}
	}
	while (wait(&status) > 0)
		hanging += WIFSIGNALED(status);
	printf("%d\n", hanging);
	return 0;
}

/* herd THREADS HOST: answers, lookups that reached the resolver, milliseconds. */
static int herd(char **argv)
{
	int count = atoi(argv[0]), answers = 0;
	const int *lookups = dlsym(RTLD_DEFAULT, "demo_lookups");
	pthread_t *threads = calloc((size_t)count, sizeof *threads);

	if (lookups == NULL || threads == NULL)
		errx(1, "the resolver is not preloaded");
	spawn(threads, count, lookup_once, argv[1], 0);
	double begin = now();
	for (int i = 0; i < count; i++) {
		void *answered;
		pthread_join(threads[i], &answered);
		answers += answered != NULL;
	}
	printf("%d %d %.0f\n", answers, *lookups, (now() - begin) * 1e3);
	free(threads);
	return 0;
}

static void hung(int unused)
{
	(void)unused;
	(void)!write(STDOUT_FILENO, "hangs\n", 6);
	_exit(0);
}

/* plugin FILE: milliseconds to load it, or hangs. */
static int plugin(char **argv)
{
	if (setlocale(LC_ALL, "C.UTF-8") == NULL)
		return NOT_POSSIBLE_HERE;
	signal(SIGALRM, hung);
	alarm(2);
	double begin = now();
	void *handle = dlopen(argv[0], RTLD_NOW);
	const int *code = handle != NULL ? dlsym(handle, "demo_code") : NULL;
	if (code == NULL)
		errx(1, "%s", dlerror());
	if (*code != 0)
		errx(1, "%s", gai_strerror(*code));
	printf("%.1f ms\n", (now() - begin) * 1e3);
	return 0;
}

/* alone COMMAND [ARG...]: runs it where only loopback is up. */
static int alone(char **argv)
{
	struct ifreq lo = { .ifr_name = "lo", .ifr_flags = IFF_UP };

	if (unshare(CLONE_NEWNET) != 0 && unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0)
		return NOT_POSSIBLE_HERE;
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || ioctl(fd, SIOCSIFFLAGS, &lo) != 0)
		return NOT_POSSIBLE_HERE;
	execvp(argv[0], argv);
	err(127, "%s", argv[0]);
}

/* serve: leaves a web server on 127.0.0.1, for a minute at most; prints its
 * port and pid. */
static int serve(char **argv)
{
	static const char reply[] = "HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\nhello\n";
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t length = sizeof address;
	char request[4096];
	int listener = socket(AF_INET, SOCK_STREAM, 0);

	(void)argv;
	if (bind(listener, (struct sockaddr *)&address, length) != 0 || listen(listener, 16) != 0
	    || getsockname(listener, (struct sockaddr *)&address, &length) != 0)
		err(1, "127.0.0.1");
	pid_t pid = fork();
	if (pid != 0) {
		printf("%d %d\n", ntohs(address.sin_port), (int)pid);
		return pid < 0;
	}
	close(STDOUT_FILENO); /* whoever reads the line waits for its end */
	alarm(60);
	for (;;) {
		int client = accept(listener, NULL, NULL);
		if (read(client, request, sizeof request) > 0)
			(void)!write(client, reply, sizeof reply - 1);
		close(client);
	}
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		int operands;
		int (*run)(char **argv);
	} command[] = {
		{ "numeric", 1, numeric }, { "forks", 1, forks }, { "herd", 2, herd },
		{ "plugin", 1, plugin },   { "alone", 1, alone }, { "serve", 0, serve },
	};

	for (size_t i = 0; argc > 1 && i < sizeof command / sizeof command[0]; i++)
		if (strcmp(argv[1], command[i].name) == 0 && argc - 2 >= command[i].operands)
			return command[i].run(argv + 2);
	errx(2, "see scripts/demo");
}
