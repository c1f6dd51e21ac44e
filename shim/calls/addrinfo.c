/* SPDX-License-Identifier: MIT */
#include "calls/addrinfo.h"

#include "host/idna.h"
#include "libc/libc.h"
#include "libc/next.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

void *addrinfo_copy(const void *list)
{
	return libc->list_copy(list, NULL);
}

void addrinfo_discard(void *list)
{
	freeaddrinfo(list); /* as it came: its maker may have a freeaddrinfo of its own */
}

/* Another preload may not give the name a malloc of its own (proxychains does not), so the
 * name is replaced in a copy of the list. */
int addrinfo_match(const struct question *q, struct addrinfo **list)
{
	char *name = (*list)->ai_canonname, *unicode = NULL;
	int code = 0;

	if (q->flags & ~q->libc_flags & AI_CANONIDN && name != NULL)
		code = idna_to_unicode(name, &unicode); /* if it fails the name stays, as in libc */
	if (unicode != NULL && strcmp(unicode, name) != 0) {
		struct addrinfo *own = libc->list_copy(*list, unicode);

		if (own != NULL) {
			freeaddrinfo(*list);
			*list = own;
		} else {
			code = EAI_MEMORY;
		}
	}
	free(unicode);
	for (struct addrinfo *node = *list; node != NULL; node = node->ai_next) {
		node->ai_flags = q->flags;
		node->ai_socktype |= q->type_bits;
	}
	return code == EAI_MEMORY ? code : 0;
}

/* libc answers a call without a host with loopback addresses, in its own order; but not
 * without a service, either, nor for a raw socket with a service. */
int addrinfo_loopback(const struct question *q, void **answer)
{
	struct addrinfo hints = {
		.ai_flags = q->service != NULL ? q->flags & AI_NUMERICSERV : AI_NUMERICSERV,
		.ai_family = q->family,
		.ai_socktype = q->socktype == SOCK_RAW ? SOCK_DGRAM : q->socktype,
		.ai_protocol = q->socktype == SOCK_RAW ? 0 : q->protocol,
	};
	struct addrinfo *list, *named;
	int code = next.getaddrinfo(NULL, q->service != NULL ? q->service : "0", &hints, &list);

	if (code != 0)
		return code;
	if (q->flags & AI_CANONNAME) {
		named = libc->list_copy(list, q->host);
		freeaddrinfo(list);
		if (named == NULL)
			return EAI_MEMORY;
		list = named;
	}
	for (struct addrinfo *node = list; q->socktype == SOCK_RAW && node != NULL; node = node->ai_next) {
		node->ai_socktype = SOCK_RAW;
		node->ai_protocol = q->protocol;
	}
	code = addrinfo_match(q, &list);
	if (code == 0)
		*answer = list;
	else
		freeaddrinfo(list);
	return code;
}
