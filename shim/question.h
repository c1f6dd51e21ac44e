/* SPDX-License-Identifier: MIT
 *
 * What a caller of getaddrinfo asked, as it travels down the pipeline, and
 * what a stage of the pipeline may say of it.
 */
#ifndef GAISHIM_QUESTION_H
#define GAISHIM_QUESTION_H

#include <netdb.h>
#include <stdbool.h>
#include <stdint.h>

/* A stage of the pipeline says 0 (answered: *res is set), an EAI_ code (refused:
 * *res is untouched; in glibc these are negative) or one of these. */
enum {
	NOT_MINE = 1, /* the next stage's */
	ASK_LIBC = 2, /* past the other stages: libc itself shall say */
};

/* The longest domain name in text, RFC 1035 2.3.4, its NUL included. */
#define HOST_MAX 254

struct question {
	bool strict;         /* answer as libc does, without a difference */
	const char *host;    /* NULL, the caller's string, or ascii */
	const char *written; /* the caller's string, if it is to have an ASCII form; else NULL */
	char *ascii;         /* that form, or NULL; free it */
	const char *service; /* NULL or the caller's string */
	int flags;           /* as the caller gave them: answers carry them back */
	int libc_flags;      /* those that libc shall see */
	int family;
	int socktype;        /* without type_bits */
	int type_bits;       /* SOCK_NONBLOCK, SOCK_CLOEXEC: answers carry them back */
	int protocol;

	/* What became of it, for the log. */
	const char *how;
	int64_t waited; /* nanoseconds in a line */
	int asks;       /* how often libc was asked for the answer; 0: does not apply */
	int shared;     /* other callers who got the same answer; -1: does not apply */
};

#endif
