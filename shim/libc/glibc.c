/* SPDX-License-Identifier: MIT
 *
 * glibc, from 2.31 on.
 */
#include "libc/libc.h"

#include "libc/image.h"

#include <dlfcn.h>
#include <gnu/libc-version.h>
#include <netinet/in.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { LONG_STACK = 64 * 1024 }; /* a lookup takes 16 KiB */

#pragma weak gnu_get_libc_version /* no other library has it */

/* An object that loads on every release must not name these to the linker: a function of
 * glibc 2.30 and later, a variable of 2.32 and later, two functions that glibc keeps for
 * itself, and others that were libpthread's or libdl's before 2.34. */
enum { CLOCKWAIT, SINGLE_THREADED, ALLOCA_CUTOFF, SMALLEST_STACK, CLEANUP_PUSH, CLEANUP_POP, DLADDR };
static struct wanted wanted[] = {
	[CLOCKWAIT] = { .name = "pthread_cond_clockwait", .kind = SYMBOL_FUNCTION },
	[SINGLE_THREADED] = { .name = "__libc_single_threaded", .kind = SYMBOL_DATA },
	[ALLOCA_CUTOFF] = { .name = "__libc_alloca_cutoff", .kind = SYMBOL_FUNCTION },
	[SMALLEST_STACK] = { .name = "__pthread_get_minstack", .kind = SYMBOL_FUNCTION },
	[CLEANUP_PUSH] = { .name = "_pthread_cleanup_push", .kind = SYMBOL_FUNCTION },
	[CLEANUP_POP] = { .name = "_pthread_cleanup_pop", .kind = SYMBOL_FUNCTION },
	[DLADDR] = { .name = "dladdr", .kind = SYMBOL_FUNCTION },
	{ .name = "" },
};

static const void *anchor(void)
{
	return gnu_get_libc_version != NULL ? gnu_get_libc_version() : NULL;
}

static const char *release(void)
{
	return gnu_get_libc_version();
}

static bool is_served(void)
{
	const char *at = release();
	unsigned numbers[2] = { 0, 0 };

	for (int i = 0; i < 2; i++, at += *at == '.')
		for (; *at >= '0' && *at <= '9'; at++)
			numbers[i] = numbers[i] * 10 + (unsigned)*at - '0';
	return numbers[0] > 2 || (numbers[0] == 2 && numbers[1] >= 31);
}

/* libc checks the host for ASCII before it asks a nameserver (resolv/nss_dns/dns-host.c). */
static bool is_local(const char *host)
{
	(void)host;
	return true;
}

/* A node is one malloc of addrinfo and address; the canonical name is another malloc. The
 * new node comes before the rest of the list, and has no canonical name. */
static inline struct addrinfo *new_node(size_t address_size, struct addrinfo *rest)
{
	struct addrinfo *node = malloc(sizeof *node + address_size);

	if (node == NULL)
		return NULL;
	node->ai_addr = (struct sockaddr *)(node + 1);
	node->ai_canonname = NULL;
	node->ai_next = rest;
	return node;
}

static bool set_canonname(struct addrinfo *list, const char *canonname)
{
	list->ai_canonname = strdup(canonname);
	return list->ai_canonname != NULL;
}

static struct addrinfo *list_new(unsigned nodes, const char *canonname)
{
	struct addrinfo *list = NULL, *node;

	do {
		node = new_node(sizeof(struct sockaddr_in6), list);
		if (node == NULL)
			goto no_memory;
		list = node;
	} while (--nodes > 0);
	if (canonname == NULL || set_canonname(list, canonname))
		return list;
no_memory:
	if (list != NULL)
		freeaddrinfo(list);
	return NULL;
}

static struct addrinfo *copy_node(const struct addrinfo *node, const char *canonname)
{
	size_t size = node->ai_addr != NULL ? node->ai_addrlen : 0;
	struct addrinfo *copy = new_node(size, NULL);

	if (copy == NULL)
		return NULL;
	copy->ai_flags = node->ai_flags;
	copy->ai_family = node->ai_family;
	copy->ai_socktype = node->ai_socktype;
	copy->ai_protocol = node->ai_protocol;
	copy->ai_addrlen = node->ai_addrlen;
	if (node->ai_addr != NULL)
		memcpy(copy->ai_addr, node->ai_addr, size);
	else
		copy->ai_addr = NULL;
	if (canonname != NULL && !set_canonname(copy, canonname)) {
		free(copy);
		return NULL;
	}
	return copy;
}

static struct addrinfo *list_copy(const struct addrinfo *list, const char *canonname)
{
	struct addrinfo *head = NULL;
	struct addrinfo **tail = &head;

	for (; list != NULL; list = list->ai_next) {
		struct addrinfo *node = copy_node(list, canonname != NULL ? canonname : list->ai_canonname);

		if (node == NULL) {
			if (head != NULL)
				freeaddrinfo(head);
			return NULL;
		}
		canonname = NULL;
		*tail = node;
		tail = &node->ai_next;
	}
	return head;
}

static bool has_threads(void)
{
	return moved.pthread_create != NULL;
}

static bool is_alone(void)
{
	const volatile char *single = wanted[SINGLE_THREADED].found;

	return single != NULL && *single;
}

