/* SPDX-License-Identifier: MIT
 *
 * getaddrinfo: POSIX; glibc's sysdeps/posix/getaddrinfo.c decides what POSIX leaves open.
 */
#include "config.h"
#include "calls/exported.h"
#include "libc/gate.h"
#include "flight/flight.h"
#include "host/idna.h"
#include "log.h"
#include "libc/next.h"
#include "host/numeric.h"
#include "pipeline.h"
#include "libc/result.h"
#include "libc/stack.h"
#include "start.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

/* Kept apart, so that a numeric host does not pay for large frames. */
#define NOINLINE __attribute__((noinline))

/* Leave to libc what it refuses before it looks at a host, and questions without a host. */
static int validate(const struct question *q)
{
	const int known = AI_PASSIVE | AI_CANONNAME | AI_NUMERICHOST | AI_V4MAPPED | AI_ALL
		| AI_ADDRCONFIG | AI_IDN | AI_CANONIDN | AI_NUMERICSERV
		| 0x0100 | 0x0200; /* once AI_IDN_ALLOW_UNASSIGNED, AI_IDN_USE_STD3_ASCII_RULES */

	if (q->host == NULL || (q->flags & ~known) != 0)
		return ASK_LIBC;
	if (q->family != AF_UNSPEC && q->family != AF_INET && q->family != AF_INET6)
		return ASK_LIBC;
	return NOT_MINE;
}

/* Make libc's answer fit the caller's question: with the flags and type bits that libc was
 * not shown, and with the canonical name in the form that the flags want. Another preload
 * may not give the name a malloc of its own (proxychains does not), so the name is replaced
 * in a copy of the list. */
static int match_question(const struct question *q, struct addrinfo **list)
{
	char *name = (*list)->ai_canonname, *unicode = NULL;
	int code = 0;

	if (q->flags & ~q->libc_flags & AI_CANONIDN && name != NULL)
		code = idna_to_unicode(name, &unicode); /* if it fails the name stays, as in libc */
	if (unicode != NULL && strcmp(unicode, name) != 0) {
		struct addrinfo *own = result_copy(*list);

		if (own != NULL) {
			freeaddrinfo(*list);
			*list = own;
			name = own->ai_canonname;
			own->ai_canonname = unicode;
			unicode = name;
		} else {
			code = EAI_MEMORY;
		}
	}
	free(unicode);
	for (struct addrinfo *node = *list; node != NULL; node = node->ai_next) {
		node->ai_flags = q->flags;
		node->ai_socktype |= q->type_bits;
	}
	return code == EAI_MEMORY ? code : 0;
}

NOINLINE static int ask_libc(const struct question *q, void **answer)
{
	struct addrinfo hints = {
		.ai_flags = q->libc_flags,
		.ai_family = q->family,
		.ai_socktype = q->socktype,
		.ai_protocol = q->protocol,
	};
	struct addrinfo *list = NULL;
	int saved = errno;
	/* For an address libc asks no resolver, and takes a lock only with AI_ADDRCONFIG. */
	uint32_t era;
	bool counted = (q->libc_flags & (AI_NUMERICHOST | AI_ADDRCONFIG)) != AI_NUMERICHOST
		&& gate_enter(&era);
	int code = next_getaddrinfo(q->host, q->service, &hints, &list);

	if (counted)
		gate_leave(era);
	if (code == 0 && list != NULL && (q->libc_flags != q->flags || q->type_bits != 0)) {
		code = match_question(q, &list);
		if (code != 0)
			freeaddrinfo(list);
	}
	if (code == 0) {
		*answer = list;
		errno = saved;
	}
	return code;
}

/* Refuse a host that has no ASCII form, without asking for it. libc looks at all else
 * before it looks at the host. So libc is asked the same of an address, and its code says
 * what else is wrong. If nothing else is, the code is one that every caller of getaddrinfo
 * knows, or EAI_IDN_ENCODE for callers who gave AI_IDN. */
NOINLINE static int refuse(struct question *q)
{
	void *list;
	int saved = errno;
	int code;

	if (q->flags & AI_NUMERICHOST)
		q->libc_flags &= ~AI_ADDRCONFIG;
	q->host = q->family == AF_INET6 ? "::" : "0.0.0.0";
	code = ask_libc(q, &list);
	q->host = q->written;
	if (code != EAI_SYSTEM)
		errno = saved;
	if (code != 0)
		return code;
	freeaddrinfo(list);
	q->how = "refused";
	return (q->flags & (AI_NUMERICHOST | AI_IDN)) == AI_IDN ? EAI_IDN_ENCODE : EAI_NONAME;
}

/* Ask libc, if possible together with all who ask the same now. */
static int ask_shared(struct question *q, void **answer)
{
	int code = ask_together(q, answer);

	return code == ASK_LIBC ? ask_libc(q, answer) : code;
}

/* Ask libc for a Unicode host as it is written: /etc/hosts, an NSS module or the
 * machine itself may have a name in UTF-8, or in Latin-1. glibc sends no such host to a
 * nameserver, unless it is to find the canonical name for a single family
 * (resolv/nss_dns/dns-host.c: check_name, which _nss_dns_gethostbyname3_r does without).
 * So the canonical name, and AI_ADDRCONFIG, which costs a list of the interfaces, wait
 * until the host is found. Another preload, or musl, would send the host, so neither
 * is asked. With AI_IDN libc looks for the ASCII form alone, and so does the shim. An NSS
 * module may be slow, or ask something itself, so that this is a flight like all others.
 *
 * Returns NOT_MINE if the host is not found and has an ASCII form. */
