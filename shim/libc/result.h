/* SPDX-License-Identifier: MIT
 *
 * Lists of answers in glibc's layout: a node is one malloc of addrinfo plus sockaddr, the
 * canonical name another, so that libc's own freeaddrinfo frees our lists. Any thread may
 * call.
 */
#ifndef GAISHIM_RESULT_H
#define GAISHIM_RESULT_H

#include <netdb.h>

/* Returns a copy of the whole list, which the caller owns, or NULL if out of memory. */
struct addrinfo *result_copy(const struct addrinfo *list);

/* Free a list that is in this layout. Accepts NULL. */
void result_free(struct addrinfo *list);

#endif
