/* SPDX-License-Identifier: MIT
 *
 * The next getaddrinfo behind ours: libc's, or that of another preload.
 */
#ifndef GAISHIM_NEXT_H
#define GAISHIM_NEXT_H

#include <netdb.h>
#include <stdbool.h>

/* Find that function in the loader's list. Call this at load, and not within a lookup: a
 * dlopen, which holds the loader's lock, may wait for the thread of that lookup. */
void next_find(void);

/* Returns whether that function is glibc's own. Another preload may send any host anywhere. */
bool next_is_glibc(void);

/* Call that function. Returns EAI_SYSTEM, with errno ENOSYS, if there is none. */
int next_getaddrinfo(const char *node, const char *service,
		     const struct addrinfo *hints, struct addrinfo **res);

#endif
