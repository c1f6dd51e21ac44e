/* SPDX-License-Identifier: MIT */
#include "host_calls.h"

#include <arpa/inet.h>
#include <err.h>
#include <stddef.h>
#include <string.h>

/* An address as the calls want it. */
struct address {
	int family;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

static struct address address_of(const char *text)
{
	struct address address = { .family = AF_INET,
		                   .v4.sin_family = AF_INET,
		                   .v6.sin6_family = AF_INET6 };

	if (inet_pton(AF_INET, text, &address.v4.sin_addr) == 1)
		return address;
	address.family = AF_INET6;
	if (inet_pton(AF_INET6, text, &address.v6.sin6_addr) != 1)
		errx(2, "%s: not an address", text);
	return address;
}

static const void *bytes_of(const struct address *address, socklen_t *length)
{
	*length = address->family == AF_INET ? sizeof address->v4.sin_addr : sizeof address->v6.sin6_addr;
	return address->family == AF_INET ? (const void *)&address->v4.sin_addr : &address->v6.sin6_addr;
}

static void by_name(const char *host, int family, struct host_reply *reply)
{
	(void)family;
	reply->host = gethostbyname(host);
	reply->code = reply->host != NULL ? 0 : h_errno;
}

static void by_name2(const char *host, int family, struct host_reply *reply)
{
	reply->host = gethostbyname2(host, family);
	reply->code = reply->host != NULL ? 0 : h_errno;
}

static void by_name_r(const char *host, int family, struct host_reply *reply)
{
	(void)family;
	gethostbyname_r(host, &reply->own, reply->buffer, sizeof reply->buffer, &reply->host, &reply->code);
}

static void by_name2_r(const char *host, int family, struct host_reply *reply)
{
	gethostbyname2_r(host, family, &reply->own, reply->buffer, sizeof reply->buffer, &reply->host,
			 &reply->code);
}

static void by_addr(const char *host, int family, struct host_reply *reply)
{
	struct address address = address_of(host);
	socklen_t length;
	const void *bytes = bytes_of(&address, &length);

	(void)family;
	reply->host = gethostbyaddr(bytes, length, address.family);
	reply->code = reply->host != NULL ? 0 : h_errno;
}

static void by_addr_r(const char *host, int family, struct host_reply *reply)
{
	struct address address = address_of(host);
	socklen_t length;
	const void *bytes = bytes_of(&address, &length);

	(void)family;
	gethostbyaddr_r(bytes, length, address.family, &reply->own, reply->buffer, sizeof reply->buffer,
			&reply->host, &reply->code);
}

static void name_info(const char *host, int flags, struct host_reply *reply)
{
	struct address address = address_of(host);
	const void *sa = address.family == AF_INET ? (const void *)&address.v4 : &address.v6;
	socklen_t length = address.family == AF_INET ? sizeof address.v4 : sizeof address.v6;

	reply->code = getnameinfo(sa, length, reply->name, sizeof reply->name, NULL, 0, flags);
}

void host_call(const char *call, const char *host, int family, int flags, struct host_reply *reply)
{
	static const struct {
		const char *name;
		void (*ask)(const char *host, int family, struct host_reply *reply);
	} calls[] = {
		{ "gethostbyname", by_name },     { "gethostbyname2", by_name2 },
		{ "gethostbyname_r", by_name_r }, { "gethostbyname2_r", by_name2_r },
		{ "gethostbyaddr", by_addr },     { "gethostbyaddr_r", by_addr_r },
	};

	*reply->name = '\0';
	reply->host = NULL;
	reply->code = 0;
	if (strcmp(call, "getnameinfo") == 0) {
		name_info(host, flags, reply);
		return;
	}
	for (size_t i = 0; i < sizeof calls / sizeof *calls; i++)
		if (strcmp(call, calls[i].name) == 0) {
			calls[i].ask(host, family, reply);
			if (reply->host != NULL)
				reply->code = 0;
			return;
		}
	errx(2, "%s: no such call", call);
}
