/* SPDX-License-Identifier: MIT */
#include "calls/hostent.h"

#include "libc/gate.h"
#include "libc/libc.h"
#include "pipeline.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

/* Values that libc has not set if they are still there. */
enum { NO_ERRNO = -1, NO_H_ERROR = -77 };

enum {
	OWN_ROOM = 64 * 1024,     /* for a caller without a buffer: few answers are longer */
	MOST_ROOM = 1024 * 1024,  /* for more libc is asked with the caller's own buffer */
};

struct answer {
	struct hostent host; /* points into the buffer */
	int error, h_error;  /* errno and h_errno as libc has left them */
	_Alignas(max_align_t) char buffer[];
};

static int code_of(int h_error, int error)
{
	switch (h_error) {
	case HOST_NOT_FOUND: return EAI_NONAME;
	case TRY_AGAIN: return EAI_AGAIN;
	case NO_DATA: return EAI_NODATA;
	case NETDB_INTERNAL: return error == ERANGE ? EAI_OVERFLOW : EAI_SYSTEM;
	default: return EAI_FAIL;
	}
}

static int h_error_of(int code)
{
	switch (code) {
	case EAI_AGAIN: return TRY_AGAIN;
	case EAI_FAIL: return NO_RECOVERY;
	case EAI_NODATA: return NO_DATA;
	case EAI_MEMORY:
	case EAI_SYSTEM:
	case EAI_OVERFLOW: return NETDB_INTERNAL;
	default: return HOST_NOT_FOUND;
	}
}

int hostent_ask(const struct question *q, hostent_form *form, void **answer)
{
	struct answer *got = malloc(sizeof *got + q->skew + q->room);
	struct hostent *result = NULL;
	struct place place;
	struct _pthread_cleanup_buffer cleanup;
	int saved = errno, error;

	if (got == NULL)
		return EAI_MEMORY;
	got->h_error = NO_H_ERROR;
	place = (struct place){ &got->host, got->buffer + q->skew, q->room, &result, &got->h_error };
	if (libc->has_threads()) /* this thread may be cancelled in libc */
		libc->push_cleanup(&cleanup, free, got);
	errno = NO_ERRNO;
	form(q, &place);
	error = errno;
	if (libc->has_threads())
		libc->pop_cleanup(&cleanup);
	if (result != NULL) {
		got->error = error;
		*answer = got;
		return 0;
	}
	int code = code_of(got->h_error, error);
	free(got);
	errno = error == NO_ERRNO ? saved : error;
	return code;
}

/* Returns an item of a list. libc does not align lists if the buffer is not aligned. */
static char *item(char **list, size_t i)
{
	char *p;

	memcpy(&p, (char *)list + i * sizeof p, sizeof p);
	return p;
}

static size_t count(char **list)
{
	size_t n = 0;

	while (list != NULL && item(list, n) != NULL)
		n++;
	return n;
}

/* Returns how many bytes an answer takes behind the structure. */
static size_t packed_size(const struct hostent *host)
{
	size_t size = host->h_name != NULL ? strlen(host->h_name) + 1 : 0;
	size_t aliases = count(host->h_aliases), addresses = count(host->h_addr_list);

	for (size_t i = 0; i < aliases; i++)
		size += strlen(item(host->h_aliases, i)) + 1;
	return size + (aliases + 1 + addresses + 1) * sizeof(char *) + addresses * (size_t)host->h_length;
}

static char *put(char **free, const void *from, size_t size)
{
	char *at = memcpy(*free, from, size);

	*free += size;
	return at;
}

/* Copy an answer to *to, and what it points to into the buffer, which has room for it and is
 * aligned: the pointers, then the addresses, then the names. A module of libc's may leave out
 * a list or the name. */
static void pack(const struct hostent *from, struct hostent *to, char *buffer)
{
	size_t aliases = count(from->h_aliases), addresses = count(from->h_addr_list);
	char **pointers = (char **)buffer;
	char *free = (char *)(pointers + addresses + 1 + aliases + 1);

	*to = *from;
	if (from->h_addr_list != NULL)
		to->h_addr_list = pointers;
	for (size_t i = 0; i < addresses; i++)
		*pointers++ = put(&free, item(from->h_addr_list, i), (size_t)from->h_length);
	*pointers++ = NULL;
	if (from->h_name != NULL)
		to->h_name = put(&free, from->h_name, strlen(from->h_name) + 1);
	if (from->h_aliases != NULL)
		to->h_aliases = pointers;
	for (size_t i = 0; i < aliases; i++) {
		const char *alias = item(from->h_aliases, i);
		*pointers++ = put(&free, alias, strlen(alias) + 1);
	}
	*pointers = NULL;
}

void *hostent_copy(const void *answer)
{
	const struct answer *from = answer;
	struct answer *to = malloc(sizeof *to + packed_size(&from->host));

	if (to == NULL)
		return NULL;
	to->error = from->error;
	to->h_error = from->h_error;
	pack(&from->host, &to->host, to->buffer);
	return to;
}

