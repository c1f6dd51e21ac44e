/* SPDX-License-Identifier: MIT
 *
 * Lists of answers in glibc's layout: a node is one malloc of addrinfo plus
 * sockaddr, the canonical name another, so that libc's own freeaddrinfo frees
 * ours. Any thread may call; the caller owns what it gets.
 */
#ifndef GAISHIM_RESULT_H
#define GAISHIM_RESULT_H

#include <netdb.h>

/* A copy of the whole list. NULL if out of memory. */
struct addrinfo *result_copy(const struct addrinfo *list);

/* Free a list, NULL included. */
void result_free(struct addrinfo *list);

#endif
