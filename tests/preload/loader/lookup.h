/* SPDX-License-Identifier: MIT */
/* One lookup, told on stdout: "WHO: HOST ADDRESS" or "WHO: HOST EAI -N". */
#ifndef LOOKUP_H
#define LOOKUP_H

#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>

static inline void lookup(const char *who, const char *host, const char *flags)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_flags = flags == NULL ? 0 : atoi(flags) };
	struct addrinfo *list;
	char address[NI_MAXHOST];
	int code = getaddrinfo(host, "80", &hints, &list);

	if (code != 0) {
		printf("%s: %s EAI %d\n", who, host, code);
	} else {
		getnameinfo(list->ai_addr, list->ai_addrlen, address, sizeof address, NULL, 0, NI_NUMERICHOST);
		printf("%s: %s %s\n", who, host, address);
		freeaddrinfo(list);
	}
	fflush(stdout);
}

#endif
