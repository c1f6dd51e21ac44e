/* SPDX-License-Identifier: MIT */
#include "host/numeric.h"

#include <errno.h>
#include <net/if.h>

/* Interface names count for these addresses alone, as in glibc's __inet6_scopeid_pton. */
static bool is_of_a_link(const struct in6_addr *v6)
{
	return IN6_IS_ADDR_LINKLOCAL(v6) || IN6_IS_ADDR_MC_NODELOCAL(v6) || IN6_IS_ADDR_MC_LINKLOCAL(v6);
}

bool numeric_zone(struct address *address, bool names_first)
{
	const char *digit = address->zone;
	uint64_t number = 0;

	if (names_first && is_of_a_link(&address->v6)) {
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
