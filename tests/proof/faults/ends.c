/* SPDX-License-Identifier: MIT */
/*
 * ends WAY: ends, or becomes another program, while a hundred threads are out
 * with ten hosts. What is looked up on the way out, or afterwards, is told on
 * stdout: "WHO: right", or what was wrong. `ends ask WHO` only looks up. The
 * fake resolver is preloaded behind the shim.
 */
#include "fake.h"
#include "times.h"

#include <dlfcn.h>
#include <netdb.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { HOSTS = 10, THREADS = 100, STATUS = 7, HANGS = 60 };

static const struct fake *fake;
static const char *way;
static char *self;
static char hosts[HOSTS][32];
static pthread_t threads[THREADS]; /* those below HOSTS lead, each that of its number */
static bool started;

static bool is_right(const char *host, const char *ascii)
{
	struct addrinfo hints = { .ai_family = AF_INET, .ai_socktype = SOCK_STREAM }, *list = NULL;
	unsigned char wanted[16] = { 127, 0, 0, 1 };
	int code = getaddrinfo(host, "80", &hints, &list);
	bool right = code == 0;

	if (strstr(ascii, ".fake") != NULL)
		fake_address(ascii, AF_INET, wanted);
	if (right) {
		right = memcmp(&((struct sockaddr_in *)list->ai_addr)->sin_addr, wanted, 4) == 0;
		freeaddrinfo(list);
	}
	if (!right)
		dprintf(STDOUT_FILENO, "%s: code %d\n", host, code);
	return right;
}

/* What an exit handler or the next program may want to know. The last one is out
 * where threads are, and its leader stuck: it is asked for again. */
static void ask_all(const char *who)
{
	bool right = is_right("127.0.0.1", "127.0.0.1");

	if (fake != NULL) {
		right &= is_right("quick.fake", "quick.fake");
		right &= is_right("b\u00fccher.fake", "xn--bcher-kva.fake");
		right &= is_right("once.gate.0.fake", "once.gate.0.fake");
	}
	dprintf(STDOUT_FILENO, "%s: %s\n", who, right ? "right" : "wrong");
}

static void at_exit(void)
{
	ask_all("atexit");
}

static void at_quick(void)
{
	ask_all("at_quick_exit");
}

__attribute__((destructor)) static void destroy(void)
{
	if (started)
		ask_all("destructor");
}

static void become(bool preload)
{
	if (!preload)
		unsetenv("LD_PRELOAD");
	execl(self, "ends", "ask", preload ? "exec" : "exec without", (char *)NULL);
	perror(self);
	_exit(99);
}

static void *ask_main(void *host)
{
	return is_right(host, host) ? host : NULL;
}

static void start_threads(void)
{
	for (int i = 0; i < HOSTS; i++)
		snprintf(hosts[i], sizeof hosts[i], "once.gate.%d.fake", i);
	for (int i = 0; i < THREADS; i++) {
		if (pthread_create(&threads[i], NULL, ask_main, hosts[i % HOSTS]) != 0)
			_exit(98);
		while (i == HOSTS - 1 && fake->running() < HOSTS)
			nap(1);
	}
	nap(200); /* the others are on their way into the table */
	started = true;
}

static bool join_threads(void)
{
	bool right = true;
	void *result;

	for (int i = 0; i < THREADS; i++)
		right &= pthread_join(threads[i], &result) == 0 && result != NULL;
	return right;
}

static void exit_now(int unused)
{
	(void)unused;
	exit(STATUS);
}

static void *exit_main(void *unused)
{
	exit_now(0);
	return unused;
}

static void exit_in_lookup(const char *host)
{
	(void)host;
	exit(STATUS);
}

static void become_in_lookup(const char *host)
{
	(void)host;
	become(true);
}

/* A child in flight is killed; its brother, and we, go on as if nothing had been. */
static int kill_child(void)
{
	int status, pipes[2];
	char byte;
	pid_t killed, brother;

	if (pipe(pipes) != 0)
		return 98;
	killed = fork();
	if (killed == 0) {
		static char host[] = "ms-60000.fake";
		pthread_t leader, waiter;

		pthread_create(&leader, NULL, ask_main, host);
		pthread_create(&waiter, NULL, ask_main, host);
		nap(100);
		if (write(pipes[1], "", 1) == 1)
			pause();
		_exit(98);
	}
	if (read(pipes[0], &byte, 1) != 1)
		return 98;
	brother = fork();
	if (brother == 0) {
		nap(200);
		ask_all("brother");
		_exit(0);
	}
	kill(killed, SIGKILL);
	if (waitpid(killed, &status, 0) != killed || !WIFSIGNALED(status) || WTERMSIG(status) != SIGKILL)
		return 97;
	ask_all("parent");
	if (waitpid(brother, &status, 0) != brother || status != 0)
		return 96;
	fake->open_gate();
	if (!join_threads())
		return 95;
	started = false;
	return STATUS;
}

/* The one that is killed is the parent: what it had is not missed. */
static int kill_parent(void)
{
	pid_t parent = getpid();

	if (fork() == 0) {
		while (getppid() == parent)
			nap(5);
		ask_all("orphan");
		_exit(0);
	}
	return raise(SIGKILL);
}

static bool is(const char *name)
{
	return strcmp(way, name) == 0;
}

int main(int argc, char **argv)
{
	static const struct rlimit no_core;
	pthread_t thread;

	way = argc > 1 ? argv[1] : "";
	self = argv[0];
	alarm(HANGS);
	fake = dlsym(RTLD_DEFAULT, "fake_resolver");
	if (is("ask") && argc > 2) {
		if (fake != NULL)
			fake->open_gate();
		ask_all(argv[2]);
		return STATUS;
	}
	if (fake == NULL)
		return 99;
	setrlimit(RLIMIT_CORE, &no_core);
	start_threads();
	if (is("kill child"))
		return kill_child();
	if (is("kill parent"))
		return kill_parent();
	atexit(at_exit);
	(void)at_quick_exit(at_quick);
	if (is("exit"))
		exit(STATUS);
	if (is("_exit"))
		_exit(STATUS);
	if (is("quick_exit"))
		quick_exit(STATUS);
	if (is("abort"))
		abort();
	if (is("exit in a thread"))
		pthread_create(&thread, NULL, exit_main, NULL);
	signal(SIGUSR1, exit_now);
	if (is("exit in a handler of a leader"))
		pthread_kill(threads[0], SIGUSR1);
	if (is("exit in a handler of a waiter"))
		pthread_kill(threads[THREADS - 1], SIGUSR1);
	if (is("exit in a lookup")) {
		fake->hook(exit_in_lookup);
		is_right("hook.fake", "hook.fake");
	}
	if (is("exec"))
		become(true);
	if (is("exec without"))
		become(false);
	if (is("exec in a lookup")) {
		fake->hook(become_in_lookup);
		is_right("hook.fake", "hook.fake");
	}
	if (is("return"))
		return STATUS;
	pause();
	return 98;
}
