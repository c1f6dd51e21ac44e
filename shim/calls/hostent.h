/* SPDX-License-Identifier: MIT
 *
 * Answers of struct hostent: as a flight shares them, and as a caller of gethostbyname() and
 * its kin wants them. Any thread may call.
 *
 * Inside, codes are those of getaddrinfo():
 *
 *   HOST_NOT_FOUND  EAI_NONAME      NO_DATA                     EAI_NODATA
 *   TRY_AGAIN       EAI_AGAIN       NETDB_INTERNAL, and ERANGE  EAI_OVERFLOW
 *   NO_RECOVERY     EAI_FAIL        NETDB_INTERNAL              EAI_SYSTEM
 *   (nothing)       EAI_FAMILY
 *
 * Where /etc/hosts is missing, libc says neither of a host that no other source has.
 *
 * Apart from *h_errnop, glibc's _r forms leave in the thread's h_errno what its resolver has set
 * (resolv/res_query.c): the code of a name that a nameserver does not have, and HOST_NOT_FOUND
 * even for a name that it has. Other sources and musl leave h_errno alone.
 */
#ifndef GAISHIM_HOSTENT_H
#define GAISHIM_HOSTENT_H

#include "host/numeric.h"
#include "question.h"

#include <netdb.h>
#include <stdbool.h>
#include <stddef.h>

/* The last arguments of an _r form: where the answer goes, and how the form says that there
 * is none. */
struct place {
	struct hostent *host;
	char *buffer;
	size_t size;
	struct hostent **result;
	int *h_error;
};

/* Ask the next _r form. Returns what that returns. */
typedef int hostent_form(const struct question *q, const struct place *place);

/* libc's answer, in one piece. */
struct hostent_answer {
	struct hostent host; /* points into the buffer */
	int error, h_error;  /* errno and *h_errnop as libc has set them, or the values below */
	int thread_h_error;  /* h_errno as libc has left it, or NO_H_ERRNO */
	_Alignas(max_align_t) char buffer[];
};
enum { HOSTENT_NO_ERRNO = -1, HOSTENT_NO_H_ERROR = NO_H_ERRNO }; /* libc has not set them */

/* Ask this form, with a buffer like the caller's: q->room and q->skew say which sizes are too
 * small for libc. The caller owns the answer. errno is one of errno_with() if there is none. */
int hostent_ask(const struct question *q, hostent_form *form, void **answer);

/* Returns how many bytes an answer takes behind the structure when it is packed. */
size_t hostent_packed_size(const struct hostent *host);

/* Copy an answer to *to, and what it points to into the buffer, which has room for it and is
 * aligned: the pointers, then the addresses, then the names. */
void hostent_pack(const struct hostent *from, struct hostent *to, char *buffer);

/* How callers share answers: the functions of struct call's flights. */
void *hostent_copy(const void *answer);
void hostent_discard(void *answer);

/* Write the addresses of an answer as text, see struct call. */
void hostent_describe(const void *answer, char *text, size_t size);

/* Write the answer to a host that is an address, as libc's _r forms do, field by field. Returns
 * false if the buffer is too small. */
bool hostent_numeric(const char *name, const struct address *address, struct hostent *host,
		     char *buffer, size_t size);

/* Make such an answer. Returns 0 or EAI_MEMORY; the caller owns the answer. */
int hostent_new_numeric(const char *name, const struct address *address, void **answer);

#endif