void hostent_discard(void *answer)
{
	free(answer);
}

bool hostent_numeric(const char *name, const struct address *address, struct hostent *host,
		     char *buffer, size_t size)
{
	struct numeric {
		unsigned char address[16];
		char *addresses[2], *aliases[1];
		char name[];
	} __attribute__((packed)) *numeric = (void *)buffer;
	size_t length = strlen(name) + 1;
	bool is_v4 = address->family == AF_INET;

	if (size < sizeof *numeric + length)
		return false;
	memmove(numeric->name, name, length); /* first: the name may be in the buffer */
	*numeric = (struct numeric){ .addresses = { (char *)numeric->address } };
	if (is_v4)
		memcpy(numeric->address, &address->v4, sizeof address->v4);
	else
		memcpy(numeric->address, &address->v6, sizeof address->v6);
	*host = (struct hostent){
		.h_name = numeric->name,
		.h_aliases = (char **)(void *)(buffer + offsetof(struct numeric, aliases)),
		.h_addrtype = address->family,
		.h_length = is_v4 ? sizeof address->v4 : sizeof address->v6,
		.h_addr_list = (char **)(void *)(buffer + offsetof(struct numeric, addresses)),
	};
	return true;
}

int hostent_new_numeric(const char *name, const struct address *address, void **answer)
{
	size_t size = sizeof(struct in6_addr) + 3 * sizeof(char *) + strlen(name) + 1;
	struct answer *made = malloc(sizeof *made + size);

	if (made == NULL)
		return EAI_MEMORY;
	made->error = 0;
	made->h_error = NETDB_SUCCESS;
	hostent_numeric(name, address, &made->host, made->buffer, size);
	*answer = made;
	return 0;
}

/* libc's _r forms set errno in any case. So errno is 0 before: a host that we refuse leaves
 * it so, as libc does. h_errno they leave alone, but getaddrinfo(), which may be asked for a
 * host that is Unicode, does not. */
static int ask_pipeline(struct question *q, struct answer **answer)
{
	void *got = NULL;
	int saved = errno, saved_h_error = h_errno, code;

	errno = 0;
	code = pipeline(q, &got);
	h_errno = saved_h_error;
	*answer = got;
	if (code == 0)
		errno = (*answer)->error == NO_ERRNO ? saved : (*answer)->error;
	return code;
}

/* Returns the same for want of a buffer as libc does. */
static int say_no_room(const struct place *place)
{
	*place->result = NULL;
	*place->h_error = NETDB_INTERNAL;
	errno = ERANGE;
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
	if (skipped + packed_size(host) > place->size)
		return false;
	pack(host, place->host, place->buffer + skipped);
	return true;
}

int hostent_answer(struct question *q, hostent_form *form, const struct place *place)
{
	struct answer *answer;
	int code, error;

	if (place->size > MOST_ROOM)
		return ask_directly(q, form, place);
	q->room = place->size;
	q->skew = (uintptr_t)place->buffer % _Alignof(char *);
	code = ask_pipeline(q, &answer);
	if (code == EAI_MEMORY)
		return ask_directly(q, form, place); /* which needs no memory of its own */
	if (code == EAI_OVERFLOW)
		return say_no_room(place);
	if (code != 0) {
		*place->result = NULL;
		*place->h_error = h_error_of(code);
		return errno;
	}
	error = errno;
	if (!put_answer(q, &answer->host, place)) {
		free(answer);
		return say_no_room(place);
	}
	*place->result = place->host;
	if (answer->h_error != NO_H_ERROR)
		*place->h_error = answer->h_error;
	free(answer);
	errno = error;
	return 0;
}

/* Unlike an _r form, libc's form without a buffer leaves errno alone if the host is an address,
 * or is written as one and is none; and it never sets h_errno to NETDB_SUCCESS. */
struct hostent *hostent_answer_own(struct question *q, enum slot_function function)
{
	struct own_answer *own = slot_answer(function);
	struct answer *answer;
	int saved = errno, code, error;

	if (own == NULL)
		goto no_memory;
	q->room = OWN_ROOM;
	q->skew = 0;
	while ((code = ask_pipeline(q, &answer)) == EAI_OVERFLOW)
		q->room *= 2;
	if (code == EAI_MEMORY)
		goto no_memory;
	error = (q->libc_flags & AI_NUMERICHOST) ? saved : errno;
	if (code != 0) {
		h_errno = h_error_of(code);
		errno = error;
		return NULL;
	}
	if (!slot_make_room(own, packed_size(&answer->host))) {
		free(answer);
		goto no_memory;
	}
	pack(&answer->host, &own->host, own->buffer);
	if (answer->h_error != NO_H_ERROR && answer->h_error != NETDB_SUCCESS)
		h_errno = answer->h_error;
	free(answer);
	errno = error;
	return &own->host;
no_memory:
	h_errno = NETDB_INTERNAL;
	errno = ENOMEM;
	return NULL;
}
