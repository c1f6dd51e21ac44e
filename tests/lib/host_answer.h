/* SPDX-License-Identifier: MIT
 *
 * A question to gethostbyname and its kin, what they answered, and whether two answers are
 * the same, for tests that hold the object against libc.
 */
#ifndef HOST_ANSWER_H
#define HOST_ANSWER_H

#include <netdb.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

enum host_call { BY_NAME, BY_NAME2, BY_NAME_R, BY_NAME2_R, BY_ADDRESS, BY_ADDRESS_R };

/* Their names in libc, by enum host_call. */
extern const char *const host_call_names[6];

/* Functions of these names, somebody's. */
struct host_calls {
	struct hostent *(*by_name)(const char *);
	struct hostent *(*by_name2)(const char *, int);
	int (*by_name_r)(const char *, struct hostent *, char *, size_t, struct hostent **, int *);
	int (*by_name2_r)(const char *, int, struct hostent *, char *, size_t, struct hostent **, int *);
	struct hostent *(*by_address)(const void *, socklen_t, int);
	int (*by_address_r)(const void *, socklen_t, int, struct hostent *, char *, size_t, struct hostent **, int *);
};

/* What a call does not take is of no importance. */
struct host_question {
	enum host_call call;
	const char *host;
	int family;
	const void *address;
	socklen_t length;
	size_t room;		/* in the buffer of an _r form, MOST_ROOM at most */
	size_t misaligned;	/* how far behind a multiple of 16 that begins */
};

enum {
	MOST_ROOM = 1 << 14,
	NUMERIC_ROOM = 16 + 3 * sizeof(char *), /* what an address takes, but for its text */
};

/* What is in variables before each call. */
enum { ERRNO_BEFORE = 4321, H_ERRNO_BEFORE = 777, SAID_BEFORE = 12345 };

/* An answer is valid until the same side asks the same kind of question again. */
struct host_answer {
	int code;		/* what an _r form returned */
	int error;		/* errno */
	int thread_h_errno;
	int said_h_errno;	/* through the pointer of an _r form */
	struct hostent *entry;	/* NULL: no answer */
	bool result_is_entry;	/* *result is NULL, or what the caller gave */
	bool spilled;		/* something was written behind the buffer */
	const char *buffer;	/* of an _r form */
};

/* SIDE is 0 or 1: each has a buffer of its own, which ends where writable memory does, but
 * for what its alignment takes. */
struct host_answer answer_of(const struct host_calls *calls, const struct host_question *q, int side);

/* Does libc answer or refuse HOST without looking for it, as one that is made of digits and
 * dots, or of hexadecimal digits and colons? */
bool is_decided_at_once(const struct host_calls *libc, const char *host, int family);

/* libc's files module ends the process if it is asked for a name that it has, in no family:
 * change such a question. And a form without a family asks for AF_INET. */
void spare_libc(const struct host_calls *libc, struct host_question *q);

/* Is NAME "localhost" or a name under it, with or without a last dot? */
bool is_under_localhost(const char *name);

/* What the object must answer to a question about a host, unless it is to answer as libc does:
 * libc's answer, but for a host that is Unicode, and for a name under localhost that libc does
 * not find. ASCII is the form of the host, or NULL if it has none; q->host if it is not Unicode
 * or not to be normalized. */
struct host_answer expect_host_answer(const struct host_calls *libc, const struct host_question *q, const char *ascii);

/* Field by field. With LAYOUT the buffers must hold the same at the same places, too. */
bool same_host_answer(const struct host_question *q, struct host_answer want, struct host_answer got, bool layout);

void print_host_question(const struct host_question *q);
void print_host_answer(const char *who, struct host_answer a);

#endif
