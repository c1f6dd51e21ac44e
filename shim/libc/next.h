/* SPDX-License-Identifier: MIT
 *
 * The next getaddrinfo behind ours: libc's, or that of another preload.
 */
#ifndef GAISHIM_NEXT_H
#define GAISHIM_NEXT_H

#include <netdb.h>
#include <stdbool.h>

/* Look for it in the loader's list: at load, and not within a lookup, which may
 * come from a thread that a dlopen waits for. */
void next_find(void);

/* Whether that is glibc's own. Another preload may send any host somewhere. */
bool next_is_glibc(void);

/* getaddrinfo of the next object. EAI_SYSTEM with ENOSYS if there is none. */
int next_getaddrinfo(const char *node, const char *service,
		     const struct addrinfo *hints, struct addrinfo **res);

#endif
