/* SPDX-License-Identifier: MIT
 *
 * Answers as lists of addrinfo (POSIX getaddrinfo; glibc's sysdeps/posix/getaddrinfo.c
 * decides what POSIX leaves open). Callers free a list with freeaddrinfo(). Any thread may
 * call.
 */
#ifndef GAISHIM_ADDRINFO_H
#define GAISHIM_ADDRINFO_H

#include "question.h"

#include <netdb.h>

/* Answer a numeric host as libc would.
 *
 * q->host must not be NULL, q->family one of AF_UNSPEC, AF_INET and AF_INET6. Returns 0 and
 * a list in *answer; NOT_MINE if the host is not numeric; ASK_LIBC if it is, and something
 * else about the question is odd or wrong, or strict mode leaves AI_ADDRCONFIG or AI_IDN to
 * libc (q->libc_flags then keep it from its resolver); EAI_MEMORY. *answer is untouched
 * unless 0 is returned. System calls are those of numeric.h. errno is preserved, but for
 * EAI_MEMORY. */
int addrinfo_numeric(struct question *q, void **answer);

/* Make libc's answer fit the caller's question: with the flags and type bits that libc was
 * not shown, and with the canonical name in the form that the flags want. *list may become
 * another list. Returns 0 or EAI_MEMORY. */
int addrinfo_match(const struct question *q, struct addrinfo **list);

#endif
