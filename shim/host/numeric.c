/* SPDX-License-Identifier: MIT */
#include "host/numeric.h"

#include <errno.h>
#include <net/if.h>
#include <string.h>

bool numeric_convert(struct address *address, int family, bool mapped)
{
	if (family == AF_UNSPEC || family == address->family)
		return true;
	address->family = family;
	if (family == AF_INET6) {
		address->v6 = (struct in6_addr){ .s6_addr = { [10] = 0xFF, [11] = 0xFF } };
		memcpy(&address->v6.s6_addr[12], &address->v4, sizeof address->v4);
		return mapped;
	}
	memcpy(&address->v4, &address->v6.s6_addr[12], sizeof address->v4);
	/* glibc looks for the zone's name when half the address is overwritten already:
	 * leave that to glibc. */
	return IN6_IS_ADDR_V4MAPPED(&address->v6) && address->zone == NULL;
}

/* Interface names count for these addresses alone, as in glibc's __inet6_scopeid_pton. */
static bool is_of_a_link(const struct in6_addr *v6)
{
	return IN6_IS_ADDR_LINKLOCAL(v6) || IN6_IS_ADDR_MC_NODELOCAL(v6) || IN6_IS_ADDR_MC_LINKLOCAL(v6);
}

bool numeric_zone(struct address *address)
{
	const char *digit = address->zone;
	uint64_t number = 0;

	if (is_of_a_link(&address->v6)) {
		int saved = errno;

		address->scope_id = if_nametoindex(address->zone);
		errno = saved;
		if (address->scope_id != 0)
			return true;
	}
	do {
		if (literal_digit(*digit) > 9)
			return false;
		number = number * 10 + literal_digit(*digit);
		if (number > UINT32_MAX)
			return false;
	} while (*++digit != '\0');
	address->scope_id = (uint32_t)number;
	return true;
}
