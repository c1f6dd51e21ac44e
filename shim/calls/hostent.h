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
 */
#ifndef GAISHIM_HOSTENT_H
#define GAISHIM_HOSTENT_H

#include "calls/slot.h"
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

/* Ask this form, with a buffer like the caller's: q->room and q->skew say which sizes are too
 * small for libc. The caller owns the answer. */
int hostent_ask(const struct question *q, hostent_form *form, void **answer);

/* How callers share answers: the functions of struct call's flights. */
void *hostent_copy(const void *answer);
void hostent_discard(void *answer);

/* Send the question of an _r form down the pipeline, with the caller's buffer as its room,
 * and put the answer there. Returns what the form returns. */
int hostent_answer(struct question *q, hostent_form *form, const struct place *place);

/* The same for a form that has no buffer. Returns the answer, which is the thread's own until
 * its next call of this function, or NULL, with h_errno set. */
struct hostent *hostent_answer_own(struct question *q, enum slot_function function);

/* Write the answer to a host that is an address, as glibc's _r forms do, field by field and
 * byte by byte (nss/digits_dots.c). Returns false if the buffer is too small. */
bool hostent_numeric(const char *name, const struct address *address, struct hostent *host,
		     char *buffer, size_t size);

/* Make such an answer. Returns 0 or EAI_MEMORY; the caller owns the answer. */
int hostent_new_numeric(const char *name, const struct address *address, void **answer);

#endif
