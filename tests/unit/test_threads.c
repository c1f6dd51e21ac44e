/* SPDX-License-Identifier: MIT */
#include "flight/threads.h"
#include "libc/libc.h"
#include "libc/next.h"

#include "libc/process.h"
#include "musl.h"
#include "times.h"
#include "unit.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static atomic_int begun, tid;
static atomic_bool may_end;
static sigset_t blocked;

static void await(const atomic_int *count, int wanted)
{
	while (atomic_load(count) != wanted)
		nap(0.5);
}

static unsigned count_threads(void)
{
	return atomic_load(&process_own()->threads);
}

static void await_end(void)
{
	atomic_store(&may_end, true);
	while (count_threads() > 0)
		nap(0.5);
}

static void job(void *argument)
{
	pthread_sigmask(SIG_BLOCK, NULL, &blocked);
	atomic_store(&tid, (int)syscall(SYS_gettid));
	atomic_fetch_add((atomic_int *)argument, 1);
	while (!atomic_load(&may_end))
		nap(0.5);
	threads_end();
}

/* Neither errno nor the caller's mask changes. Every signal that can be blocked is. */
START_TEST(test_start)
{
	sigset_t some, after;

	sigemptyset(&some);
	sigaddset(&some, SIGUSR2);
	pthread_sigmask(SIG_SETMASK, &some, NULL);
	errno = 4242;
	ck_assert(threads_start(job, &begun));
	ck_assert_int_eq(errno, 4242);
	pthread_sigmask(SIG_SETMASK, NULL, &after);
	for (int number = 1; number <= SIGRTMAX; number++)
		ck_assert_int_eq(sigismember(&after, number) == 1, number == SIGUSR2);
	await(&begun, 1);
	ck_assert_int_ne(atomic_load(&tid), getpid());
	ck_assert_uint_eq(count_threads(), 1);
	for (int number = 1; number <= SIGRTMAX; number++)
		if (number != SIGKILL && number != SIGSTOP /* nor libc's own, nor an emulator's */
		    && (number < __SIGRTMIN || number >= SIGRTMIN)
		    && (number <= SIGRTMAX - 4 || !SANITIZER("emulator")))
			ck_assert_msg(sigismember(&blocked, number) == 1, "signal %d", number);
	await_end();
}
END_TEST

/* Of address space. */
static long count_pages(void)
{
	FILE *file = fopen("/proc/self/statm", "re");
	long pages = 0;

	ck_assert_ptr_nonnull(file);
	ck_assert_int_eq(fscanf(file, "%ld", &pages), 1);
	fclose(file);
	return pages;
}

START_TEST(test_most)
{
	for (int i = 0; i < THREADS_MOST; i++)
		ck_assert(threads_start(job, &begun));
	ck_assert(!threads_start(job, &begun));
	ck_assert(!threads_start(job, &begun)); /* the one before was not counted */
	await(&begun, THREADS_MOST);
	await_end();
	ck_assert(threads_start(job, &begun));
	await(&begun, THREADS_MOST + 1);
	await_end();
}
END_TEST

/* Nothing of a thread stays when it has ended: libc may keep some stacks for the next. */
START_TEST(test_no_growth)
{
	long before = count_pages();

	atomic_store(&may_end, true);
	for (int i = 1; i <= 200; i++) {
		ck_assert(threads_start(job, &begun));
		await(&begun, i);
		await_end();
	}
	ck_assert_int_lt((count_pages() - before) * sysconf(_SC_PAGESIZE), 20 * 1024 * 1024);
}
END_TEST

static atomic_bool started;

static void *start_cancelled(void *unused)
{
	(void)unused;
	pthread_cancel(pthread_self());
	atomic_store(&started, threads_start(job, &begun));
	pthread_testcancel();
	return NULL;
}

/* The caller is not cancelled within, but after it. */
START_TEST(test_cancelled)
{
	pthread_t thread;
	void *result;

	ck_assert_int_eq(pthread_create(&thread, NULL, start_cancelled, NULL), 0);
	ck_assert_int_eq(pthread_join(thread, &result), 0);
	ck_assert_ptr_eq(result, PTHREAD_CANCELED);
	ck_assert(atomic_load(&started));
	await(&begun, 1);
	await_end();
}
END_TEST

/* The threads of a parent are not counted, they are not there. */
START_TEST(test_child)
{
	pid_t child;
	int status;

	for (int i = 0; i < THREADS_MOST; i++)
		ck_assert(threads_start(job, &begun));
	child = fork();
	if (child == 0) {
		alarm(20);
		_exit(threads_start(job, &begun) && count_threads() == 1 ? 4 : 1);
	}
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_int_eq(status, 4 << 8);
	await_end();
}
END_TEST

static sem_t never;

static void *block(void *unused)
{
	(void)unused;
	atomic_store(&tid, (int)syscall(SYS_gettid));
	while (sem_wait(&never) != 0)
		;
	return NULL;
}

