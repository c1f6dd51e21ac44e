/* SPDX-License-Identifier: MIT */
/* For programs that look hosts up and tell on stdout how that went, a line a lookup. */
#ifndef LOOKUP_H
#define LOOKUP_H

/* "WHO: HOST ADDRESS" or "WHO: HOST EAI -N". FLAGS is a number as text; NULL: 0. */
void lookup(const char *who, const char *host, const char *flags);

/* Seconds: longer than any lookup takes, with libc or without. */
enum { LONGEST = 60 };

/* A program that times its lookups calls it first. One that hangs is ended by a signal. */
void begin(void);

/* Set by begin(), or by a module of its own. */
extern double begun;

/* HOST stands for getaddrinfo, and "CALL/HOST" for another call of host_calls.h. Prints "WHO
 * STARTED TOOK CODE ADDRESS": STARTED is in seconds since BEGUN, TOOK how many seconds the lookup
 * took; CODE is 0, or as the call has it: EAI_ or h_errno; ADDRESS is the first one of the answer,
 * or the name, or a dash.
 * It is one write: a child of a fork may not touch the lock of stdout. Any thread may call. */
void lookup_timed(const char *who, const char *host);

#endif
