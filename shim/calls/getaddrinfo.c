/* SPDX-License-Identifier: MIT
 *
 * getaddrinfo: POSIX; glibc's sysdeps/posix/getaddrinfo.c decides what POSIX leaves open.
 */
#include "calls/addrinfo.h"
#include "calls/exported.h"
#include "config.h"
#include "flight/flight.h"
#include "libc/gate.h"
#include "libc/libc.h"
#include "libc/next.h"
#include "libc/stack.h"
#include "pipeline.h"
#include "start.h"
#include "together.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

/* Kept apart, so that a numeric host does not pay for large frames. */
#define NOINLINE __attribute__((noinline))

/* Leave to libc what it refuses before it looks at a host, and questions without a host. */
static int validate(const struct question *q)
{
	if (q->host == NULL || (q->flags & ~libc->flags) != 0)
		return ASK_LIBC;
	if (q->family != AF_UNSPEC && q->family != AF_INET && q->family != AF_INET6)
		return ASK_LIBC;
	return NOT_MINE;
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
	int code = ask_next(q->host, q->service, &hints, &list);

	if (counted)
		gate_leave(era);
	if (code == 0 && list != NULL && (q->libc_flags != q->flags || q->type_bits != 0)) {
		code = addrinfo_match(q, &list);
		if (code != 0)
			freeaddrinfo(list);
	}
	if (code == 0) {
		*answer = list;
		errno = saved;
	}
	return code;
}

static void *copy(const void *list)
{
	return libc->list_copy(list, NULL);
}

static void discard(void *list)
{
	freeaddrinfo(list); /* as it came: its maker may have a freeaddrinfo of its own */
}

static const struct flight_kind flights = {
	.write_key = question_write_key,
	.ask = question_ask,
	.ask_by_key = question_ask_by_key,
	.copy = copy,
	.discard = discard,
	.is_final = question_is_final,
	.no_memory = EAI_MEMORY,
};

static const struct call call = {
	.name = "getaddrinfo",
	.validate = validate,
	.numeric = addrinfo_numeric,
	.ask = ask_libc,
	.flights = &flights,
};

/* Lay out the question. "*" means no host, or no service; no hints mean
 * AI_V4MAPPED | AI_ADDRCONFIG (glibc's AI_DEFAULT). */
static void lay_out(struct question *q, const char *node, const char *service,
		    const struct addrinfo *hints)
{
	q->call = &call;
	q->node = node;
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
 * GAISHIM_LOCK=global. A short stack has room for libc's frames alone, so what is
 * returned there is a tail call: they leave no frame of ours on it. */
NOINLINE static int slow_path(const char *node, const char *service, const struct addrinfo *hints,
			      struct addrinfo **res)
{
	start();
	if (config.disable || stack_is_short())
		return ask_next(node, service, hints, res);
	return answer_by_pipeline(node, service, hints, res);
}

/* The stages that answer most questions. Returns a code, or what a stage says. */
static inline int answer_at_once(const char *node, const char *service, const struct addrinfo *hints,
				 struct addrinfo **res)
{
	struct question q;
	void *answer = NULL;
	int code;

	lay_out(&q, node, service, hints);
	code = validate(&q);
	if (code == NOT_MINE)
		code = addrinfo_numeric(&q, &answer);
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
