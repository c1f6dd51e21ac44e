/* SPDX-License-Identifier: MIT */
#include "lookup.h"

#include "times.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

double begun;

void lookup(const char *who, const char *host, const char *flags)
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

void begin(void)
{
	begun = now();
	alarm(LONGEST);
}

void lookup_timed(const char *who, const char *host)
{
	static const struct addrinfo stream = { .ai_socktype = SOCK_STREAM };
	char address[INET6_ADDRSTRLEN] = "-", line[200];
	struct addrinfo *list = NULL;
	double start = now(), took;
	int code, length;

	code = getaddrinfo(host, "80", &stream, &list);
	took = now() - start;
	if (code == 0) {
		getnameinfo(list->ai_addr, list->ai_addrlen, address, sizeof address, NULL, 0,
			    NI_NUMERICHOST);
		freeaddrinfo(list);
	}
	length = snprintf(line, sizeof line, "%s %.3f %.6f %d %s\n", who, start - begun, took, code,
			  address);
	if (length > 0 && write(STDOUT_FILENO, line, (size_t)length) != length)
		_exit(99);
}
