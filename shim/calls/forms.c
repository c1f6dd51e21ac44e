/* SPDX-License-Identifier: MIT */
#include "calls/forms.h"

#include "libc/gate.h"
#include "libc/libc.h"
#include "pipeline.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum {
	OWN_ROOM = 15 * 1024,     /* for a caller without a buffer: few answers are longer, and musl's
				   * malloc() makes a system call for more */
	GROWTH = 8,               /* of that room where an answer is longer: libc is asked again */
	MOST_ROOM = 1024 * 1024,  /* for more libc is asked with the caller's own buffer */
};

static int h_error_of(int code)
{
	switch (code) {
	case EAI_AGAIN: return TRY_AGAIN;
	case EAI_FAIL: return NO_RECOVERY;
	case EAI_NODATA: return NO_DATA;
	case EAI_MEMORY:
	case EAI_SYSTEM:
	case EAI_OVERFLOW: return libc->internal_error;
	default: return HOST_NOT_FOUND;
	}
}

/* Tell the caller the code, unless libc has left h_errno as it was. */
static void tell(int code, int *h_error)
{
	if (code != EAI_FAMILY)
		*h_error = h_error_of(code);
}

/* libc's _r forms return an error, and some libraries' set errno to it, in any case. So errno is
 * 0 before: a host that we refuse leaves it so, as libc does. h_errno becomes what the form has
 * left to the thread that asked; getaddrinfo(), which may be asked for a host that is Unicode,
 * has no part in that. *error becomes what the form returns if there is no answer. */
static int ask_pipeline(struct question *q, struct hostent_answer **answer, int *error)
{
	void *got = NULL;
	int saved = errno, saved_h_error = h_errno, h_error, code;

	errno = 0;
	code = pipeline(q, &got);
	*answer = got;
	h_error = code == 0 ? (*answer)->thread_h_error : h_errno_of(errno);
	h_errno = h_error != NO_H_ERRNO ? h_error : saved_h_error;
	*error = errno = errno_of(errno);
	if (code == 0 && (*answer)->error != HOSTENT_NO_ERRNO)
		errno = (*answer)->error;
	else if (code == 0 || (!libc->sets_errors && code != EAI_SYSTEM))
		errno = saved;
	return code;
}

/* Returns the same for want of a buffer as libc does. */
static int say_no_room(const struct place *place)
{
	*place->result = NULL;
	if (libc->sets_errors) {
		*place->h_error = NETDB_INTERNAL;
		errno = ERANGE;
	}
	return ERANGE;
}

/* Ask libc with the caller's own buffer. Returns what libc returns. */
static int ask_directly(const struct question *q, hostent_form *form, const struct place *place)
{
	uint32_t era;
	bool counted = gate_enter(&era);
	int code = form(q, place);

	if (counted)
		gate_leave(era);
	return code;
}

/* Put an answer where the caller wants it: an address laid out as libc does that. Returns
 * false if the buffer is too small. */
static bool put_answer(const struct question *q, const struct hostent *host, const struct place *place)
{
	size_t skipped = -q->skew % _Alignof(char *);

	if (q->libc_flags & AI_NUMERICHOST) {
		struct address address = { .family = host->h_addrtype };
		void *bytes = host->h_addrtype == AF_INET ? (void *)&address.v4 : &address.v6;

		memcpy(bytes, host->h_addr_list[0], (size_t)host->h_length);
		return hostent_numeric(host->h_name, &address, place->host, place->buffer, place->size);
	}
	if (skipped + hostent_packed_size(host) > place->size)
		return false;
	hostent_pack(host, place->host, place->buffer + skipped);
	return true;
}

int forms_answer(struct question *q, hostent_form *form, const struct place *place)
{
	struct hostent_answer *answer;
	int code, error;

	if (place->size > MOST_ROOM)
		return ask_directly(q, form, place);
	q->room = place->size;
	q->skew = (uintptr_t)place->buffer % _Alignof(char *);
	code = ask_pipeline(q, &answer, &error);
	if (code == EAI_MEMORY)
		return ask_directly(q, form, place); /* which needs no memory of its own */
	if (code == EAI_OVERFLOW)
		return say_no_room(place);
	if (code != 0) {
		*place->result = NULL;
		tell(code, place->h_error);
		return error;
	}
	error = errno;
	if (!put_answer(q, &answer->host, place)) {
		free(answer);
		return say_no_room(place);
	}
	*place->result = place->host;
	if (answer->h_error != HOSTENT_NO_H_ERROR)
		*place->h_error = answer->h_error;
	free(answer);
	errno = error;
	return 0;
}

/* Unlike an _r form, libc's form without a buffer leaves errno alone if the host is an address,
 * or is written as one and is none; and it never sets h_errno to NETDB_SUCCESS. */
struct hostent *forms_answer_own(struct question *q, enum slot_function function)
{
	struct own_answer *own = slot_answer(function);
	struct hostent_answer *answer;
	int saved = errno, code, error;

	if (own == NULL)
		goto no_memory;
	q->room = OWN_ROOM;
	q->skew = 0;
	while ((code = ask_pipeline(q, &answer, &error)) == EAI_OVERFLOW)
		q->room *= GROWTH;
	if (code == EAI_MEMORY)
		goto no_memory;
	error = (q->libc_flags & AI_NUMERICHOST) ? saved : errno;
	if (code != 0) {
		tell(code, &h_errno);
		errno = error;
		return NULL;
	}
	if (!slot_make_room(own, hostent_packed_size(&answer->host))) {
		free(answer);
		goto no_memory;
	}
	hostent_pack(&answer->host, &own->host, own->buffer);
	if (answer->h_error != HOSTENT_NO_H_ERROR && answer->h_error != NETDB_SUCCESS)
		h_errno = answer->h_error;
	free(answer);
	errno = error;
	return &own->host;
no_memory:
	h_errno = libc->internal_error;
	errno = ENOMEM;
	return NULL;
}
