/* SPDX-License-Identifier: MIT
 *
 * getaddrinfo: POSIX; glibc's sysdeps/posix/getaddrinfo.c decides what POSIX leaves open.
 */
#include "calls/addrinfo.h"
#include "calls/exported.h"
#include "config.h"
#include "host/numeric.h"
#include "libc/libc.h"
#include "libc/next.h"
#include "pipeline.h"
#include "start.h"
#include "together.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

/* Leave to libc what it refuses before it looks at a host, and questions without a host. */
static int validate(const struct question *q)
{
	if (q->host == NULL || (q->flags & ~libc->flags) != 0)
		return ASK_LIBC;
	if (q->family != AF_UNSPEC && q->family != AF_INET && q->family != AF_INET6)
		return ASK_LIBC;
	if (!libc->has_glibc_rules && strnlen(q->host, HOST_MAX + 1) > HOST_MAX)
		return ASK_LIBC;
	return NOT_MINE;
}

struct transport {
	int socktype;
	int protocol;
};

/* Convert the address to the family asked for. Returns false if libc has to answer. */
static bool convert(struct address *address, const struct question *q)
{
	if (q->family == AF_UNSPEC || q->family == address->family)
		return true;
	address->family = q->family;
	if (q->family == AF_INET6) {
		address->v6 = (struct in6_addr){ .s6_addr = { [10] = 0xFF, [11] = 0xFF } };
		memcpy(&address->v6.s6_addr[12], &address->v4, sizeof address->v4);
		return q->flags & AI_V4MAPPED;
	}
	memcpy(&address->v4, &address->v6.s6_addr[12], sizeof address->v4);
	/* glibc reads the zone's name when half the address is overwritten already. So
	 * glibc has to answer if there is a zone. */
	return libc->has_glibc_rules && IN6_IS_ADDR_V4MAPPED(&address->v6) && address->zone == NULL;
}

/* Read a port of up to nine digits. Returns false for all else: names, ports of more than 16
 * bits, and the other numbers that libc's strtoul takes. They are rare, and libc reads them. */
static bool parse_service(const char *service, in_port_t *port)
{
	const char *digit = service;
	uint32_t number = 0; /* more digits than nine may wrap around */

	*port = 0;
	if (service == NULL)
		return true;
	for (; *digit >= '0' && *digit <= '9'; digit++)
		number = number * 10 + (uint32_t)(*digit - '0');
	*port = htons((uint16_t)number);
	return *digit == '\0' && digit != service && digit - service <= 9 && number <= UINT16_MAX;
}

/* Find the transports to answer with, first to last, in libc's order. Returns false for the
 * rarer transports, about which releases of libc disagree. */
static bool find_transports(const struct question *q, const struct transport **first,
			    const struct transport **last)
{
	static const struct transport known[] = {
		{ SOCK_STREAM, IPPROTO_TCP },
		{ SOCK_DGRAM, IPPROTO_UDP },
		{ SOCK_RAW, 0 }, /* the protocol is the one that was asked for */
	};

	*first = *last = known;
	if (q->socktype == SOCK_RAW) {
		*first = *last = &known[2];
		return libc->has_glibc_rules && q->service == NULL;
	}
	if (q->socktype == 0 && q->protocol == 0) {
		*last = libc->has_glibc_rules ? &known[2] : &known[1];
		return true;
	}
	for (int i = 0; i < 2; i++) {
		*first = *last = &known[i];
		if ((q->socktype == 0 || q->socktype == known[i].socktype)
		    && (q->protocol == 0 || q->protocol == known[i].protocol))
			return true;
	}
	return false;
}

static void fill(struct addrinfo *node, const struct question *q, const struct address *address,
		 in_port_t port, const struct transport *transport)
{
	struct sockaddr_in *v4 = (void *)node->ai_addr;
	struct sockaddr_in6 *v6 = (void *)node->ai_addr;

	node->ai_flags = q->flags & libc->answered_flags;
	node->ai_family = address->family;
	node->ai_socktype = transport->socktype | q->type_bits;
	node->ai_protocol = transport->protocol | q->protocol; /* the same, or one is 0 */
	if (address->family == AF_INET) {
		node->ai_addrlen = sizeof *v4;
		*v4 = (struct sockaddr_in){ AF_INET, port, address->v4, { 0 } };
	} else {
		node->ai_addrlen = sizeof *v6;
		*v6 = (struct sockaddr_in6){ AF_INET6, port, 0, address->v6, address->scope_id };
	}
}

/* Make the answer for a numeric host. Returns 0; NOT_MINE if the host is not numeric; ASK_LIBC
 * if the host is numeric, and something else about the question is odd or wrong, or strict
 * mode leaves AI_ADDRCONFIG or AI_IDN to libc; EAI_MEMORY. *answer is untouched unless 0 is
 * returned. */
static inline int numeric_list(const struct question *q, void **answer)
{
	bool has_name = libc->always_names || (q->flags & AI_CANONNAME) != 0;
	struct address address;
	const struct transport *first, *last;
	struct addrinfo *list;
	in_port_t port;

	if (!numeric_parse(q->host, &address))
		return NOT_MINE;
	if ((q->strict && q->flags & (AI_ADDRCONFIG | AI_IDN))
	    || !find_transports(q, &first, &last) || !parse_service(q->service, &port)
	    || !convert(&address, q)
	    || (address.zone != NULL && !numeric_zone(&address, libc->has_glibc_rules)))
		return ASK_LIBC;
	list = libc->list_new((unsigned)(last - first) + 1, has_name ? q->host : NULL);
	if (list == NULL)
		return EAI_MEMORY;
	*answer = list;
	for (; list != NULL; list = list->ai_next)
		fill(list, q, &address, port, first++);
	return 0;
}

