/* SPDX-License-Identifier: MIT */
#include "calls/reverse.h"

#include "config.h"

#include <arpa/inet.h>

void reverse_lay_out(struct question *q, const struct call *call, const char *function, int family,
		     const void *address)
{
	q->call = call;
	q->function = function;
	q->node = q->host = inet_ntop(family, address, q->ascii, sizeof q->ascii);
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
