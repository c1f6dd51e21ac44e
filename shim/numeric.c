/* SPDX-License-Identifier: MIT */
#include "numeric.h"

#include "result.h"

#include <arpa/inet.h>
#include <limits.h>
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

static unsigned digit_value(char c)
{
	unsigned decimal = (unsigned char)c - (unsigned)'0';
	unsigned letter = ((unsigned char)c | 0x20U) - 'a';

	return decimal <= 9 ? decimal : letter <= 5 ? letter + 10 : UINT_MAX;
}

/* The number at text, decimal, octal or hexadecimal as in C; returns what is
 * behind it, or NULL if there is none up to UINT32_MAX. */
static const char *parse_number(const char *text, uint32_t *number)
{
	unsigned base = 10;
	unsigned digit = digit_value(*text);
	uint64_t value = 0;

	if (digit > 9)
		return NULL;
	if (digit == 0) {
		base = 8;
		if ((text[1] == 'x' || text[1] == 'X') && digit_value(text[2]) < 16) {
			base = 16;
			digit = digit_value(*(text += 2));
		}
	}
	for (; digit < base; digit = digit_value(*++text)) {
		value = value * base + digit;
		if (value > UINT32_MAX)
			return NULL;
	}
	*number = (uint32_t)value;
	return text;
}

/* inet_aton's forms (1 to 4 parts) and not a character more: glibc's
 * __inet_aton_exact, which it does not export. */
static bool parse_ipv4(const char *text, struct in_addr *address)
{
	static const uint32_t last_max[] = { 0xFFFFFFFF, 0xFFFFFF, 0xFFFF, 0xFF };
	uint32_t high = 0; /* the parts before the last */
	uint32_t number;

	for (int part = 0; part < 4; part++) {
		text = parse_number(text, &number);
		if (text == NULL)
			return false;
		if (*text == '\0') {
			address->s_addr = htonl(high | number);
			return number <= last_max[part];
		}
		if (*text++ != '.' || number > 0xFF)
			return false;
		high |= number << (24 - 8 * part);
	}
	return false;
}

static bool parse_ipv6(const char *text, struct in6_addr *address, const char **zone)
{
	char plain[INET6_ADDRSTRLEN];
	const char *percent = strchr(text, '%');

	if (percent != NULL) {
		size_t length = (size_t)(percent - text);
		if (length >= sizeof plain)
			return false;
		memcpy(plain, text, length);
		plain[length] = '\0';
		text = plain;
		*zone = percent + 1;
	}
	return inet_pton(AF_INET6, text, address) == 1;
}

static bool parse_host(const char *host, struct address *address)
{
	if (parse_ipv4(host, &address->socket.v4.sin_addr)) {
		address->socket.any.sa_family = AF_INET;
		return true;
	}
	memset(&address->socket, 0, sizeof address->socket);
	address->socket.any.sa_family = AF_INET6;
	return parse_ipv6(host, &address->socket.v6.sin6_addr, &address->zone);
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
		*scope_id = if_nametoindex(address->zone);
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

/* libc's rule: strtoul in base 10, truncated to int, then to a port. False if
 * it needs the services database, or refuses. */
static bool parse_service(const char *service, in_port_t *port)
{
	const char *digit = service;
	char *end;
	int number = 0;

	*port = 0;
	if (service == NULL || *service == '\0')
		return true;
	while (*digit >= '0' && *digit <= '9' && digit - service < 9)
		number = number * 10 + (*digit++ - '0');
	if (*digit != '\0') { /* a sign, spaces, more digits: seldom */
		number = (int)strtoul(service, &end, 10);
		if (*end != '\0' || number < 0)
			return false;
	}
	*port = htons((uint16_t)number);
	return true;
}

/* The transports to answer with, in libc's order; 0 for the rarer ones, about
 * which releases of libc disagree. */
static int list_transports(const struct question *q, struct transport list[static 3])
{
	static const struct transport known[] = {
		{ SOCK_STREAM, IPPROTO_TCP },
		{ SOCK_DGRAM, IPPROTO_UDP },
		{ SOCK_RAW, 0 },
	};

	if (q->socktype == 0 && q->protocol == 0) {
		memcpy(list, known, sizeof known);
		return 3;
	}
	if (q->socktype == SOCK_RAW) {
		if (q->service != NULL && *q->service != '\0')
			return 0;
		list[0] = (struct transport){ SOCK_RAW, q->protocol };
		return 1;
	}
	for (int i = 0; i < 2; i++) {
		if ((q->socktype == 0 || q->socktype == known[i].socktype)
		    && (q->protocol == 0 || q->protocol == known[i].protocol)) {
			list[0] = known[i];
			return 1;
		}
	}
	return 0;
}

static int build(const struct question *q, struct address *address,
		 const struct transport transports[], int count, struct addrinfo **res)
{
	bool v4 = address->socket.any.sa_family == AF_INET;
	struct addrinfo node = {
		.ai_flags = q->flags,
		.ai_family = address->socket.any.sa_family,
		.ai_addr = &address->socket.any,
		.ai_addrlen = v4 ? sizeof address->socket.v4 : sizeof address->socket.v6,
		.ai_canonname = q->flags & AI_CANONNAME ? (char *)q->host : NULL,
	};
	struct addrinfo *head = NULL;
	struct addrinfo **tail = &head;

	for (int i = 0; i < count; i++) {
		node.ai_socktype = transports[i].socktype | q->type_bits;
		node.ai_protocol = transports[i].protocol;
		*tail = result_copy_node(&node);
		if (*tail == NULL) {
			result_free(head);
			return EAI_MEMORY;
		}
		node.ai_canonname = NULL; /* on the first only */
		tail = &(*tail)->ai_next;
	}
	*res = head;
	return 0;
}

int numeric_answer(struct question *q, struct addrinfo **res)
{
	struct address address = { .socket.v4 = { 0 } };
	struct transport transports[3];
	in_port_t port;
	int count;

	if (!parse_host(q->host, &address))
		return NOT_MINE;
	q->libc_flags |= AI_NUMERICHOST; /* from here on no resolver is asked */
	if (!q->strict)
		q->libc_flags &= ~AI_ADDRCONFIG;
	else if (q->flags & AI_ADDRCONFIG)
		return ASK_LIBC; /* it wants to see the interfaces */

	count = list_transports(q, transports);
	if (count == 0 || !parse_service(q->service, &port) || !convert(&address, q))
		return ASK_LIBC;
	if (address.zone != NULL && !parse_zone(&address))
		return ASK_LIBC;
	address.socket.v4.sin_port = port; /* sin6_port is at the same place */
	q->how = "numeric";
	return build(q, &address, transports, count, res);
}
