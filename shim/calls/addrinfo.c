/* SPDX-License-Identifier: MIT */
#include "calls/addrinfo.h"

#include "calls/describe.h"
#include "host/idna.h"
#include "libc/libc.h"
#include "libc/next.h"

#include <netinet/in.h>
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

static const void *address_of(const struct addrinfo *node)
{
	if (node->ai_family == AF_INET)
		return &((const struct sockaddr_in *)(const void *)node->ai_addr)->sin_addr;
	return &((const struct sockaddr_in6 *)(const void *)node->ai_addr)->sin6_addr;
}

static bool is_same_address(const struct addrinfo *a, const struct addrinfo *b)
{
	return a->ai_family == b->ai_family
	       && memcmp(address_of(a), address_of(b),
			 a->ai_family == AF_INET ? sizeof(struct in_addr) : sizeof(struct in6_addr)) == 0;
}

/* An address stands once for all its types, which follow one another. */
void addrinfo_describe(const void *list, char *text, size_t size)
{
	const struct addrinfo *before = NULL;

	for (const struct addrinfo *node = list; node != NULL; node = node->ai_next) {
		if (node->ai_addr == NULL || (node->ai_family != AF_INET && node->ai_family != AF_INET6))
			continue;
		if (before != NULL && is_same_address(before, node))
			continue;
		if (!describe_address(node->ai_family, address_of(node), text, size))
			return;
		before = node;
	}
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
		node->ai_flags = q->flags & libc->answered_flags;
		node->ai_socktype |= q->type_bits;
	}
	return code == EAI_MEMORY ? code : 0;
}

/* Returns whether libc puts 127.0.0.1 before ::1, which it does where there is no IPv6. It
 * answers a call without a host with both, in its order. */
static bool is_ipv4_first(void)
{
	const struct addrinfo hints = { .ai_flags = AI_NUMERICSERV, .ai_socktype = SOCK_DGRAM };
	struct addrinfo *list;
	bool first;

	if (next.getaddrinfo(NULL, "0", &hints, &list) != 0)
		return false;
	first = list->ai_family == AF_INET;
	freeaddrinfo(list);
	return first;
}

/* Returns a copy of two lists, of which the second may be NULL, as one. */
static struct addrinfo *join(struct addrinfo *first, struct addrinfo *second, const char *canonname)
{
	struct addrinfo *last = first, *joined;

	while (last->ai_next != NULL)
		last = last->ai_next;
	last->ai_next = second;
	joined = libc->list_copy(first, canonname);
	last->ai_next = NULL;
	return joined;
}

int addrinfo_loopback(const struct question *q, void **answer)
{
	const char *texts[] = { "::1", "127.0.0.1" };
	const struct addrinfo hints = {
		.ai_flags = AI_NUMERICHOST | (q->flags & AI_NUMERICSERV),
		.ai_family = q->family,
		.ai_socktype = q->socktype,
		.ai_protocol = q->protocol,
	};
	const char *canonname = libc->always_names || (q->flags & AI_CANONNAME) ? q->host : NULL;
	struct addrinfo *lists[2] = { NULL, NULL }, *list = NULL;
	bool from_ipv4 = q->family == AF_INET || (q->family == AF_UNSPEC && is_ipv4_first());
	int code = next.getaddrinfo(texts[from_ipv4], q->service, &hints, &lists[0]);

	if (code == 0 && q->family == AF_UNSPEC)
		code = next.getaddrinfo(texts[!from_ipv4], q->service, &hints, &lists[1]);
	if (code == 0) {
		list = join(lists[0], lists[1], canonname);
		code = list != NULL ? addrinfo_match(q, &list) : EAI_MEMORY;
	}
	for (int i = 0; i < 2; i++)
		if (lists[i] != NULL)
			freeaddrinfo(lists[i]);
	if (code == 0)
		*answer = list;
	else if (list != NULL)
		freeaddrinfo(list);
	return code;
}
