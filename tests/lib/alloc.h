/* SPDX-License-Identifier: MIT */
/*
 * The allocator of liballoc.c: libc's, but it fails when it is told to and knows
 * which blocks of a lookup have not been freed.
 */
#ifndef ALLOC_H
#define ALLOC_H

#include <stdbool.h>
#include <stddef.h>

/* Whose calls count. */
enum whose { SHIM, EVERYBODY };

/* Found by dlsym as "faulty_allocator". */
struct allocator {
	/* From here on this thread's calls are watched, and the nth of them fails
	 * (0: none does). Of EVERYBODY, or of the SHIM: then what it calls, libc
	 * or a resolver, has all it wants. */
	void (*arm)(unsigned nth, enum whose whose);
	/* Calls fail after so many milliseconds, for all threads. */
	void (*linger)(int ms);
	/* No more. Returns whether one has failed. */
	bool (*disarm)(void);
	/* Blocks that were handed out while watched and are not freed yet. */
	size_t (*outstanding)(void);
};

#endif
