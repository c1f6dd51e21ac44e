/* SPDX-License-Identifier: MIT
 *
 * glibc, from 2.31 on. In 2.34 libpthread and libdl became part of libc, and their symbols
 * got that version. Here these symbols are named by their older versions, and weak, so that
 * one build loads on older releases too. On those an address is NULL in a process that was
 * started without libpthread, and such a process has one thread.
 */
#include "libc/libc.h"

#include <dlfcn.h>
#include <errno.h>
#include <features.h>
#include <signal.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#if defined __x86_64__
#define FIRST_GLIBC "GLIBC_2.2.5"
#elif defined __aarch64__ || (defined __powerpc64__ && defined __LITTLE_ENDIAN__)
#define FIRST_GLIBC "GLIBC_2.17"
#endif

/* Not with a glibc before 2.34: there these versions are libpthread's, and the linker would
 * ask for libpthread. Nor under sanitizers, whose runtimes export these functions without
 * versions. */
#if defined FIRST_GLIBC && __GLIBC_PREREQ(2, 34) && !defined NATIVE_SYMBOLS
#define OLD_SYMBOL(symbol, version) \
	extern __typeof__(symbol) symbol __attribute__((weak)); \
	__asm__(".symver " #symbol ", " #symbol "@" version)
#else
#define OLD_SYMBOL(symbol, version) \
	extern __typeof__(symbol) symbol __attribute__((weak))
#endif

/* The older form of pthread_cleanup_push(): longjmp runs its handlers, but leaves those of
 * the newer form behind to dangle. libc still exports the older functions; its headers
 * declare just the structure. */
extern void _pthread_cleanup_push(struct _pthread_cleanup_buffer *, void (*)(void *), void *);
extern void _pthread_cleanup_pop(struct _pthread_cleanup_buffer *, int execute);

OLD_SYMBOL(_pthread_cleanup_push, FIRST_GLIBC);
OLD_SYMBOL(_pthread_cleanup_pop, FIRST_GLIBC);
OLD_SYMBOL(pthread_cond_clockwait, "GLIBC_2.30");
OLD_SYMBOL(pthread_create, FIRST_GLIBC);
OLD_SYMBOL(pthread_attr_setstacksize, FIRST_GLIBC);
OLD_SYMBOL(pthread_attr_getstack, FIRST_GLIBC);
OLD_SYMBOL(pthread_getattr_np, FIRST_GLIBC);
OLD_SYMBOL(pthread_sigmask, FIRST_GLIBC);
OLD_SYMBOL(dladdr, FIRST_GLIBC);

static bool has_threads(void)
{
	return pthread_create != NULL;
}

static void push_cleanup(struct _pthread_cleanup_buffer *buffer, void (*handler)(void *), void *argument)
{
	_pthread_cleanup_push(buffer, handler, argument);
	/* This buffer may be where a frame that setcontext has left had its buffer: libc
	 * would run the handler for ever. */
	if (buffer->__prev == buffer)
		buffer->__prev = NULL;
}

static void pop_cleanup(struct _pthread_cleanup_buffer *buffer)
{
	_pthread_cleanup_pop(buffer, 0);
}

/* Not pthread_cond_timedwait, which libfaketime replaces. */
static void wait(pthread_cond_t *condition, pthread_mutex_t *mutex, int64_t until)
{
	const struct timespec time = { .tv_sec = until / 1000000000, .tv_nsec = until % 1000000000 };

	pthread_cond_clockwait(condition, mutex, CLOCK_MONOTONIC, &time);
}

/* The new thread inherits the mask of signals. */
static bool start_thread(void *(*job)(void *), void *argument, size_t stack)
{
	pthread_attr_t attributes;
	pthread_t thread;
	sigset_t all, before;
	int rc;

	pthread_attr_init(&attributes);
	pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	pthread_attr_setstacksize(&attributes, stack);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	rc = pthread_create(&thread, &attributes, job, argument);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&attributes);
	return rc == 0;
}

/* dladdr() holds the loader's lock while it looks. */
static void wait_for_loader(void)
{
	Dl_info info;

	if (dladdr != NULL)
		dladdr(&(char){ 0 }, &info);
}

/* pthread_atfork() makes this call. That function is in a static part of glibc, and would
 * bring in what only an object needs that can be unloaded. */
extern int __register_atfork(void (*)(void), void (*)(void), void (*)(void), void *object);

static void at_fork(void (*before)(void), void (*in_parent)(void), void (*in_child)(void))
{
	__register_atfork(before, in_parent, in_child, NULL);
}

static bool stack_bounds(uintptr_t *low, uintptr_t *high)
{
	pthread_attr_t attributes;
	void *stack;
	size_t size;
	bool known;

	if (syscall(SYS_gettid) == getpid() || pthread_getattr_np(pthread_self(), &attributes) != 0)
		return false;
	known = pthread_attr_getstack(&attributes, &stack, &size) == 0;
	pthread_attr_destroy(&attributes);
	if (known) {
		*low = (uintptr_t)stack;
		*high = (uintptr_t)stack + size;
	}
	return known;
}

const struct libc glibc = {
	.has_threads = has_threads,
	.push_cleanup = push_cleanup,
	.pop_cleanup = pop_cleanup,
	.wait = wait,
	.start_thread = start_thread,
	.wait_for_loader = wait_for_loader,
	.at_fork = at_fork,
	.stack_bounds = stack_bounds,
};

const struct libc *libc = &glibc;
