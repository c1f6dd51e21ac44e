/* SPDX-License-Identifier: MIT */
/*
 * An object whose constructor forks while another thread is in the first lookup of all,
 * where the shim reads the environment: by this object's secure_getenv, which keeps that
 * thread there. The child looks hosts up, too.
 */
#include "lookup.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum { IN_CHILD = 5 };

static _Thread_local bool is_starter;
static atomic_bool starts, may_go_on;

char *secure_getenv(const char *name)
{
	if (is_starter) {
		starts = true;
		while (!may_go_on)
			usleep(1000);
	}
	return getenv(name);
}

static void *thread_main(void *unused)
{
	is_starter = true;
	lookup("starter", "127.0.0.1", NULL);
	if (!starts)
		puts("the shim had started before");
	starts = true;
	return unused;
}

__attribute__((constructor)) static void load(void)
{
	pthread_t thread;
	int status;
	pid_t pid;

	if (pthread_create(&thread, NULL, thread_main, NULL) != 0)
		return;
	while (!starts)
		usleep(1000);
	pid = fork();
	if (pid == 0) {
		alarm(IN_CHILD);
		lookup("child", "127.0.0.1", NULL);
		lookup("child", "plain.fake", NULL);
		_exit(0);
	}
	if (waitpid(pid, &status, 0) != pid || status != 0)
		printf("the child hangs\n");
	may_go_on = true;
	pthread_join(thread, NULL);
}
