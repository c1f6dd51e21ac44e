/* SPDX-License-Identifier: MIT */
#include "calls/describe.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

bool describe_address(int family, const void *address, char *text, size_t size)
{
	static const char more[] = ",...";
	size_t used = strlen(text);

	if (used + 1 + INET6_ADDRSTRLEN + sizeof more > size) {
		strcpy(text + used, more);
		return false;
	}
	if (used > 0)
		text[used++] = ',';
	if (inet_ntop(family, address, text + used, INET6_ADDRSTRLEN) == NULL)
		strcpy(text + used, "?");
	return true;
}
