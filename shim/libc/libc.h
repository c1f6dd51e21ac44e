/* SPDX-License-Identifier: MIT
 *
 * The seam to the C library: what one has and another has not, or does in another way. A
 * library is one file beside this (glibc.c), and which one it is, is found out when the
 * process starts. What all of them have, pthread_mutex_lock() for instance, is called by its
 * name.
 */
#ifndef GAISHIM_LIBC_H
#define GAISHIM_LIBC_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct libc {
	/* Whether this process can have threads. If not, only at_fork may be called. */
	bool (*has_threads)(void);

	/* Whether this is the only thread now. May say no where nobody knows. */
	bool (*is_alone)(void);

	/* Have a handler called when this thread is cancelled, exits or jumps out of the
	 * calling frame by longjmp, and take it back. The caller owns the buffer, in its
	 * frame. */
	void (*push_cleanup)(struct _pthread_cleanup_buffer *buffer, void (*handler)(void *), void *argument);
	void (*pop_cleanup)(struct _pthread_cleanup_buffer *buffer);

	/* pthread_cond_wait, until this time of clock_now() at the most. */
	void (*wait)(pthread_cond_t *condition, pthread_mutex_t *mutex, int64_t until);

	/* Start a detached thread, which inherits the mask of signals, with a stack of at least
	 * that many bytes. Returns whether it could be. */
	bool (*start_thread)(void *(*job)(void *), void *argument, size_t stack);

	/* Wait until the loader's lock is free: libc loads modules under it. */
	void (*wait_for_loader)(void);

	/* pthread_atfork. */
	void (*at_fork)(void (*before)(void), void (*in_parent)(void), void (*in_child)(void));

	/* The bounds of this thread's stack. False if it is long, or if they cannot be told. */
	bool (*stack_bounds)(uintptr_t *low, uintptr_t *high);
};

extern const struct libc glibc;

/* The one of this process: constant once start() has returned. */
extern const struct libc *libc;

#endif
