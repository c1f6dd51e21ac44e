/* SPDX-License-Identifier: MIT
 *
 * libc's answers to getaddrinfo(): lists of addrinfo, as a flight shares them and as a caller
 * wants them. Any thread may call.
 */
#ifndef GAISHIM_ADDRINFO_H
#define GAISHIM_ADDRINFO_H

#include "question.h"

#include <netdb.h>
#include <stddef.h>

extern const struct call getaddrinfo_call;

/* Returns a copy of a list, which the caller owns, or NULL if out of memory. */
void *addrinfo_copy(const void *list);

void addrinfo_discard(void *list);

/* Write the addresses of a list as text, see struct call. */
void addrinfo_describe(const void *list, char *text, size_t size);

/* Make libc's answer fit the caller's question: with the flags and type bits that libc was
 * not shown, and with the canonical name in the form that the flags want. *list may become
 * another list. Returns 0 or EAI_MEMORY. */
int addrinfo_match(const struct question *q, struct addrinfo **list);

/* Answer a name under localhost, which libc does not find, with loopback addresses, in libc's
 * order. Returns what a stage returns; the caller owns the answer. */
int addrinfo_loopback(const struct question *q, void **answer);

#endif
