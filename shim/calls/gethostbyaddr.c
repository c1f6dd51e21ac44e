/* SPDX-License-Identifier: MIT
 *
 * gethostbyaddr and gethostbyaddr_r: POSIX.1-2001, and gethostbyaddr(3) for the rest. glibc
 * holds one lock for a whole lookup in the form without a buffer. So here it asks libc's _r
 * form, too.
 */
#include "calls/exported.h"
#include "calls/forms.h"
#include "calls/hostent.h"
#include "calls/reverse.h"
#include "libc/libc.h"
#include "libc/next.h"
#include "start.h"
#include "together.h"

#include <netdb.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

static int ask_address(const struct question *q, const struct place *place)
{
	struct in6_addr bytes; /* of either family */
	socklen_t length = reverse_address(q, &bytes);

	return next.gethostbyaddr_r(&bytes, length, q->family, place->host, place->buffer, place->size,
				    place->result, place->h_error);
}

static int ask_by_address(const struct question *q, void **answer)
{
	return hostent_ask(q, ask_address, answer);
}

static void describe_name(const void *answer, char *text, size_t size)
{
	const struct hostent *host = &((const struct hostent_answer *)answer)->host;

	(void)snprintf(text, size, "%s", host->h_name != NULL ? host->h_name : "");
}

static const struct call call = {
	.has_h_errno = true,
	.ask = ask_by_address,
	.describe = describe_name,
	.flights = QUESTION_FLIGHTS(hostent_copy, hostent_discard),
};

/* Returns whether libc looks for the address. glibc refuses the address :: without that
 * (nss/gethstbyad_r.c), and an address whose length is wrong is never found. */
static bool is_looked_for(const void *addr, socklen_t len, int type)
{
	if (addr == NULL)
		return false;
	return (type == AF_INET && len == sizeof(struct in_addr))
	       || (type == AF_INET6 && len == sizeof(struct in6_addr)
		   && !(libc->has_glibc_rules && memcmp(addr, &(struct in6_addr){ 0 }, sizeof(struct in6_addr)) == 0));
}

NOINLINE static int answer(const void *addr, int type, const struct place *place)
{
	struct question q;

	reverse_lay_out(&q, &call, "gethostbyaddr_r", type, addr);
	return forms_answer(&q, ask_address, place);
}

NOINLINE static struct hostent *answer_own(const void *addr, int type)
{
	struct question q;

	reverse_lay_out(&q, &call, "gethostbyaddr", type, addr);
	return forms_answer_own(&q, SLOT_BYADDR);
}

EXPORTED struct hostent *gethostbyaddr(const void *addr, socklen_t len, int type)
{
	if (!start_pipeline() || !is_looked_for(addr, len, type) || !next_is_libc((void *)next.gethostbyaddr))
		return next.gethostbyaddr(addr, len, type);
	return answer_own(addr, type);
}

EXPORTED int gethostbyaddr_r(const void *restrict addr, socklen_t len, int type,
			     struct hostent *restrict result_buf, char *restrict buf, size_t buflen,
			     struct hostent **restrict result, int *restrict h_errnop)
{
	const struct place place = { result_buf, buf, buflen, result, h_errnop };

	if (!start_pipeline() || !is_looked_for(addr, len, type))
		return next.gethostbyaddr_r(addr, len, type, result_buf, buf, buflen, result, h_errnop);
	return answer(addr, type, &place);
}
