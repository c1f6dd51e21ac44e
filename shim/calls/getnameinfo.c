/* SPDX-License-Identifier: MIT
 *
 * getnameinfo: POSIX, RFC 3493 6.2; glibc's nss/getnameinfo.c decides what these leave open.
 * Only the host is looked for in a flight. The service is asked of libc apart: callers who ask
 * for one address seldom have the same port.
 */
#include "calls/exported.h"
#include "calls/reverse.h"
#include "config.h"
#include "host/idna.h"
#include "libc/gate.h"
#include "libc/libc.h"
#include "libc/next.h"
#include "pipeline.h"
#include "start.h"
#include "together.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

/* NI_IDN, and two flags that belonged to it once (NI_IDN_ALLOW_UNASSIGNED,
 * NI_IDN_USE_STD3_ASCII_RULES). */
enum { IDN_FLAGS = NI_IDN | 0x40 | 0x80 };

/* Callers with buffers of different sizes share an answer. A domain name has 254 bytes at the
 * most; if a module of libc's has longer ones, libc is asked with the caller's own buffer. */
enum { ROOM = 896 };

static int ask_host(const struct question *q, void **answer)
{
	union {
		struct sockaddr any;
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
	} address = { .v6 = { .sin6_scope_id = q->scope_id } };
	socklen_t length = sizeof address.v6;
	struct in6_addr bytes;
	char *host = malloc(q->room);
	struct _pthread_cleanup_buffer cleanup;
	int code;

	if (host == NULL)
		return EAI_MEMORY;
	reverse_address(q, &bytes);
	if (q->family == AF_INET) {
		length = sizeof address.v4;
		address.v4 = (struct sockaddr_in){ .sin_family = AF_INET };
		memcpy(&address.v4.sin_addr, &bytes, sizeof address.v4.sin_addr);
	} else {
		address.v6.sin6_family = AF_INET6;
		address.v6.sin6_addr = bytes;
	}
	if (libc->has_threads()) /* this thread may be cancelled in libc */
		libc->push_cleanup(&cleanup, free, host);
	code = next.getnameinfo(&address.any, length, host, (socklen_t)q->room, NULL, 0, q->name_flags);
	if (libc->has_threads())
		libc->pop_cleanup(&cleanup);
	if (code == 0) {
		*answer = host;
	} else {
		int saved = errno;

		free(host);
		errno = saved;
	}
	return code;
}

static void *copy_host(const void *host)
{
	return strdup(host);
}

static void discard_host(void *host)
{
	free(host);
}

static void describe_host(const void *host, char *text, size_t size)
{
	(void)snprintf(text, size, "%s", (const char *)host);
}

static const struct call call = {
	.ask = ask_host,
	.describe = describe_host,
	.flights = QUESTION_FLIGHTS(copy_host, discard_host),
};

/* Returns whether libc looks for the name of the address. */
static bool is_looked_for(const struct sockaddr *sa, socklen_t salen, const char *host, socklen_t hostlen,
			  int flags)
{
	if (sa == NULL || salen < sizeof sa->sa_family || host == NULL || hostlen == 0 || flags & NI_NUMERICHOST)
		return false;
	/* What libc decodes depends on the locale of the thread, if libc knows the flag. */
	if (flags & NI_IDN && (config.strict || config.idn == idn_off || !(libc->flags & AI_IDN)))
		return false;
	return (sa->sa_family == AF_INET && salen >= sizeof(struct sockaddr_in))
	       || (sa->sa_family == AF_INET6 && salen >= sizeof(struct sockaddr_in6));
}

/* Decode a name, if its UTF-8 form leads back to it. Returns 0 or EAI_MEMORY; the name is the
 * caller's to free. */
static int decode(char **name)
{
	char *unicode;
	int code = idna_to_unicode(*name, &unicode);

	if (code != 0)
		return code == EAI_MEMORY ? code : 0;
	free(*name);
	*name = unicode;
	return 0;
}

/* The host's part of a call. Returns as getnameinfo(). */
NOINLINE static int answer_host(const struct sockaddr *sa, char *host, socklen_t hostlen, int flags)
{
	const struct sockaddr_in6 *v6 = (const void *)sa;
	const struct sockaddr_in *v4 = (const void *)sa;
	bool is_v4 = sa->sa_family == AF_INET;
	struct question q;
	void *answer;
	char *name;
	int code;

	reverse_lay_out(&q, &call, "getnameinfo", sa->sa_family,
			is_v4 ? (const void *)&v4->sin_addr : &v6->sin6_addr);
	q.name_flags = (flags & NI_IDN) ? flags & ~IDN_FLAGS : flags;
	q.scope_id = is_v4 ? 0 : v6->sin6_scope_id;
	q.room = ROOM;
	q.skew = 0;
	code = pipeline(&q, &answer);
	if (code == EAI_AGAIN || code == EAI_SYSTEM)
		h_errno = code == EAI_AGAIN ? TRY_AGAIN : NETDB_INTERNAL;
	if (code != 0)
		return code;
	name = answer;
	if (flags & NI_IDN)
		code = decode(&name);
	if (code == 0 && strlen(name) >= hostlen)
		code = EAI_OVERFLOW;
	if (code == 0)
		strcpy(host, name);
	free(name);
	return code;
}

/* All else that libc is asked. It looks up no host, but may take locks for the service. */
static int ask_rest(const struct sockaddr *sa, socklen_t salen, char *host, socklen_t hostlen, char *serv,
		    socklen_t servlen, int flags)
{
	enum { NUMERIC = NI_NUMERICHOST | NI_NUMERICSERV };
	uint32_t era;
	bool counted = (flags & NUMERIC) != NUMERIC && gate_enter(&era);
	int code = next.getnameinfo(sa, salen, host, hostlen, serv, servlen, flags);

	if (counted)
		gate_leave(era);
	return code;
}

EXPORTED int getnameinfo(const struct sockaddr *restrict sa, socklen_t salen, char *restrict host,
			 socklen_t hostlen, char *restrict serv, socklen_t servlen, int flags)
{
	int saved = errno, code;

	if (!start_pipeline())
		return next.getnameinfo(sa, salen, host, hostlen, serv, servlen, flags);
	if (!is_looked_for(sa, salen, host, hostlen, flags))
		return ask_rest(sa, salen, host, hostlen, serv, servlen, flags);
	code = answer_host(sa, host, hostlen, flags);
	if (code == EAI_MEMORY || (code == EAI_OVERFLOW && hostlen > ROOM)) { /* libc needs no memory of ours */
		errno = saved;
		return ask_rest(sa, salen, host, hostlen, serv, servlen, flags);
	}
	if (code != 0 || serv == NULL || servlen == 0)
		return code;
	return ask_rest(sa, salen, NULL, 0, serv, servlen, flags);
}