/* Answer a numeric host as libc would. Where the question is odd or wrong, libc itself answers:
 * without its resolver and, except in strict mode, without a look at interfaces and locale. In
 * strict mode, with AI_IDN, libc encodes the host first, its zone too, and the result may be a
 * name. */
static int numeric(struct question *q, void **answer)
{
	int code = numeric_list(q, answer);

	if (code == 0)
		q->how = "numeric";
	if (code == ASK_LIBC) {
		if (!q->strict || !(q->flags & AI_IDN))
			q->libc_flags |= AI_NUMERICHOST;
		if (!q->strict)
			q->libc_flags &= ~(AI_ADDRCONFIG | AI_IDN | AI_CANONIDN);
	}
	return code;
}

/* Ask the next getaddrinfo. */
static int ask_next(const char *node, const char *service, const struct addrinfo *hints,
		    struct addrinfo **res)
{
	if (next.getaddrinfo == NULL) {
		errno = ENOSYS;
		return EAI_SYSTEM;
	}
	return next.getaddrinfo(node, service, hints, res);
}

static int ask_question(const struct question *q, void **answer)
{
	struct addrinfo hints = {
		.ai_flags = q->libc_flags,
		.ai_family = q->family,
		.ai_socktype = q->socktype,
		.ai_protocol = q->protocol,
	};
	struct addrinfo *list = NULL;
	int code = ask_next(q->host, q->service, &hints, &list);

	if (code == 0 && list != NULL && (q->libc_flags != q->flags || q->type_bits != 0)) {
		code = addrinfo_match(q, &list);
		if (code != 0)
			freeaddrinfo(list);
	}
	if (code == 0)
		*answer = list;
	return code;
}

const struct call getaddrinfo_call = {
	.local = &getaddrinfo_call,
	.has_hints = true,
	.validate = validate,
	.numeric = numeric,
	.loopback = addrinfo_loopback,
	.ask = ask_question,
	.describe = addrinfo_describe,
	.flights = QUESTION_FLIGHTS(addrinfo_copy, addrinfo_discard),
};

/* Returns NULL for the "*" that means no host, or no service, to glibc. */
static inline const char *without_star(const char *text)
{
	return text != NULL && strcmp(text, "*") == 0 && libc->has_glibc_rules ? NULL : text;
}

/* Lay out the question. No hints mean libc's own flags. */
static void lay_out(struct question *q, const char *node, const char *service,
		    const struct addrinfo *hints)
{
	q->call = &getaddrinfo_call;
	q->function = "getaddrinfo";
	q->node = node;
	q->strict = config.strict;
	q->host = without_star(node);
	q->written = NULL;
	q->service = without_star(service);
	q->flags = hints != NULL ? hints->ai_flags : libc->default_flags;
	q->libc_flags = q->flags;
	q->family = hints != NULL ? hints->ai_family : AF_UNSPEC;
	q->socktype = hints != NULL ? hints->ai_socktype : 0;
	q->protocol = hints != NULL ? hints->ai_protocol : 0;
	q->type_bits = q->strict ? 0 : q->socktype & (SOCK_NONBLOCK | SOCK_CLOEXEC);
	q->socktype &= ~q->type_bits;
	q->name_flags = 0;
	q->scope_id = 0;
	q->room = q->skew = 0;
}

NOINLINE static int answer_by_pipeline(const char *node, const char *service,
				       const struct addrinfo *hints, struct addrinfo **res)
{
	struct question q;
	void *answer = NULL;
	int code;

	lay_out(&q, node, service, hints);
	code = pipeline(&q, &answer);
	if (code == 0)
		*res = answer;
	return code;
}

/* Every name comes this way. Numeric hosts do, too, at the first lookup, with a log, or with
 * GAISHIM_LOCK=global. A short stack has room for libc's frames alone. So this function
 * ends in tail calls, which leave no frame of ours on the stack. */
NOINLINE static int slow_path(const char *node, const char *service, const struct addrinfo *hints,
			      struct addrinfo **res)
{
	if (!start_pipeline())
		return ask_next(node, service, hints, res);
	return answer_by_pipeline(node, service, hints, res);
}

/* The stages that answer most questions. Returns as a stage. The question must not be on the
 * stack when the slow path is called, so its address must not leave this file. */
__attribute__((always_inline))
static inline int answer_at_once(const char *node, const char *service, const struct addrinfo *hints,
				 struct addrinfo **res)
{
	struct question q;
	void *answer = NULL;
	int code;

	lay_out(&q, node, service, hints);
	code = validate(&q);
	if (code == NOT_MINE)
		code = numeric_list(&q, &answer);
	if (code == 0)
		*res = answer;
	return code;
}

/* Lists are freed with libc's freeaddrinfo. */
EXPORTED int getaddrinfo(const char *restrict node, const char *restrict service,
			 const struct addrinfo *restrict hints, struct addrinfo **restrict res)
{
	int code = NOT_MINE;

	if (atomic_load_explicit(&start_fast_path, memory_order_acquire))
		code = answer_at_once(node, service, hints, res);
	if (__builtin_expect(code <= 0, 1))
		return code;
	return slow_path(node, service, hints, res);
}