static void *run_on(void *unused)
{
	(void)unused;
	atomic_store(&tid, (int)syscall(SYS_gettid));
	while (!atomic_load(&may_end))
		;
	return NULL;
}

static void await_tid(void)
{
	while (atomic_load(&tid) == 0)
		nap(0.5);
}

START_TEST(test_is_blocked)
{
	pthread_t thread;

	ck_assert(threads_start(job, &begun)); /* which naps */
	await_tid();
	errno = 4242;
	for (int i = 0; i < 100; i++)
		ck_assert_int_eq(threads_is_blocked(atomic_load(&tid)), 0);
	await_end();
	ck_assert_int_eq(threads_is_blocked(INT32_MAX), -1);
	ck_assert_int_eq(errno, 4242);

	atomic_store(&tid, 0);
	atomic_store(&may_end, false);
	pthread_create(&thread, NULL, run_on, NULL);
	await_tid();
	for (int i = 0; i < 10; i++)
		ck_assert_int_eq(threads_is_blocked(atomic_load(&tid)), 0);
	atomic_store(&may_end, true);
	pthread_join(thread, NULL);

	atomic_store(&tid, 0);
	pthread_create(&thread, NULL, block, NULL);
	await_tid();
	while (threads_is_blocked(atomic_load(&tid)) != 1)
		nap(0.5);
	sem_post(&never);
	pthread_join(thread, NULL);
}
END_TEST

/* A thread that has the loader's lock, as one that runs the constructors of an object has:
 * it opens a FIFO as if it were an object, and that takes until somebody writes. */
static struct {
	pthread_t thread;
	atomic_int tid;
	char path[64];
} loader;

static void *load_fifo(void *unused)
{
	(void)unused;
	atomic_store(&loader.tid, (int)syscall(SYS_gettid));
	return dlopen(loader.path, RTLD_NOW);
}

static bool is_opening(void)
{
	char path[64];
	int number = -1; /* of its system call; there is none while it runs */
	FILE *file;

	snprintf(path, sizeof path, "/proc/self/task/%d/syscall", atomic_load(&loader.tid));
	file = fopen(path, "re");
	if (file == NULL)
		return false;
	if (fscanf(file, "%d", &number) != 1)
		number = -1;
	fclose(file);
	return number == SYS_openat;
}

static void take_loader_lock(void)
{
	snprintf(loader.path, sizeof loader.path, "/tmp/gaishim-loader-%d", (int)getpid());
	ck_assert_int_eq(mkfifo(loader.path, 0600), 0);
	ck_assert_int_eq(pthread_create(&loader.thread, NULL, load_fifo, NULL), 0);
	while (!is_opening())
		nap(0.5);
}

static void give_loader_lock(void)
{
	void *object;

	close(open(loader.path, O_WRONLY | O_CLOEXEC));
	ck_assert_int_eq(pthread_join(loader.thread, &object), 0);
	ck_assert_ptr_null(object);
	ck_assert_int_eq(unlink(loader.path), 0);
}

static void *try_loader(void *unused)
{
	(void)unused;
	atomic_store(&tid, (int)syscall(SYS_gettid));
	while (!atomic_load(&may_end))
		nap(0.5);
	libc->wait_for_loader();
	atomic_fetch_add(&begun, 1);
	return NULL;
}

START_TEST(test_try_loader)
{
	pthread_t thread;

	libc->wait_for_loader(); /* it is free */
	/* First: no thread can be made while an object is opened. */
	pthread_create(&thread, NULL, try_loader, NULL);
	await_tid();
	take_loader_lock();
	atomic_store(&may_end, true);
	while (threads_is_blocked(atomic_load(&tid)) != 1)
		nap(0.5);
	ck_assert_int_eq(atomic_load(&begun), 0);
	give_loader_lock();
	pthread_join(thread, NULL);
	ck_assert_int_eq(atomic_load(&begun), 1);
}
END_TEST

TCase *make_tests(void)
{
	TCase *tcase = tcase_create("second");

	next_find();
	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, test_start);
	tcase_add_test(tcase, test_most);
	if (SANITIZER(""))
		puts("# SKIP threads that leave nothing behind: the sanitizer keeps some of them");
	else
		tcase_add_test(tcase, test_no_growth);
	tcase_add_test(tcase, test_cancelled);
	if (SANITIZER("thread"))
		puts("# SKIP threads of a child: ThreadSanitizer does not support them");
	else
		tcase_add_test(tcase, test_child);
	if (SANITIZER("emulator"))
		puts("# SKIP threads that are blocked: /proc has the system calls of the emulator's machine");
	else
		tcase_add_test(tcase, test_is_blocked);
	if (is_musl())
		puts("# SKIP the loader's lock: no lookup of musl's needs it");
	else if (!SANITIZER("emulator"))
		tcase_add_test(tcase, test_try_loader);
	return tcase;
}