/* The older form of pthread_cleanup_push(): longjmp runs its handlers, but leaves those of
 * the newer form behind to dangle. libc still exports the older functions; its headers
 * declare just the structure. */
static void push_cleanup(struct _pthread_cleanup_buffer *buffer, void (*handler)(void *), void *argument)
{
	void (*push)(struct _pthread_cleanup_buffer *, void (*)(void *), void *) = wanted[CLEANUP_PUSH].found;

	push(buffer, handler, argument);
	/* This buffer may be where a frame that setcontext has left had its buffer: libc
	 * would run the handler for ever. */
	if (buffer->__prev == buffer)
		buffer->__prev = NULL;
}

static void pop_cleanup(struct _pthread_cleanup_buffer *buffer)
{
	void (*pop)(struct _pthread_cleanup_buffer *, int execute) = wanted[CLEANUP_POP].found;

	pop(buffer, 0);
}

/* longjmp runs the handlers that it leaves behind. */
static void forget_cleanups(void)
{
}

static void init_lock(pthread_mutex_t *lock)
{
	static const pthread_mutex_t checking = PTHREAD_ERRORCHECK_MUTEX_INITIALIZER_NP;

	memcpy(lock, &checking, sizeof checking);
}

/* libfaketime replaces pthread_cond_timedwait, but not this function. */
static void wait(pthread_cond_t *condition, pthread_mutex_t *mutex, int64_t until)
{
	const struct timespec time = { .tv_sec = until / 1000000000, .tv_nsec = until % 1000000000 };
	__typeof__(pthread_cond_clockwait) *clockwait = wanted[CLOCKWAIT].found;

	clockwait(condition, mutex, CLOCK_MONOTONIC, &time);
}

/* The stack that glibc makes also has to hold the thread-local data of all modules. */
static bool start_thread(void *(*job)(void *), void *argument, size_t stack)
{
	size_t (*smallest)(const pthread_attr_t *) = wanted[SMALLEST_STACK].found;
	pthread_attr_t attributes;
	pthread_t thread;
	int rc;

	pthread_attr_init(&attributes);
	pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	if (smallest != NULL)
		stack += smallest(&attributes);
	moved.pthread_attr_setstacksize(&attributes, stack);
	rc = moved.pthread_create(&thread, &attributes, job, argument);
	pthread_attr_destroy(&attributes);
	return rc == 0;
}

/* dladdr() holds the loader's lock while it looks. */
static void wait_for_loader(void)
{
	__typeof__(dladdr) *look = wanted[DLADDR].found;
	Dl_info info;

	if (look != NULL)
		look(&(char){ 0 }, &info);
}

/* pthread_atfork() makes this call. That function is in a static part of glibc, and would
 * bring in what only an object needs that can be unloaded. */
extern int __register_atfork(void (*)(void), void (*)(void), void (*)(void), void *object);
#pragma weak __register_atfork /* no other library has it */

static void at_fork(void (*before)(void), void (*in_parent)(void), void (*in_child)(void))
{
	__register_atfork(before, in_parent, in_child, NULL);
}

/* A thread's bounds cost a sched_getaffinity(), and a program's own filter may kill for
 * that call or for gettid(). So glibc is asked first, without any system call, whether it
 * would put a quarter of LONG_STACK on this stack: glibc puts at most a quarter of a stack
 * there, and says yes for the main thread's stack. */
static bool stack_bounds(uintptr_t *low, uintptr_t *high)
{
	int (*alloca_cutoff)(size_t) = wanted[ALLOCA_CUTOFF].found;
	pthread_attr_t attributes;
	void *stack;
	size_t size;
	bool known;

	if (alloca_cutoff != NULL && alloca_cutoff(LONG_STACK / 4))
		return false;
	if (syscall(SYS_gettid) == getpid() || moved.pthread_getattr_np(pthread_self(), &attributes) != 0)
		return false;
	known = moved.pthread_attr_getstack(&attributes, &stack, &size) == 0;
	pthread_attr_destroy(&attributes);
	if (known) {
		*low = (uintptr_t)stack;
		*high = (uintptr_t)stack + size;
	}
	return known;
}

const struct libc glibc = {
	.name = "glibc",
	.release = release,
	.flags = AI_PASSIVE | AI_CANONNAME | AI_NUMERICHOST | AI_V4MAPPED | AI_ALL | AI_ADDRCONFIG
		| AI_IDN | AI_CANONIDN | AI_NUMERICSERV
		| 0x0100 | 0x0200, /* AI_IDN_ALLOW_UNASSIGNED and AI_IDN_USE_STD3_ASCII_RULES once */
	.default_flags = AI_V4MAPPED | AI_ADDRCONFIG,
	.answered_flags = ~0,
	.has_glibc_rules = true,
	.sets_errors = true,
	.internal_error = NETDB_INTERNAL,
	.is_local = is_local,
	.locks_lookups = true,
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
	.signal = pthread_cond_signal,
	.broadcast = pthread_cond_broadcast,
	.start_thread = start_thread,
	.wait_for_loader = wait_for_loader,
	.at_fork = at_fork,
	.stack_bounds = stack_bounds,
};
