/* SPDX-License-Identifier: MIT */
#include "flight/threads.h"

#include "libc/clock.h"
#include "libc/gate.h"
#include "libc/libc.h"
#include "libc/process.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

enum {
	STACK = 256 * 1024, /* libc's modules take 16 KiB for a lookup; other modules take more */
	IDLE = 200000000,   /* nanoseconds: the process cannot end by pthread_exit() meanwhile */
	IDLE_MOST = 16,     /* threads that are idle at once */
};

unsigned threads_most = THREADS_MOST;

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

/* Returns the decimal number at text. strtol is another function where headers are newer (glibc
 * 2.38), and an object with that one does not load where libc is older. */
static int read_number(const char *text)
{
	int number = 0;

	for (; *text >= '0' && *text <= '9'; text++)
		number = number * 10 + (*text - '0');
	return number;
}

/* Returns the number behind a name of /proc/PID/status, or -1 if that name is not there. */
static int find_number(const char *text, const char *name)
{
	const char *at = strstr(text, name);

	return at != NULL ? read_number(at + strlen(name)) : -1;
}

/* Returns how many seccomp filters are in force for a thread, or -1 if that is unknown (proc(5),
 * Linux 5.9). *pid becomes the id of its process, or -1. */
static int count_filters(const char *status, int *pid)
{
	char text[2048];

	*pid = -1;
	if (!read_text(status, text, sizeof text))
		return -1;
	*pid = find_number(text, "\nTgid:\t");
	if (find_number(text, "\nSeccomp:\t") == 0)
		return 0;
	return find_number(text, "\nSeccomp_filters:\t");
}

/* The filters with which the first process of a container was started, if this process is
 * the first; else -1. */
static int filters_at_start = -1;

void threads_prepare(void)
{
	int pid;

	if (getpid() == 1)
		filters_at_start = count_filters("/proc/thread-self/status", &pid);
}

/* A container's filter is in force for its first process, too, and lets programs make
 * threads. A further filter is this program's own, and may forbid clone(2). */
static bool may_clone(void)
{
	int pid, first;
	int own = count_filters("/proc/thread-self/status", &pid);

	if (own <= 0)
		return own == 0;
	return own == (pid == 1 ? filters_at_start : count_filters("/proc/1/status", &first));
}

/* The state of a thread before a section in which it is not cancelled, and no handler jumps
 * away: that would leave the thread uncancellable, or a descriptor open. */
struct quiet {
	sigset_t signals;
	int cancel;
};

static void begin_quiet(struct quiet *before)
{
	sigset_t all;

	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &before->signals); /* of this thread, on Linux */
	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &before->cancel);
}

static void end_quiet(const struct quiet *before)
{
	int ignored;

	pthread_setcancelstate(before->cancel, &ignored);
	sigprocmask(SIG_SETMASK, &before->signals, NULL);
}

/* Wait for a job. Returns false if none has come in time. */
static bool take_job(struct pool *pool, struct job *job)
{
	int64_t until = clock_now() + IDLE;
	bool taken;

	pthread_mutex_lock(&pool->lock);
	if (pool->idle++ >= IDLE_MOST)
		until = 0;
	while (pool->waiting == 0 && clock_now() < until)
		libc->wait(&pool->given, &pool->lock, until);
	pool->idle--;
	taken = pool->waiting > 0;
	if (taken)
		*job = pool->jobs[--pool->waiting];
	pthread_mutex_unlock(&pool->lock);
	return taken;
}

static void *work(void *argument)
{
	struct pool *pool = argument;
	struct job job;

	prctl(PR_SET_NAME, "gaishim");
	while (take_job(pool, &job))
		job.run(job.argument);
	return NULL;
}

/* Let a job wait for a thread. Returns whether there are too few idle ones. */
static bool give(struct pool *pool, struct job job)
{
	bool too_few;

	pthread_mutex_lock(&pool->lock);
	pool->jobs[pool->waiting++] = job;
	too_few = pool->waiting > pool->idle;
	libc->signal(&pool->given);
	pthread_mutex_unlock(&pool->lock);
	return too_few;
}

/* Take a job back. Returns false if a thread has it already. */
static bool take_back(struct pool *pool, struct job job)
{
	unsigned at = 0;
	bool found;

	pthread_mutex_lock(&pool->lock);
	while (at < pool->waiting && pool->jobs[at].argument != job.argument)
		at++;
	found = at < pool->waiting;
	if (found)
		pool->jobs[at] = pool->jobs[--pool->waiting];
	pthread_mutex_unlock(&pool->lock);
	return found;
}

bool threads_start(void (*run)(void *), void *argument)
{
	struct process *process = process_own();
	struct pool *pool = &process->pool;
	const struct job job = { run, argument };
	int saved = errno;
	bool started = false;
	struct quiet before;

	if (!libc->has_threads() || process == NULL)
		return false;
	begin_quiet(&before); /* the new thread inherits the mask */
	if (atomic_fetch_add(&process->threads, 1) < threads_most)
		started = !give(pool, job) || (may_clone() && libc->start_thread(work, pool, STACK))
			  || !take_back(pool, job);
	if (!started)
		threads_end();
	end_quiet(&before);
	errno = saved;
	return started;
}

void threads_end(void)
{
	struct process *process = process_own();

	if (process != NULL)
		atomic_fetch_sub(&process->threads, 1);
}

bool threads_are_busy(void)
{
	struct process *process = process_own();

	return process != NULL && atomic_load(&process->threads) >= threads_most;
}

int threads_is_blocked(int tid)
{
	char path[64], text[32];
	int saved = errno;
	struct quiet before;
	bool known;

	if (gate_is_closed()) /* the thread waits for a fork, if for anything */
		return 0;
	(void)snprintf(path, sizeof path, "/proc/self/task/%d/syscall", tid);
	begin_quiet(&before);
	known = read_text(path, text, sizeof text);
	end_quiet(&before);
	errno = saved;
	if (!known)
		return -1;
	/* "running", or the number of the system call and its arguments */
	return text[0] >= '0' && text[0] <= '9' && read_number(text) == SYS_futex;
}
