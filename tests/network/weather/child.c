/* SPDX-License-Identifier: MIT */
/*
 * A child that is made while a thread looks HOST up, others wait for it, and others look
 * other hosts up; the child looks HOST up, too:
 *
 *   child fork|_Fork|clone HOST
 *
 * _Fork runs no fork handlers, and clone is the bare system call. Prints a line "child" as
 * lookup.h says; with fork, libhandler.c's "handler" comes before it. The exit status is 77
 * if libc has no _Fork.
 */
#include "lookup.h"
#include "times.h"

#include <dlfcn.h>
#include <err.h>
#include <netdb.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SAME = 3, OTHERS = 5 };

static const char *host;

static void *look_up(void *name)
{
	static const struct addrinfo stream = { .ai_socktype = SOCK_STREAM };
	struct addrinfo *list;

	if (getaddrinfo(name, "80", &stream, &list) == 0)
		freeaddrinfo(list);
	return NULL;
}

static void start(const char *name)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, look_up, strdup(name)) != 0)
		errx(1, "no thread");
}

static pid_t make_child(const char *how)
{
	pid_t (*plain_fork)(void);

	if (strcmp(how, "fork") == 0)
		return fork();
	if (strcmp(how, "clone") == 0)
		return (pid_t)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
	*(void **)&plain_fork = dlsym(RTLD_DEFAULT, "_Fork");
	if (strcmp(how, "_Fork") != 0 || plain_fork == NULL)
		exit(77);
	return plain_fork();
}

int main(int argc, char **argv)
{
	char other[256];
	int status;
	pid_t child;

	if (argc != 3)
		errx(2, "usage: child fork|_Fork|clone HOST");
	host = argv[2];
	begin();
	setenv("WEATHER_HOST", host, 1);
	for (int i = 0; i < SAME; i++)
		start(host);
	for (int i = 0; i < OTHERS; i++) {
		snprintf(other, sizeof other, "slow-500-%d-%s", i, host);
		start(other);
	}
	nap(200);
	child = make_child(argv[1]);
	if (child == 0) {
		alarm(LONGEST); /* a child has none of its parent's */
		lookup_timed("child", host);
		_exit(0);
	}
	if (child < 0 || waitpid(child, &status, 0) != child)
		err(1, "%s", argv[1]);
	_exit(status != 0); /* without waiting for the lookups that are out */
}
