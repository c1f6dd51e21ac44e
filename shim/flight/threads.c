/* SPDX-License-Identifier: MIT */
#include "flight/threads.h"

#include "libc/libc.h"
#include "libc/process.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { STACK = 256 * 1024 }; /* libc's modules take 16 KiB for a lookup; other modules take more */

/* Read a whole file of /proc into text, as a string. Returns false if the file cannot be
 * read. */
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

/* Returns how many seccomp filters are in force for a thread, or -1 if that is unknown.
 * proc(5); the kernel counts them from Linux 5.9 on. */
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
 * threads. A further filter is this program's own, and may do anything about clone(2). */
static bool may_clone(void)
{
	int own = count_filters("/proc/thread-self/status");

	return own == 0 || (own > 0 && own == count_filters("/proc/1/status"));
}

bool threads_start(void *(*job)(void *), void *argument)
{
	struct process *process = process_own();
	int saved = errno;
	bool started = false;
	int cancel;

	if (!libc->has_threads() || process == NULL)
		return false;
	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &cancel);
	if (atomic_fetch_add(&process->threads, 1) < THREADS_MOST && may_clone())
		started = libc->start_thread(job, argument, STACK);
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
