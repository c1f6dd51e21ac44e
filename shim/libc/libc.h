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
	/* The library's name, and what returns its release; NULL if the library does not tell. */
	char name[8];
	const char *(*release)(void);

	/* The flags that getaddrinfo() knows, those that no hints mean, and those that are in the
	 * answer if they are in the question. */
	int flags, default_flags, answered_flags;

	/* Whether an answer of getaddrinfo() has the canonical name in each node, and without
	 * AI_CANONNAME too. */
	bool always_names;

	/* Whether the library reads and answers addresses by glibc's rules, which the calls
	 * know: "*" is no host, SOCK_RAW is a type to answer with, a zone is first taken for the
	 * name of an interface, an IPv4-mapped address is also one of AF_INET, an address may have
	 * any length, and digits and dots are no name to gethostbyname(). A library that has other
	 * rules answers by itself what these are about. */
	bool has_glibc_rules;

	/* How gethostbyname_r() and its kin say what has become of a lookup: whether they set
	 * errno and h_errno each time, and return errno; or h_errno for a host that is not found
	 * alone, and return a code of errno without setting it. */
	bool sets_errors;

	/* The value of h_errno for an error of errno. */
	int internal_error;

	/* Returns whether getaddrinfo() looks for this host, which is not ASCII, in local sources
	 * alone, and sends it to no nameserver. */
	bool (*is_local)(const char *host);

	/* Whether a lookup may hold a lock of the library that the child of a fork inherits. */
	bool locks_lookups;

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

	/* Have a handler called when this thread is cancelled or exits, or, if the library can
	 * tell, jumps out of the calling frame by longjmp; and take that handler back. The buffer
	 * has to be in the calling frame. */
	void (*push_cleanup)(struct _pthread_cleanup_buffer *buffer, void (*handler)(void *), void *argument);
	void (*pop_cleanup)(struct _pthread_cleanup_buffer *buffer);

	/* Forget the handlers of earlier calls of this thread, which jumps may have left: a new call
	 * begins. */
	void (*forget_cleanups)(void);

	/* Make a mutex of PTHREAD_MUTEX_ERRORCHECK. */
	void (*init_lock)(pthread_mutex_t *lock);

	/* pthread_cond_wait(), at most until this time of clock_now(), and what wakes those who
	 * wait so. A condition is all zero at first. A jump out of a wait leaves nothing behind. */
	void (*wait)(pthread_cond_t *condition, pthread_mutex_t *mutex, int64_t until);
	int (*signal)(pthread_cond_t *condition);
	int (*broadcast)(pthread_cond_t *condition);

	/* Start a detached thread, which inherits the mask of signals, with a stack of at least
	 * that many bytes. Returns false if there can be no such thread. */
	bool (*start_thread)(void *(*job)(void *), void *argument, size_t stack);

	/* Wait until the loader's lock is free, if a lookup may need it to load a module. */
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

/* A row is a library. That of a process is the last one whose anchor() is there. */
#define LIBRARIES(ROW) \
	ROW(glibc) \
	ROW(musl)

#define ROW(library) extern const struct libc library;
LIBRARIES(ROW)
#undef ROW

/* The library of this process: constant once start() has returned. */
extern const struct libc *libc;

#endif
