/* SPDX-License-Identifier: MIT */
#include "numeric.h"

#include "literal.h"
#include "result.h"

#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct address {
	union {
		struct sockaddr any;
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
	} socket;
	const char *zone; /* what follows the '%', or NULL; IPv6 only */
};

struct transport {
	int socktype;
	int protocol;
};

static bool parse_host(const char *host, struct address *address)
{
	if (literal_ipv4(host, &address->socket.v4.sin_addr)) {
		address->socket.any.sa_family = AF_INET;
		return true;
	}
	address->socket.v4.sin_addr.s_addr = 0; /* it overlaps sin6_flowinfo */
	address->socket.any.sa_family = AF_INET6;
	return literal_ipv6(host, &address->socket.v6.sin6_addr, &address->zone);
}

/* Turn the address into the family asked for. False: libc has something to
 * say about it. */
static bool convert(struct address *address, const struct question *q)
{
	struct in_addr v4 = address->socket.v4.sin_addr;
	const struct in6_addr *v6 = &address->socket.v6.sin6_addr;

	if (q->family == AF_UNSPEC || q->family == address->socket.any.sa_family)
		return true;
	if (q->family == AF_INET6) {
		if (!(q->flags & AI_V4MAPPED))
			return false;
		address->socket.v6 = (struct sockaddr_in6){ .sin6_family = AF_INET6 };
		address->socket.v6.sin6_addr.s6_addr[10] = 0xFF;
		address->socket.v6.sin6_addr.s6_addr[11] = 0xFF;
		memcpy(&address->socket.v6.sin6_addr.s6_addr[12], &v4, sizeof v4);
		return true;
	}
	/* glibc looks for the zone's name with half the address already
	 * overwritten: let it. */
	if (!IN6_IS_ADDR_V4MAPPED(v6) || address->zone != NULL)
		return false;
	memcpy(&v4, &v6->s6_addr[12], sizeof v4);
	address->socket.v4 = (struct sockaddr_in){ .sin_family = AF_INET, .sin_addr = v4 };
	return true;
}

/* glibc's __inet6_scopeid_pton; RFC 4007 11. */
static bool parse_zone(struct address *address)
{
	const struct in6_addr *v6 = &address->socket.v6.sin6_addr;
	uint32_t *scope_id = &address->socket.v6.sin6_scope_id;
	const char *digit = address->zone;
	uint64_t number = 0;

	if (IN6_IS_ADDR_LINKLOCAL(v6) || IN6_IS_ADDR_MC_NODELOCAL(v6)
	    || IN6_IS_ADDR_MC_LINKLOCAL(v6)) {
		int saved = errno;
		*scope_id = if_nametoindex(address->zone);
		errno = saved;
		if (*scope_id != 0)
			return true;
	}
	do {
		if (*digit < '0' || *digit > '9')
			return false;
		number = number * 10 + (unsigned)(*digit - '0');
		if (number > UINT32_MAX)
			return false;
	} while (*++digit != '\0');
	*scope_id = (uint32_t)number;
	return true;
}

/* A port of up to nine digits, truncated to 16 bits as libc does. False for what
 * else its strtoul takes, and for names: they are seldom, and libc's to read. */
static bool parse_service(const char *service, in_port_t *port)
{
	const char *digit = service;
	uint32_t number = 0;

	if (service != NULL)
		while (*digit >= '0' && *digit <= '9' && digit - service < 9)
			number = number * 10 + (uint32_t)(*digit++ - '0');
	*port = htons((uint16_t)number);
	return service == NULL || *digit == '\0';
}

/* The transports to answer with, in libc's order; NULL for the rarer ones, about
 * which releases of libc disagree. */
static const struct transport *list_transports(const struct question *q, int *count)
{
	static const struct transport known[] = {
		{ SOCK_STREAM, IPPROTO_TCP },
		{ SOCK_DGRAM, IPPROTO_UDP },
		{ SOCK_RAW, 0 }, /* and whatever protocol was asked for */
	};

	*count = 1;
	if (q->socktype == SOCK_RAW)
		return q->service == NULL || *q->service == '\0' ? &known[2] : NULL;
	if (q->socktype == 0 && q->protocol == 0) {
		*count = 3;
		return known;
	}
	for (int i = 0; i < 2; i++)
		if ((q->socktype == 0 || q->socktype == known[i].socktype)
		    && (q->protocol == 0 || q->protocol == known[i].protocol))
			return &known[i];
	return NULL;
}

static int build(const struct question *q, const struct address *address,
		 const struct transport *transports, int count, struct addrinfo **res)
{
	bool v4 = address->socket.any.sa_family == AF_INET;
	struct addrinfo *head = NULL;

	while (count-- > 0) { /* from the last to the first */
		const struct transport *transport = &transports[count];
		bool raw = transport->socktype == SOCK_RAW;
		struct addrinfo *node = malloc(sizeof *node + sizeof address->socket);
		if (node == NULL)
			goto no_memory;
		*node = (struct addrinfo){
			.ai_flags = q->flags,
			.ai_family = address->socket.any.sa_family,
			.ai_socktype = transport->socktype | q->type_bits,
			.ai_protocol = raw ? q->protocol : transport->protocol,
			.ai_addrlen = v4 ? sizeof address->socket.v4 : sizeof address->socket.v6,
			.ai_addr = memcpy(node + 1, &address->socket, sizeof address->socket),
			.ai_next = head,
		};
		head = node;
	}
	if (q->flags & AI_CANONNAME) { /* on the first only */
		head->ai_canonname = strdup(q->host);
		if (head->ai_canonname == NULL)
			goto no_memory;
	}
	*res = head;
	return 0;
no_memory:
	result_free(head);
	return EAI_MEMORY;
}

int numeric_answer(struct question *q, struct addrinfo **res)
{
	struct address address = { .socket.v6 = { 0 } };
	const struct transport *transports;
	in_port_t port;
	int count;

	if (!parse_host(q->host, &address))
		return NOT_MINE;
	q->libc_flags |= AI_NUMERICHOST; /* from here on no resolver is asked */
	if (!q->strict)
		q->libc_flags &= ~(AI_ADDRCONFIG | AI_IDN | AI_CANONIDN);
	else if (q->flags & (AI_ADDRCONFIG | AI_IDN))
		return ASK_LIBC; /* it looks at the interfaces, or at the zone's encoding */

	transports = list_transports(q, &count);
	if (transports == NULL || !parse_service(q->service, &port) || !convert(&address, q))
		return ASK_LIBC;
	if (address.zone != NULL && !parse_zone(&address))
		return ASK_LIBC;
	address.socket.v4.sin_port = port; /* sin6_port is at the same place */
	q->how = "numeric";
	return build(q, &address, transports, count, res);
}