NOINLINE static int ask_as_written(struct question *q, void **answer)
{
	bool refused = q->host != q->ascii;
	int flags = q->libc_flags;
	int saved = errno;
	void *list;
	int code;

	if (q->flags & (AI_NUMERICHOST | AI_IDN) || !next_is_glibc())
		return refused ? refuse(q) : NOT_MINE;
	q->host = q->written;
	q->libc_flags &= refused ? ~AI_CANONNAME : ~(AI_CANONNAME | AI_ADDRCONFIG);
	code = ask_shared(q, &list);
	if (code == 0 && q->libc_flags != flags) {
		freeaddrinfo(list);
		q->libc_flags = flags;
		code = ask_shared(q, &list);
	}
	q->libc_flags = flags;
	if (code == EAI_MEMORY)
		return code;
	if (code == 0) {
		*answer = list;
		q->how = "local";
		return code;
	}
	if (!refused) {
		q->host = q->ascii;
		errno = saved;
		return NOT_MINE;
	}
	if (code != EAI_SYSTEM)
		errno = saved;
	if (code == EAI_NODATA) /* libc's for one family, where there is no /etc/hosts */
		code = EAI_NONAME;
	if (code == EAI_NONAME)
		q->how = "refused";
	return code;
}

static void *copy(const void *list)
{
	return result_copy(list);
}

static void discard(void *list)
{
	freeaddrinfo(list); /* as it came: its maker may have a freeaddrinfo of its own */
}

static const struct flight_kind names = {
	.write_key = question_write_key,
	.ask = question_ask,
	.ask_by_key = question_ask_by_key,
	.abandon = question_abandon,
	.copy = copy,
	.discard = discard,
	.is_final = question_is_final,
	.no_memory = EAI_MEMORY,
};

static const struct call call = {
	.name = "getaddrinfo",
	.validate = validate,
	.numeric = numeric_answer,
	.as_written = ask_as_written,
	.ask = ask_libc,
	.names = &names,
};

/* Lay out the question. "*" means no host, or no service; no hints mean
 * AI_V4MAPPED | AI_ADDRCONFIG (glibc's AI_DEFAULT). */
static void prepare(struct question *q, const char *node, const char *service,
		    const struct addrinfo *hints)
{
	q->call = &call;
	q->strict = config.strict;
	q->host = node != NULL && strcmp(node, "*") == 0 ? NULL : node;
	q->written = NULL;
	q->service = service != NULL && strcmp(service, "*") == 0 ? NULL : service;
	q->flags = hints != NULL ? hints->ai_flags : AI_V4MAPPED | AI_ADDRCONFIG;
	q->libc_flags = q->flags;
	q->family = hints != NULL ? hints->ai_family : AF_UNSPEC;
	q->socktype = hints != NULL ? hints->ai_socktype : 0;
	q->protocol = hints != NULL ? hints->ai_protocol : 0;
	q->type_bits = q->strict ? 0 : q->socktype & (SOCK_NONBLOCK | SOCK_CLOEXEC);
	q->socktype &= ~q->type_bits;
}

static int go_down(void *question, void **answer)
{
	return pipeline(&call, question, answer);
}

NOINLINE static int look_up_name(const char *node, const char *service, const struct addrinfo *hints,
			    struct addrinfo **res)
{
	struct question q;
	void *answer = NULL;
	int code;

	prepare(&q, node, service, hints);
	code = pipeline(&call, &q, &answer);
	if (code == 0)
		*res = answer;
	question_end(&q);
	return code;
}

/* The lookup above, if GAISHIM_LOG writes a line about it or GAISHIM_LOCK=global queues it. */
NOINLINE static int look_up_logged(const char *node, const char *service,
				    const struct addrinfo *hints, struct addrinfo **res)
{
	struct question q;
	struct timespec begun;
	void *answer = NULL;
	int code;

	clock_gettime(CLOCK_MONOTONIC, &begun);
	prepare(&q, node, service, hints);
	q.how = "passed";
	q.waited = 0;
	q.asks = 0;
	q.shared = -1;
	code = config.lock == lock_global ? ask_in_line(go_down, &q, &answer) : go_down(&q, &answer);
	if (code == 0)
		*res = answer;
	if (config.log != NULL)
		log_lookup(config.log, &q, node, code, begun);
	question_end(&q);
	return code;
}

/* Every name comes this way. Numeric hosts do, too, at the first lookup, with a log, or with
 * GAISHIM_LOCK=global. A short stack has room for libc's frames alone, so the early returns
 * are tail calls: they leave no frame of ours on it. */
NOINLINE static int slow_path(const char *node, const char *service, const struct addrinfo *hints,
			      struct addrinfo **res)
{
	start();
	if (config.disable || stack_is_short())
		return next_getaddrinfo(node, service, hints, res);
	if (atomic_load_explicit(&start_fast_path, memory_order_relaxed))
		return look_up_name(node, service, hints, res);
	return look_up_logged(node, service, hints, res);
}

/* The stages that answer most questions. Returns a code, or what a stage says. */
static inline int answer_at_once(const char *node, const char *service, const struct addrinfo *hints,
				 struct addrinfo **res)
{
	struct question q;
	void *answer = NULL;
	int code;

	prepare(&q, node, service, hints);
	code = validate(&q);
	if (code == NOT_MINE)
		code = numeric_answer(&q, &answer);
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
