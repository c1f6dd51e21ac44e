/* SPDX-License-Identifier: MIT
 *
 * musl, from 1.2 on. Its loader takes itself for libc.so.6, and pays no heed to versions of
 * symbols. What it does as glibc does is left to the functions of glibc.c.
 */
#include "libc/libc.h"

#include "libc/clock.h"
#include "libc/thread_end.h"

#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <limits.h>
#include <linux/futex.h>
#include <netinet/in.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { MOST_SLEEP = 200000000, /* nanoseconds */ FIRST_STACK = 8 * 1024 * 1024 /* bytes that are usual */ };

/* The entry of the loader, which is the library's own. Another object may have glibc's
 * gnu_get_libc_version() here, for programs that were built for glibc (gcompat). */
extern void _dlstart(void);
#pragma weak _dlstart
#pragma weak secure_getenv

/* glibc has these in a static part, or in another release's version. */
enum { AT_FORK, TEST_CANCEL };
static struct wanted wanted[] = {
	[AT_FORK] = { .name = "pthread_atfork", .kind = SYMBOL_FUNCTION },
	[TEST_CANCEL] = { .name = "pthread_testcancel", .kind = SYMBOL_FUNCTION },
	{ .name = "" },
};

/* The name of the charset is text of the library's own. */
static const void *anchor(void)
{
	return _dlstart != NULL ? nl_langinfo(CODESET) : NULL;
}

/* The library does not tell its version. secure_getenv() came with 1.1.24, which looks hosts up
 * as 1.2.0 does. Lists of answers were other ones before 1.1.21. */
static bool is_served(void)
{
	return secure_getenv != NULL;
}

static bool is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Returns whether the text has this word. If it is in a comment, the library is asked in vain. */
static bool has_word(const char *text, size_t size, const char *word)
{
	const char *end = text + size, *at = text;
	size_t length = strlen(word);

	for (; (at = memmem(at, (size_t)(end - at), word, length)) != NULL; at++)
		if (at > text && is_blank(at[-1]) && (at + length == end || is_blank(at[length])))
			return true;
	return false;
}

/* No other local source is asked by musl (src/network/lookup_name.c). The file is read and not
 * mapped: somebody may shorten it meanwhile. */
static bool is_local(const char *host)
{
	int saved = errno;
	int file = open("/etc/hosts", O_RDONLY | O_CLOEXEC);
	long size = file >= 0 ? syscall(SYS_lseek, file, 0L, SEEK_END) : 0;
	char *text = size > 0 ? malloc((size_t)size) : NULL;
	ssize_t length = text != NULL ? syscall(SYS_pread64, file, text, size, 0L) : 0;
	bool found = length > 0 && has_word(text, (size_t)length, host);

	free(text);
	if (file >= 0)
		close(file);
	errno = saved;
	return found;
}

/* A node as freeaddrinfo() knows it (src/network/lookup.h): all nodes of a list are one
 * block, with the canonical name behind them. */
struct node {
	struct addrinfo info;
	union {
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
	} address;
	int lock;
	short place, nodes; /* this node's in the block; in the first node, how many are not freed */
};

static struct addrinfo *list_new(unsigned nodes, const char *canonname)
{
	size_t size = canonname != NULL ? strlen(canonname) + 1 : 0;
	struct node *list = calloc(1, nodes * sizeof *list + size);

	if (list == NULL)
		return NULL;
	list->nodes = (short)nodes;
	for (unsigned i = 0; i < nodes; i++) {
		list[i].place = (short)i;
		list[i].info.ai_addr = (struct sockaddr *)&list[i].address;
		if (canonname != NULL)
			list[i].info.ai_canonname = memcpy(&list[nodes], canonname, size);
		if (i > 0)
			list[i - 1].info.ai_next = &list[i].info;
	}
	return &list->info;
}

static struct addrinfo *list_copy(const struct addrinfo *list, const char *canonname)
{
	struct addrinfo *copy, *to;
	unsigned nodes = 0;

	for (const struct addrinfo *from = list; from != NULL; from = from->ai_next)
		if (++nodes > INT16_MAX || from->ai_addrlen > sizeof ((struct node *)NULL)->address)
			return NULL;
	if (nodes == 0)
		return NULL;
	copy = list_new(nodes, canonname != NULL ? canonname : list->ai_canonname);
	for (to = copy; to != NULL; to = to->ai_next, list = list->ai_next) {
		to->ai_flags = list->ai_flags;
		to->ai_family = list->ai_family;
		to->ai_socktype = list->ai_socktype;
		to->ai_protocol = list->ai_protocol;
		to->ai_addrlen = list->ai_addrlen;
		if (list->ai_addr != NULL)
			memcpy(to->ai_addr, list->ai_addr, list->ai_addrlen);
		else
			to->ai_addr = NULL;
	}
	return copy;
}

static bool has_threads(void)
{
	return true;
}

static bool is_alone(void)
{
	return false; /* the library does not tell */
}

