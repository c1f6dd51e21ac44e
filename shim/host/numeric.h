/* SPDX-License-Identifier: MIT
 *
 * Numeric hosts: answered without a resolver, a lock or a socket.
 */
#ifndef GAISHIM_NUMERIC_H
#define GAISHIM_NUMERIC_H

#include "question.h"

/* Answer a numeric host as libc would (POSIX getaddrinfo; glibc's
 * sysdeps/posix/getaddrinfo.c decides what POSIX leaves open).
 *
 * q->host must not be NULL, q->family one of AF_UNSPEC, AF_INET and AF_INET6. Returns
 * 0 and a list in *answer that the caller frees with freeaddrinfo; NOT_MINE if the host is
 * not numeric; ASK_LIBC if it is, and something else about the question is odd or wrong,
 * or strict mode leaves AI_ADDRCONFIG or AI_IDN to libc (q->libc_flags then keep it from
 * its resolver); EAI_MEMORY. *answer is untouched unless 0 is returned. The only system
 * calls are those that turn the name of an interface into its index. errno is
 * preserved, but for EAI_MEMORY. Any thread may call. */
int numeric_answer(struct question *q, void **answer);

#endif
