/* SPDX-License-Identifier: MIT */
#include "lookup.h"

#include "host_calls.h"
#include "times.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

double begun;

/* getnameinfo is asked for a zone alone: in a constructor the fake resolver may have to find
 * libc's first, and another thread may hold the loader's lock. */
static const char *text_of(const struct addrinfo *node, char text[NI_MAXHOST])
{
	const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)node->ai_addr;
	const struct sockaddr_in *v4 = (const struct sockaddr_in *)node->ai_addr;

	if (node->ai_family == AF_INET)
		return inet_ntop(AF_INET, &v4->sin_addr, text, NI_MAXHOST);
	if (v6->sin6_scope_id == 0)
		return inet_ntop(AF_INET6, &v6->sin6_addr, text, NI_MAXHOST);
	getnameinfo(node->ai_addr, node->ai_addrlen, text, NI_MAXHOST, NULL, 0, NI_NUMERICHOST);
	return text;
}

void lookup(const char *who, const char *host, const char *flags)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_flags = flags == NULL ? 0 : atoi(flags) };
	struct addrinfo *list;
	char address[NI_MAXHOST];
	int code = getaddrinfo(host, "80", &hints, &list);

	if (code != 0) {
		printf("%s: %s EAI %d\n", who, host, code);
	} else {
		printf("%s: %s %s\n", who, host, text_of(list, address));
		freeaddrinfo(list);
	}
	fflush(stdout);
}

void begin(void)
{
	begun = now();
	alarm(LONGEST);
}

/* Both return when they were back, and fill in the code and the first address or the name. */
static double ask_addrinfo(const char *host, int *code, char *answer, size_t size)
{
	static const struct addrinfo stream = { .ai_socktype = SOCK_STREAM };
	struct addrinfo *list = NULL;
	double back;

	*code = getaddrinfo(host, "80", &stream, &list);
	back = now();
	if (*code == 0) {
		getnameinfo(list->ai_addr, list->ai_addrlen, answer, (socklen_t)size, NULL, 0, NI_NUMERICHOST);
		freeaddrinfo(list);
	}
	return back;
}

static double ask_other(const char *call, const char *host, int *code, char *answer, size_t size)
{
	struct host_reply reply;
	double back;

	host_call(call, host, AF_INET, NI_NAMEREQD, &reply);
	back = now();
	*code = reply.code;
	if (strncmp(call, "gethostbyname", strlen("gethostbyname")) != 0 && reply.code == 0)
		snprintf(answer, size, "%.*s", (int)size - 1, reply.host != NULL ? reply.host->h_name : reply.name);
	else if (reply.host != NULL)
		inet_ntop(reply.host->h_addrtype, *reply.host->h_addr_list, answer, (socklen_t)size);
	return back;
}

void lookup_timed(const char *who, const char *host)
{
	const char *slash = strchr(host, '/');
	char answer[64] = "-", call[32], line[200];
	double start, took;
	int code, length;

	snprintf(call, sizeof call, "%.*s", slash != NULL ? (int)(slash - host) : 0, host);
	start = now();
	took = slash != NULL ? ask_other(call, slash + 1, &code, answer, sizeof answer)
	                     : ask_addrinfo(host, &code, answer, sizeof answer);
	took -= start;
	length = snprintf(line, sizeof line, "%s %.3f %.6f %d %s\n", who, start - begun, took, code, answer);
	if (length > 0 && write(STDOUT_FILENO, line, (size_t)length) != length)
		_exit(99);
}
