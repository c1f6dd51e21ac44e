/* SPDX-License-Identifier: MIT */
#include "calls/addrinfo.h"

#include "host/idna.h"
#include "host/numeric.h"
#include "libc/libc.h"

#include <stdlib.h>
#include <string.h>

struct transport {
	int socktype;
	int protocol;
};

/* Convert the address to the family asked for. Returns false if libc has to answer. */
static bool convert(struct address *address, const struct question *q)
{
	if (q->family == AF_UNSPEC || q->family == address->family)
		return true;
	address->family = q->family;
	if (q->family == AF_INET6) {
		address->v6 = (struct in6_addr){ .s6_addr = { [10] = 0xFF, [11] = 0xFF } };
		memcpy(&address->v6.s6_addr[12], &address->v4, sizeof address->v4);
		return q->flags & AI_V4MAPPED;
	}
	memcpy(&address->v4, &address->v6.s6_addr[12], sizeof address->v4);
	/* glibc looks for the zone's name when half the address is overwritten already:
	 * leave that to glibc. */
	return IN6_IS_ADDR_V4MAPPED(&address->v6) && address->zone == NULL;
}

/* Read a port of up to nine digits, truncated to 16 bits as libc does. Returns false for
 * the other numbers that its strtoul takes, and for names: they are rare, and libc reads
 * them. */
static bool parse_service(const char *service, in_port_t *port)
{
	const char *digit = service;
	uint32_t number = 0; /* more digits than nine may wrap around */

	*port = 0;
	if (service == NULL)
		return true;
	for (; *digit >= '0' && *digit <= '9'; digit++)
		number = number * 10 + (uint32_t)(*digit - '0');
	*port = htons((uint16_t)number);
	return *digit == '\0' && digit - service <= 9;
}

/* Find the transports to answer with, first to last, in libc's order. Returns false for the
 * rarer transports, about which releases of libc disagree. */
static bool find_transports(const struct question *q, const struct transport **first,
			    const struct transport **last)
{
	static const struct transport known[] = {
		{ SOCK_STREAM, IPPROTO_TCP },
		{ SOCK_DGRAM, IPPROTO_UDP },
		{ SOCK_RAW, 0 }, /* and whatever protocol was asked for */
	};

	*first = *last = known;
	if (q->socktype == SOCK_RAW) {
		*first = *last = &known[2];
		return q->service == NULL || *q->service == '\0';
	}
	if (q->socktype == 0 && q->protocol == 0) {
		*last = &known[2];
		return true;
	}
	for (int i = 0; i < 2; i++) {
		*first = *last = &known[i];
		if ((q->socktype == 0 || q->socktype == known[i].socktype)
		    && (q->protocol == 0 || q->protocol == known[i].protocol))
			return true;
	}
	return false;
}

static void fill(struct addrinfo *node, const struct question *q, const struct address *address,
		 in_port_t port, const struct transport *transport)
{
	struct sockaddr_in *v4 = (void *)node->ai_addr;
	struct sockaddr_in6 *v6 = (void *)node->ai_addr;

	node->ai_flags = q->flags;
	node->ai_family = address->family;
	node->ai_socktype = transport->socktype | q->type_bits;
	node->ai_protocol = transport->protocol | q->protocol; /* the same, or one is 0 */
	if (address->family == AF_INET) {
		node->ai_addrlen = sizeof *v4;
		*v4 = (struct sockaddr_in){ AF_INET, port, address->v4, { 0 } };
	} else {
		node->ai_addrlen = sizeof *v6;
		*v6 = (struct sockaddr_in6){ AF_INET6, port, 0, address->v6, address->scope_id };
	}
}

/* Let libc answer a question that is odd or wrong: without its resolver and, except in
 * strict mode, whatever the interfaces and the locale are. */
__attribute__((noinline)) static int leave_to_libc(struct question *q)
{
	q->libc_flags |= AI_NUMERICHOST;
	if (!q->strict)
		q->libc_flags &= ~(AI_ADDRCONFIG | AI_IDN | AI_CANONIDN);
	return ASK_LIBC;
}

int addrinfo_numeric(struct question *q, void **answer)
{
	struct address address;
	const struct transport *first, *last;
	struct addrinfo *list;
	in_port_t port;

	if (!numeric_parse(q->host, &address))
		return NOT_MINE;
	if ((q->strict && q->flags & (AI_ADDRCONFIG | AI_IDN))
	    || !find_transports(q, &first, &last) || !parse_service(q->service, &port)
	    || !convert(&address, q) || (address.zone != NULL && !numeric_zone(&address)))
		return leave_to_libc(q);
	q->how = "numeric";
	list = libc->list_new((unsigned)(last - first) + 1, q->flags & AI_CANONNAME ? q->host : NULL);
	if (list == NULL)
		return EAI_MEMORY;
	*answer = list;
	for (; list != NULL; list = list->ai_next)
		fill(list, q, &address, port, first++);
	return 0;
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
