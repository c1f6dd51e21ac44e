/* SPDX-License-Identifier: MIT */
#include "fake.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

uint64_t fake_hash(const char *host)
{
	uint64_t hash = 14695981039346656037u;

	for (; *host != '\0'; host++)
		hash = (hash ^ (uint64_t)tolower((unsigned char)*host)) * 1099511628211u;
	return hash;
}

size_t fake_address_of_many(const char *host, int family, size_t n, unsigned char bytes[16])
{
	uint64_t hash = fake_hash(host) + n;
	size_t len = family == AF_INET6 ? 16 : 4;

	memset(bytes, 0, 16);
	bytes[0] = family == AF_INET6 ? 0xfd : 10;
	for (size_t i = 1; i <= 3; i++, hash >>= 8)
		bytes[len - i] = (unsigned char)hash;
	return len;
}

size_t fake_address(const char *host, int family, unsigned char bytes[16])
{
	return fake_address_of_many(host, family, 0, bytes);
}

int fake_label(const char *host, const char *name)
{
	size_t len = strlen(name);

	for (; host != NULL; host = strchr(host, '.')) {
		host += *host == '.';
		if (strncasecmp(host, name, len) != 0)
			continue;
		if (host[len] == '-')
			return atoi(host + len + 1);
		if (host[len] == '.')
			return 0;
	}
	return -1;
}

size_t fake_addresses(const char *host)
{
	int many = fake_label(host, "many");

	return many > 0 ? (size_t)many : 1;
}
