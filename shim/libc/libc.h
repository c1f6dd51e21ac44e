/* SPDX-License-Identifier: MIT
 *
 * The seam to the C library: all that one library has and another has not, or does in
 * another way. Each library has one file beside this (glibc.c), and a process finds out at
 * its start which library it has. Functions that all libraries have, such as
 * pthread_mutex_lock(), are called by their names.
 */
#ifndef GAISHIM_LIBC_H
#define GAISHIM_LIBC_H

#include "libc/image.h"

#include <netdb.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct libc {
	/* The flags that getaddrinfo() knows, and those that no hints mean. */
	int flags, default_flags;

	/* Whether getaddrinfo() looks for a host that is not ASCII in local sources alone, and
	 * sends it to no nameserver. */
	bool unicode_is_local;

	/* Returns an address in the library's image, of something that no other object replaces,
	 * or NULL if this is not the library of this process. The address of a function would
	 * not do: it may be that of a stub in the program. */
	const void *(*anchor)(void);

	/* Returns whether this release of the library is one that the object knows. If not, every
	 * call is left to the library. */
	bool (*is_served)(void);

	/* Symbols of the library that the linker must not know: next_find() looks for them.
	 * The name of the last one is empty. */
	struct wanted *wanted;

	/* Returns a list of answers that the library's own freeaddrinfo() can free, or NULL if
	 * out of memory. Each node has room for the address of any family in ai_addr; only
	 * that, ai_next and ai_canonname are set. canonname may be NULL, and is copied. errno may
	 * change, even if malloc() succeeds. */
	struct addrinfo *(*list_new)(unsigned nodes, const char *canonname);

	/* Returns a copy of a list, which the library's own freeaddrinfo() can free, or NULL if
	 * out of memory. canonname, if it is not NULL, stands in for that of the list. */
	struct addrinfo *(*list_copy)(const struct addrinfo *list, const char *canonname);

	/* Returns whether this process can have threads. If not, only at_fork may be called of
	 * what follows. */
	bool (*has_threads)(void);

	/* Returns whether this is the only thread now; false too if that is unknown. */
	bool (*is_alone)(void);

	/* Have a handler called when this thread is cancelled, exits or jumps out of the
	 * calling frame by longjmp; and take that handler back. The buffer has to be in the
	 * calling frame. */
	void (*push_cleanup)(struct _pthread_cleanup_buffer *buffer, void (*handler)(void *), void *argument);
	void (*pop_cleanup)(struct _pthread_cleanup_buffer *buffer);

	/* pthread_cond_wait(), at most until this time of clock_now(). */
	void (*wait)(pthread_cond_t *condition, pthread_mutex_t *mutex, int64_t until);

	/* Start a detached thread, which inherits the mask of signals, with a stack of at least
	 * that many bytes. Returns false if there can be no such thread. */
	bool (*start_thread)(void *(*job)(void *), void *argument, size_t stack);

	/* Have a handler called with this argument when this thread ends. The handler must
	 * always be the same one. A second argument of a thread's stands in for the first. Returns
	 * false if that is impossible. */
	bool (*at_thread_end)(void (*handler)(void *), void *argument);

	/* Wait until the loader's lock is free: libc holds it when it loads a module. */
	void (*wait_for_loader)(void);

	/* pthread_atfork(). */
	void (*at_fork)(void (*before)(void), void (*in_parent)(void), void (*in_child)(void));

	/* Find the bounds of this thread's stack. Returns false if the stack is long, or if the
	 * bounds are unknown. */
	bool (*stack_bounds)(uintptr_t *low, uintptr_t *high);
};

/* Functions that each library has, and that were libpthread's before glibc 2.34: the linker
 * would ask for the version that they have in its own libc. So next_find() looks for them. Each
 * is constant once start() has returned. In a process of such a glibc that was started without
 * libpthread each is NULL, and there is one thread. */
#define MOVED_FUNCTIONS(ROW) \
	ROW(pthread_create) \
	ROW(pthread_attr_setstacksize) \
	ROW(pthread_attr_getstack) \
	ROW(pthread_getattr_np) \
	ROW(pthread_key_create) \
	ROW(pthread_key_delete) \
	ROW(pthread_setspecific)

extern struct moved {
#define ROW(function) __typeof__(function) *function;
	MOVED_FUNCTIONS(ROW)
#undef ROW
} moved;

/* A row is a library. */
#define LIBRARIES(ROW) \
	ROW(glibc)

#define ROW(library) extern const struct libc library;
LIBRARIES(ROW)
#undef ROW

/* The library of this process: constant once start() has returned. */
extern const struct libc *libc;

#endif
