/* SPDX-License-Identifier: MIT
 *
 * The functions that this object stands in front of: the next ones of their names, which are
 * libc's, or those of another preload.
 */
#ifndef GAISHIM_NEXT_H
#define GAISHIM_NEXT_H

#include <netdb.h>
#include <stdbool.h>

/* A row is a function. */
#define NEXT_FUNCTIONS(ROW) \
	ROW(getaddrinfo) \
	ROW(gethostbyname) \
	ROW(gethostbyname_r) \
	ROW(gethostbyname2) \
	ROW(gethostbyname2_r) \
	ROW(gethostbyaddr) \
	ROW(gethostbyaddr_r) \
	ROW(getnameinfo)

/* Each is constant once start() has returned, and NULL if there is none. */
extern struct next {
#define ROW(function) __typeof__(function) *function;
	NEXT_FUNCTIONS(ROW)
#undef ROW
} next;

/* Find these functions, libc (libc.h), and the symbols that it wants, in one walk over the
 * objects of this process. Call this at load, and not within a lookup: a dlopen, which holds the
 * loader's lock, may wait for the thread of that lookup. */
void next_find(void);

/* Returns whether one of these functions is libc's own, or a sanitizer's, which does no more than
 * look at what libc's answers. Another preload's may send any host anywhere. */
bool next_is_libc(const void *function);

#endif
