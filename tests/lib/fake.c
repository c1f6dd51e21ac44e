/* SPDX-License-Identifier: MIT */
#include "fake.h"

#include <ctype.h>
#include <string.h>
#include <sys/socket.h>

uint64_t fake_hash(const char *host)
{
	uint64_t hash = 14695981039346656037u;

	for (; *host != '\0'; host++)
		hash = (hash ^ (uint64_t)tolower((unsigned char)*host)) * 1099511628211u;
	return hash;
}

size_t fake_address(const char *host, int family, unsigned char bytes[16])
{
	uint64_t hash = fake_hash(host);
	size_t len = family == AF_INET6 ? 16 : 4;

	memset(bytes, 0, 16);
	bytes[0] = family == AF_INET6 ? 0xfd : 10;
	for (size_t i = 1; i <= 3; i++, hash >>= 8)
		bytes[len - i] = (unsigned char)hash;
	return len;
}
