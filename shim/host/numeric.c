/* SPDX-License-Identifier: MIT */
#include "host/numeric.h"

#include "host/literal.h"
#include "libc/result.h"

#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct address {
	int family;
	in_port_t port; /* network byte order, as v4 */
	struct in_addr v4;
	struct in6_addr v6;
	uint32_t scope_id;
	const char *zone; /* the text behind the '%', or NULL; IPv6 only */
};

struct transport {
	int socktype;
	int protocol;
};

static bool parse_host(const char *host, struct address *address)
{
	address->scope_id = 0;
	address->zone = NULL;
	address->family = AF_INET;
	if (literal_digit(*host) <= 9 && literal_ipv4(host, &address->v4))
		return true;
	address->family = AF_INET6;
	return literal_ipv6(host, &address->v6, &address->zone);
}

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

/* glibc's __inet6_scopeid_pton; RFC 4007 11. */
static bool parse_zone(struct address *address)
{
	const struct in6_addr *v6 = &address->v6;
	const char *digit = address->zone;
	uint64_t number = 0;

	if (IN6_IS_ADDR_LINKLOCAL(v6) || IN6_IS_ADDR_MC_NODELOCAL(v6)
	    || IN6_IS_ADDR_MC_LINKLOCAL(v6)) {
		int saved = errno;
		address->scope_id = if_nametoindex(address->zone);
		errno = saved;
		if (address->scope_id != 0)
			return true;
	}
	do {
		if (*digit < '0' || *digit > '9')
			return false;
		number = number * 10 + (unsigned)(*digit - '0');
		if (number > UINT32_MAX)
			return false;
	} while (*++digit != '\0');
	address->scope_id = (uint32_t)number;
	return true;
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

static struct addrinfo *new_node(const struct question *q, const struct address *address,
				 const struct transport *transport, struct addrinfo *next)
{
	struct addrinfo *node = malloc(sizeof *node + sizeof(struct sockaddr_in6));
	struct sockaddr_in *v4;
	struct sockaddr_in6 *v6;

	if (node == NULL)
		return NULL;
	v4 = (void *)(node + 1);
	v6 = (void *)(node + 1);
	node->ai_flags = q->flags;
	node->ai_family = address->family;
	node->ai_socktype = transport->socktype | q->type_bits;
	node->ai_protocol = transport->protocol | q->protocol; /* the same, or one is 0 */
	node->ai_addr = (struct sockaddr *)v4;
	node->ai_canonname = NULL;
	node->ai_next = next;
	if (address->family == AF_INET) {
		node->ai_addrlen = sizeof *v4;
		*v4 = (struct sockaddr_in){ AF_INET, address->port, address->v4, { 0 } };
	} else {
		node->ai_addrlen = sizeof *v6;
		*v6 = (struct sockaddr_in6){ AF_INET6, address->port, 0, address->v6, address->scope_id };
	}
	return node;
}

static int build(const struct question *q, const struct address *address,
		 const struct transport *first, const struct transport *last, void **answer)
{
	struct addrinfo *head = NULL, *node;

	for (;; last--) {
		node = new_node(q, address, last, head);
		if (node == NULL)
			goto no_memory;
		head = node;
		if (last == first)
			break;
	}
	if (q->flags & AI_CANONNAME) { /* on the first node only */
		head->ai_canonname = strdup(q->host);
		if (head->ai_canonname == NULL)
			goto no_memory;
	}
	*answer = head;
	return 0;
no_memory:
	result_free(head);
	return EAI_MEMORY;
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

int numeric_answer(struct question *q, void **answer)
{
	struct address address;
	const struct transport *first, *last;

	if (!parse_host(q->host, &address))
		return NOT_MINE;
	if ((q->strict && q->flags & (AI_ADDRCONFIG | AI_IDN))
	    || !find_transports(q, &first, &last) || !parse_service(q->service, &address.port)
	    || !convert(&address, q) || (address.zone != NULL && !parse_zone(&address)))
		return leave_to_libc(q);
	q->how = "numeric";
	return build(q, &address, first, last, answer);
}
