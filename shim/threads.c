/* SPDX-License-Identifier: MIT */
#include "threads.h"

#include "compat.h"
#include "process.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

OLD_SYMBOL(pthread_create, FIRST_GLIBC);
OLD_SYMBOL(pthread_attr_setstacksize, FIRST_GLIBC);
OLD_SYMBOL(pthread_sigmask, FIRST_GLIBC);
OLD_SYMBOL(dladdr, FIRST_GLIBC);

enum { STACK = 256 * 1024 }; /* a lookup takes 16 KiB with libc's modules; others' take more */

/* Read a file of /proc whole, to a string. Returns false if it cannot be read. */
static bool read_text(const char *path, char *text, size_t size)
{
	int file = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t length;

	if (file < 0)
		return false;
	length = read(file, text, size - 1);
	close(file);
	text[length > 0 ? length : 0] = '\0';
	return length > 0;
}

/* How many seccomp filters are in force for a thread; -1: unknown. proc(5), Linux 5.9. */
static int count_filters(const char *status)
{
	char text[2048];
	const char *mode, *count;

	if (!read_text(status, text, sizeof text))
		return -1;
	mode = strstr(text, "\nSeccomp:\t");
	if (mode != NULL && mode[10] == '0')
		return 0;
	count = strstr(text, "\nSeccomp_filters:\t");
	return count != NULL ? (int)strtol(count + 18, NULL, 10) : -1;
}

/* A container's filter is in force for its first process, too, and lets programs make
 * threads. One filter more is this program's own, and may do anything for clone(2). */
static bool may_clone(void)
{
	int own = count_filters("/proc/thread-self/status");

	return own == 0 || (own > 0 && own == count_filters("/proc/1/status"));
}

/* The new thread inherits the mask of signals. */
static int create(void *(*job)(void *), void *argument)
{
	pthread_attr_t attributes;
	pthread_t thread;
	sigset_t all, before;
	int rc;

	pthread_attr_init(&attributes);
	pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	pthread_attr_setstacksize(&attributes, STACK);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	rc = pthread_create(&thread, &attributes, job, argument);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&attributes);
	return rc;
}

bool threads_start(void *(*job)(void *), void *argument)
{
	struct process *process = process_own();
	int saved = errno;
	bool started = false;
	int cancel;

	if (pthread_create == NULL || pthread_attr_setstacksize == NULL || process == NULL)
		return false;
	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &cancel);
	if (atomic_fetch_add(&process->threads, 1) < THREADS_MOST && may_clone())
		started = create(job, argument) == 0;
	if (!started)
		threads_end();
	pthread_setcancelstate(cancel, NULL);
	errno = saved;
	return started;
}

void threads_end(void)
{
	struct process *process = process_own();

	if (process != NULL)
		atomic_fetch_sub(&process->threads, 1);
}

void threads_try_loader(void)
{
	Dl_info info;

	if (dladdr != NULL)
		dladdr(&(char){ 0 }, &info);
}

int threads_is_blocked(int tid)
{
	char path[64], text[32];
	int saved = errno;
	bool known;
	int cancel;

	(void)snprintf(path, sizeof path, "/proc/self/task/%d/syscall", tid);
	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &cancel);
	known = read_text(path, text, sizeof text);
	pthread_setcancelstate(cancel, NULL);
	errno = saved;
	if (!known)
		return -1;
	/* "running", or the number of the system call and its arguments */
	return text[0] >= '0' && text[0] <= '9' && strtol(text, NULL, 10) == SYS_futex;
}
