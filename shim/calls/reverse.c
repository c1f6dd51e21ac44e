/* SPDX-License-Identifier: MIT */
#include "calls/reverse.h"

#include "config.h"

#include <arpa/inet.h>

/* inet_ntop() goes through printf, which would take as long as all else that we do. Returns text. */
static const char *write_ipv4(const unsigned char bytes[static 4], char *text)
{
	char *at = text;

	for (int i = 0; i < 4; i++) {
		unsigned n = bytes[i];

		if (n >= 100)
			*at++ = (char)('0' + n / 100);
		if (n >= 10)
			*at++ = (char)('0' + n / 10 % 10);
		*at++ = (char)('0' + n % 10);
		*at++ = i < 3 ? '.' : '\0';
	}
	return text;
}

void reverse_lay_out(struct question *q, const struct call *call, const char *function, int family,
		     const void *address)
{
	q->call = call;
	q->function = function;
	q->node = q->host = family == AF_INET ? write_ipv4(address, q->ascii)
			    : inet_ntop(family, address, q->ascii, sizeof q->ascii);
	q->strict = config.strict;
	q->written = q->service = NULL;
	q->flags = q->libc_flags = 0;
	q->family = family;
	q->socktype = q->type_bits = q->protocol = q->name_flags = 0;
	q->scope_id = 0;
}

socklen_t reverse_address(const struct question *q, struct in6_addr *bytes)
{
	inet_pton(q->family, q->host, bytes);
	return q->family == AF_INET ? sizeof(struct in_addr) : sizeof *bytes;
}
