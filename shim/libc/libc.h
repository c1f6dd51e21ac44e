/* SPDX-License-Identifier: MIT
 *
 * The seam to the C library: all that one library has and another has not, or does in
 * another way. Each library has one file beside this (glibc.c), and a process finds out at
 * its start which library it has. Functions that all of them have, such as
 * pthread_mutex_lock(), are called by their names.
 */
#ifndef GAISHIM_LIBC_H
#define GAISHIM_LIBC_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct libc {
	/* Returns whether this process can have threads. If not, only at_fork may be called. */
	bool (*has_threads)(void);

	/* Returns whether this is the only thread now; false too if that is unknown. */
	bool (*is_alone)(void);

	/* Have a handler called when this thread is cancelled, exits or jumps out of the
	 * calling frame by longjmp; and take that handler back. The caller owns the buffer,
	 * in its frame. */
	void (*push_cleanup)(struct _pthread_cleanup_buffer *buffer, void (*handler)(void *), void *argument);
	void (*pop_cleanup)(struct _pthread_cleanup_buffer *buffer);

	/* pthread_cond_wait(), at most until this time of clock_now(). */
	void (*wait)(pthread_cond_t *condition, pthread_mutex_t *mutex, int64_t until);

	/* Start a detached thread, which inherits the mask of signals, with a stack of at least
	 * that many bytes. Returns false if there can be no such thread. */
	bool (*start_thread)(void *(*job)(void *), void *argument, size_t stack);

	/* Wait until the loader's lock is free: libc holds it when it loads a module. */
	void (*wait_for_loader)(void);

	/* pthread_atfork(). */
	void (*at_fork)(void (*before)(void), void (*in_parent)(void), void (*in_child)(void));

	/* Find the bounds of this thread's stack. Returns false if the stack is long, or if the
	 * bounds are unknown. */
	bool (*stack_bounds)(uintptr_t *low, uintptr_t *high);
};

extern const struct libc glibc;

/* The library of this process: constant once start() has returned. */
extern const struct libc *libc;

#endif
