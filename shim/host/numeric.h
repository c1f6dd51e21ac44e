/* SPDX-License-Identifier: MIT
 *
 * Hosts that are addresses. No resolver is asked, and no lock is taken. The only system calls
 * are those that turn the name of an interface into its index. errno is preserved. Any thread
 * may call.
 */
#ifndef GAISHIM_NUMERIC_H
#define GAISHIM_NUMERIC_H

#include "host/literal.h"

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

struct address {
	int family; /* AF_INET: v4 is set; AF_INET6: the rest is */
	struct in_addr v4;
	struct in6_addr v6;
	uint32_t scope_id; /* 0 until numeric_zone() */
	const char *zone;  /* the host's text behind the '%', or NULL */
};

/* Read a host as getaddrinfo does: in inet_aton's forms, or as inet_pton takes IPv6, with or
 * without a zone. Returns false, with *address undefined, if the host is no address. Each of
 * these IPv4 forms begins with a digit, and no IPv6 address is also one of them. */
static inline bool numeric_parse(const char *host, struct address *address)
{
	address->scope_id = 0;
	address->zone = NULL;
	address->family = AF_INET;
	if (literal_digit(*host) <= 9 && literal_ipv4(host, &address->v4))
		return true;
	address->family = AF_INET6;
	return literal_ipv6(host, &address->v6, &address->zone);
}

/* Read the zone, which must not be NULL, into scope_id: the name of an interface, if names come
 * first, or else a number. Returns false if it is neither. RFC 4007 11. */
bool numeric_zone(struct address *address, bool names_first);

#endif
