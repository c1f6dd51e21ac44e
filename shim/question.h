/* SPDX-License-Identifier: MIT
 *
 * A question is a call of an interposed function, laid out for the pipeline. A stage of the
 * pipeline returns one of the codes below.
 */
#ifndef GAISHIM_QUESTION_H
#define GAISHIM_QUESTION_H

#include "flight/flight.h"

#include <netdb.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A stage of the pipeline returns 0 (answered: *answer is set), an EAI_ code (refused:
 * *answer is untouched; in glibc these are negative) or one of these. */
enum {
	NOT_MINE = 1, /* the next stage shall look */
	ASK_LIBC = 2, /* libc shall answer, without the other stages */
};

/* The longest domain name in text, RFC 1035 2.3.4, its NUL included. */
#define HOST_MAX 254

/* Between the stages errno goes along with an error, and reaches all callers who share it. In its
 * upper half it may carry the h_errno that libc has left to the thread that asked. */
enum { NO_H_ERRNO = -77 }; /* libc has left h_errno as it was */

static inline int errno_with(int error, int h_error)
{
	enum { LEAST = NETDB_INTERNAL, MOST = 0x7FFF + LEAST - 1 };

	return (error & 0xFFFF) | (h_error < LEAST || h_error > MOST ? 0 : h_error - LEAST + 1) << 16;
}

static inline int errno_of(int both)
{
	return both & 0xFFFF;
}

static inline int h_errno_of(int both)
{
	int carried = both >> 16;

	return carried > 0 ? carried + NETDB_INTERNAL - 1 : NO_H_ERRNO;
}

struct question {
	const struct call *call;
	const char *function; /* its name, for the log */
	const char *node;     /* the host as the caller gave it, for the log */
	bool strict;         /* answer as libc does, without a difference */
	const char *host;    /* NULL, the caller's string, or ascii */
	const char *written; /* the caller's string, if it is to have an ASCII form; else NULL */
	const char *service; /* NULL or the caller's string */
	int flags;           /* as the caller gave them: answers carry them back */
	int libc_flags;      /* those that libc shall see */
	int family;
	int socktype;        /* without type_bits */
	int type_bits;       /* SOCK_NONBLOCK, SOCK_CLOEXEC: answers carry them back */
	int protocol;
	int name_flags;      /* the NI_ flags that libc shall see; they are no AI_ flags */
	uint32_t scope_id;   /* of the address in host */
	size_t room;         /* bytes of the buffer that libc shall fill */
	unsigned skew;       /* how far that buffer is behind an address that suits pointers */

	int64_t deadline;    /* of clock_now(), when the caller wants a code; FLIGHT_NO_DEADLINE */

	/* For the log: what became of the question. */
	const char *how;
	int64_t waited; /* nanoseconds in a line */
	int asks;       /* how often libc was asked for the answer; 0: does not apply */
	int shared;     /* other callers who got the same answer; -1: does not apply */

	char ascii[HOST_MAX + 1]; /* the ASCII form of written, if host points here; there is
				   * room for a last dot */
};

/* An interposed call: how its questions are put to libc, and what its answers are. The
 * functions return what a stage returns. Any thread may call them. */
struct call {
	/* The call by which libc is asked whether a local source has a host that is not ASCII:
	 * this one, or another if this one might send such a host to a nameserver. NULL for a
	 * call whose hosts are all addresses. */
	const struct call *local;
	/* For the log: whether questions have a service, a type, a protocol and flags; and
	 * whether the caller is told a code of h_errno instead of an EAI_ code. */
	bool has_hints, has_h_errno;
	/* Leave to libc what it refuses before it looks at a host. NULL if there is nothing. */
	int (*validate)(const struct question *q);
	/* Answer a host that is an address. NULL for a call whose hosts are all addresses. */
	int (*numeric)(struct question *q, void **answer);
	/* Answer a name under localhost that libc does not find. NULL for a call whose hosts are
	 * all addresses. */
	int (*loopback)(const struct question *q, void **answer);
	/* Ask libc. Returns a code, with errno for an error, which may be one of errno_with(); the
	 * caller owns the answer. */
	int (*ask)(const struct question *q, void **answer);
	/* For the log: write what an answer says as text, its addresses or its name, with commas
	 * between them; as many of them as there is room for. */
	void (*describe)(const void *answer, char *text, size_t size);
	/* How callers who ask the same question share an answer: QUESTION_FLIGHTS() of
	 * together.h. */
	struct flight_kind flights;
};

#endif
