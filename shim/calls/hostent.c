/* SPDX-License-Identifier: MIT */
#include "calls/hostent.h"

#include "calls/describe.h"
#include "libc/libc.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

/* A library that says nothing in errno returns EBADMSG where a nameserver has refused to
 * answer, and a code of errno for an error of its own, with the same h_errno (musl). */
static int code_of(int h_error, int returned)
{
	switch (h_error) {
	case HOST_NOT_FOUND: return EAI_NONAME;
	case TRY_AGAIN: return EAI_AGAIN;
	case NO_DATA: return EAI_NODATA;
	case NETDB_INTERNAL: return returned == ERANGE ? EAI_OVERFLOW : EAI_SYSTEM;
	case HOSTENT_NO_H_ERROR: return returned == ERANGE ? EAI_OVERFLOW : EAI_FAMILY;
	default: return libc->sets_errors || returned == EBADMSG ? EAI_FAIL : EAI_SYSTEM;
	}
}

int hostent_ask(const struct question *q, hostent_form *form, void **answer)
{
	struct hostent_answer *got = malloc(sizeof *got + q->skew + q->room);
	struct hostent *result = NULL;
	struct place place;
	struct _pthread_cleanup_buffer cleanup;
	int saved = errno, error, thread_h_error, returned;

	if (got == NULL)
		return EAI_MEMORY;
	got->h_error = HOSTENT_NO_H_ERROR;
	place = (struct place){ &got->host, got->buffer + q->skew, q->room, &result, &got->h_error };
	if (libc->has_threads()) /* this thread may be cancelled in libc */
		libc->push_cleanup(&cleanup, free, got);
	errno = HOSTENT_NO_ERRNO;
	h_errno = NO_H_ERRNO;
	returned = form(q, &place);
	error = errno;
	thread_h_error = h_errno;
	if (!libc->sets_errors)
		error = result != NULL ? HOSTENT_NO_ERRNO : returned;
	if (libc->has_threads())
		libc->pop_cleanup(&cleanup);
	if (result != NULL) {
		got->error = error;
		got->thread_h_error = thread_h_error;
		*answer = got;
		return 0;
	}
	int code = code_of(got->h_error, returned);
	free(got);
	errno = errno_with(error == HOSTENT_NO_ERRNO ? saved : error, thread_h_error);
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

/* An alias may be the name itself, at the same place (musl). */
size_t hostent_packed_size(const struct hostent *host)
{
	size_t size = host->h_name != NULL ? strlen(host->h_name) + 1 : 0;
	size_t aliases = count(host->h_aliases), addresses = count(host->h_addr_list);

	for (size_t i = 0; i < aliases; i++)
		if (item(host->h_aliases, i) != host->h_name)
			size += strlen(item(host->h_aliases, i)) + 1;
	return size + (aliases + 1 + addresses + 1) * sizeof(char *) + addresses * (size_t)host->h_length;
}

static char *put(char **free, const void *from, size_t size)
{
	char *at = memcpy(*free, from, size);

	*free += size;
	return at;
}

/* A module of libc's may leave out a list or the name. */
void hostent_pack(const struct hostent *from, struct hostent *to, char *buffer)
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
		*pointers++ = alias == from->h_name ? to->h_name : put(&free, alias, strlen(alias) + 1);
	}
	*pointers = NULL;
}

void *hostent_copy(const void *answer)
{
	const struct hostent_answer *from = answer;
	struct hostent_answer *to = malloc(sizeof *to + hostent_packed_size(&from->host));

	if (to == NULL)
		return NULL;
	to->error = from->error;
	to->h_error = from->h_error;
	to->thread_h_error = from->thread_h_error;
	hostent_pack(&from->host, &to->host, to->buffer);
	return to;
}

void hostent_discard(void *answer)
{
	free(answer);
}

void hostent_describe(const void *answer, char *text, size_t size)
{
	const struct hostent *host = &((const struct hostent_answer *)answer)->host;

	for (size_t i = 0; i < count(host->h_addr_list); i++)
		if (!describe_address(host->h_addrtype, item(host->h_addr_list, i), text, size))
			return;
}

/* As musl does (src/network/gethostbyname2_r.c): an answer has its name among its aliases. */
static bool write_named(const char *name, const struct address *address, struct hostent *host,
			char *buffer, size_t size)
{
	size_t length = strlen(name) + 1, skipped = -(uintptr_t)buffer % sizeof(char *);
	bool is_v4 = address->family == AF_INET;
	size_t bytes = is_v4 ? sizeof address->v4 : sizeof address->v6;
	struct {
		char *aliases[3], *addresses[2], bytes[];
	} *answer = (void *)(buffer + skipped);

	if (size < skipped + 4 * sizeof(char *) + 2 * (sizeof(char *) + bytes) + 2 * length)
		return false;
	*host = (struct hostent){
		.h_name = memmove(answer->bytes + bytes, name, length), /* first: it may be in the buffer */
		.h_aliases = answer->aliases,
		.h_addrtype = address->family,
		.h_length = (int)bytes,
		.h_addr_list = answer->addresses,
	};
	answer->aliases[0] = host->h_name;
	answer->aliases[1] = answer->aliases[2] = answer->addresses[1] = NULL;
	answer->addresses[0] = memcpy(answer->bytes, is_v4 ? (const void *)&address->v4 : &address->v6, bytes);
	return true;
}

/* As glibc does, byte by byte (nss/digits_dots.c). */
static bool write_packed(const char *name, const struct address *address, struct hostent *host,
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

bool hostent_numeric(const char *name, const struct address *address, struct hostent *host,
		     char *buffer, size_t size)
{
	if (libc->has_glibc_rules)
		return write_packed(name, address, host, buffer, size);
	return write_named(name, address, host, buffer, size);
}

int hostent_new_numeric(const char *name, const struct address *address, void **answer)
{
	size_t size = 2 * sizeof(struct in6_addr) + 6 * sizeof(char *) + 2 * (strlen(name) + 1);
	struct hostent_answer *made = malloc(sizeof *made + size);

	if (made == NULL)
		return EAI_MEMORY;
	made->error = libc->sets_errors ? 0 : HOSTENT_NO_ERRNO;
	made->h_error = libc->sets_errors ? NETDB_SUCCESS : HOSTENT_NO_H_ERROR;
	made->thread_h_error = NO_H_ERRNO;
	hostent_numeric(name, address, &made->host, made->buffer, size);
	*answer = made;
	return 0;
}