/* musl keeps the buffers of pthread_cleanup_push() in a list that longjmp does not shorten:
 * the thread's end would run a handler from a frame that is gone. So these buffers are in a
 * list of ours, whose handlers the destructor of a key runs, while the stack is still there. A
 * frame below that of the destructor has been left. And a call begins with an empty list: if
 * it is within another call, that one's handlers are lost, and its answer is late. */
static _Thread_local struct _pthread_cleanup_buffer *innermost;

static void run_handlers(void *unused)
{
	(void)unused;
	while (innermost != NULL && (char *)innermost > (char *)__builtin_frame_address(0)) {
		struct _pthread_cleanup_buffer *buffer = innermost;

		innermost = buffer->__prev;
		buffer->__routine(buffer->__arg);
	}
	innermost = NULL;
}

static void push_cleanup(struct _pthread_cleanup_buffer *buffer, void (*handler)(void *), void *argument)
{
	static atomic_uint key;

	buffer->__routine = handler;
	buffer->__arg = argument;
	buffer->__prev = innermost;
	innermost = buffer;
	(void)at_thread_end(&key, run_handlers, &innermost);
}

static void pop_cleanup(struct _pthread_cleanup_buffer *buffer)
{
	innermost = buffer->__prev;
}

static void forget_cleanups(void)
{
	innermost = NULL;
}

/* The type comes first, and all else of a mutex is zero (src/internal/pthread_impl.h). */
static void init_lock(pthread_mutex_t *lock)
{
	memset(lock, 0, sizeof(pthread_mutex_t));
	memcpy(lock, &(int){ PTHREAD_MUTEX_ERRORCHECK }, sizeof(int));
}

/* musl keeps those who wait for a condition in a list on their stacks, which a jump out of the
 * wait would break. So a condition is a number here, which goes up whenever somebody is to
 * wake. The signal of a cancellation ends the sleep; if it comes just before the sleep, the
 * next look is MOST_SLEEP later. */
static void wait(pthread_cond_t *condition, pthread_mutex_t *mutex, int64_t until)
{
	void (*test_cancel)(void) = wanted[TEST_CANCEL].found;
	atomic_uint *number = (atomic_uint *)condition;
	unsigned seen = atomic_load(number);
	int64_t left = until - clock_now();
	int saved = errno;

	pthread_mutex_unlock(mutex);
	if (left > 0) {
		const struct timespec time = { .tv_nsec = left < MOST_SLEEP ? left : MOST_SLEEP };
		syscall(SYS_futex, number, FUTEX_WAIT_PRIVATE, seen, &time, NULL, 0);
	}
	test_cancel();
	pthread_mutex_lock(mutex);
	errno = saved;
}

static int wake(pthread_cond_t *condition, int most)
{
	atomic_fetch_add((atomic_uint *)condition, 1);
	return (int)syscall(SYS_futex, condition, FUTEX_WAKE_PRIVATE, most, NULL, NULL, 0);
}

static int signal(pthread_cond_t *condition)
{
	return wake(condition, 1);
}

static int broadcast(pthread_cond_t *condition)
{
	return wake(condition, INT_MAX);
}

static bool start_thread(void *(*job)(void *), void *argument, size_t stack)
{
	return glibc.start_thread(job, argument, stack);
}

/* No lookup loads a module. */
static void wait_for_loader(void)
{
}

static void at_fork(void (*before)(void), void (*in_parent)(void), void (*in_child)(void))
{
	__typeof__(pthread_atfork) *atfork = wanted[AT_FORK].found;

	atfork(before, in_parent, in_child);
}

/* The kernel writes AT_RANDOM at the top of the first thread's stack, which grows. The library
 * would find out how far by dozens of system calls; of other stacks it knows the bounds. */
static bool stack_bounds(uintptr_t *low, uintptr_t *high)
{
	uintptr_t top = getauxval(AT_RANDOM), here = (uintptr_t)__builtin_frame_address(0);
	pthread_attr_t attributes;
	void *stack;
	size_t size;

	if (here < top && top - here < FIRST_STACK)
		return false;
	if (moved.pthread_getattr_np(pthread_self(), &attributes) != 0
	    || moved.pthread_attr_getstack(&attributes, &stack, &size) != 0)
		return false;
	*low = (uintptr_t)stack;
	*high = (uintptr_t)stack + size;
	return true;
}

const struct libc musl = {
	.name = "musl",
	.flags = AI_PASSIVE | AI_CANONNAME | AI_NUMERICHOST | AI_V4MAPPED | AI_ALL | AI_ADDRCONFIG | AI_NUMERICSERV,
	.always_names = true,
	.internal_error = NO_RECOVERY,
	.is_local = is_local,
	.anchor = anchor,
	.is_served = is_served,
	.wanted = wanted,
	.list_new = list_new,
	.list_copy = list_copy,
	.has_threads = has_threads,
	.is_alone = is_alone,
	.push_cleanup = push_cleanup,
	.pop_cleanup = pop_cleanup,
	.forget_cleanups = forget_cleanups,
	.init_lock = init_lock,
	.wait = wait,
	.signal = signal,
	.broadcast = broadcast,
	.start_thread = start_thread,
	.wait_for_loader = wait_for_loader,
	.at_fork = at_fork,
	.stack_bounds = stack_bounds,
};
