/* SPDX-License-Identifier: MIT */
#include "host/localhost.h"

#include "host/label.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

bool localhost_is(const char *host)
{
	static const char name[] = "localhost";
	size_t length;

	/* Each label in front of the last one has a length that DNS allows. */
	while ((length = (size_t)(strchrnul(host, '.') - host)) > 0 && length <= LABEL_MAX) {
		if (host[length] == '\0' || host[length + 1] == '\0')
			return length == sizeof name - 1 && strncasecmp(host, name, length) == 0;
		host += length + 1;
	}
	return false;
}
