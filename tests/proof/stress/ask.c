/* SPDX-License-Identifier: MIT
 *
 * One question, and the whole of its answer held against what must come back.
 */
#include "stress.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

enum { TYPE_BITS = SOCK_NONBLOCK | SOCK_CLOEXEC, BEFORE = ENOTNAM };

static const char *differs(char detail[static DETAIL], const char *what, long got, long wanted)
{
	snprintf(detail, DETAIL, "got %ld, wanted %ld", got, wanted);
	return what;
}

static const char *check_address(const struct question *q, const struct address *wanted,
				 const struct addrinfo *node, char detail[static DETAIL])
{
	const struct sockaddr_in *in = (const struct sockaddr_in *)node->ai_addr;
	const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)node->ai_addr;
	bool six = wanted->family == AF_INET6;
	size_t length = six ? sizeof *in6 : sizeof *in;
	in_port_t port;

	if (node->ai_family != wanted->family)
		return differs(detail, "family", node->ai_family, wanted->family);
	if (node->ai_addrlen != length)
		return differs(detail, "address length", (long)node->ai_addrlen, (long)length);
	if (node->ai_addr->sa_family != wanted->family)
		return differs(detail, "sa_family", node->ai_addr->sa_family, wanted->family);
	port = ntohs(six ? in6->sin6_port : in->sin_port);
	if (port != q->port)
		return differs(detail, "port", port, q->port);
	if (memcmp(six ? (const void *)&in6->sin6_addr : &in->sin_addr, wanted->bytes, six ? 16 : 4) != 0)
		return "address";
	if (six && in6->sin6_scope_id != wanted->scope)
		return differs(detail, "scope", in6->sin6_scope_id, wanted->scope);
	if (six && in6->sin6_flowinfo != 0)
		return differs(detail, "flowinfo", in6->sin6_flowinfo, 0);
	return NULL;
}

static const char *check_node(const struct question *q, const struct address *address, int socktype,
			      const struct addrinfo *node, char detail[static DETAIL])
{
	int flags = q->has_hints ? q->hints.ai_flags : AI_V4MAPPED | AI_ADDRCONFIG;
	int protocol = socktype == SOCK_STREAM ? IPPROTO_TCP : socktype == SOCK_DGRAM ? IPPROTO_UDP : 0;

	socktype |= q->hints.ai_socktype & TYPE_BITS;
	if (node->ai_flags != flags)
		return differs(detail, "flags", node->ai_flags, flags);
	if (node->ai_socktype != socktype)
		return differs(detail, "socktype", node->ai_socktype, socktype);
	if (node->ai_protocol != protocol)
		return differs(detail, "protocol", node->ai_protocol, protocol);
	return check_address(q, address, node, detail);
}

static const char *check_canonical(const struct question *q, const struct addrinfo *list,
				   char detail[static DETAIL])
{
	const char *name = list->ai_canonname != NULL ? list->ai_canonname : "";

	if (strcmp(name, q->canonical) != 0) {
		snprintf(detail, DETAIL, "got \"%s\", wanted \"%s\"", name, q->canonical);
		return "canonical name";
	}
	for (const struct addrinfo *node = list->ai_next; node != NULL; node = node->ai_next)
		if (node->ai_canonname != NULL)
			return "canonical name on another node than the first";
	return NULL;
}

/* Address by address in the order of the question, and each with every type. */
static const char *check_list(const struct question *q, const struct addrinfo *list,
			      char detail[static DETAIL])
{
	static const int types[] = { SOCK_STREAM, SOCK_DGRAM, SOCK_RAW };
	const struct addrinfo *node = list;

	for (int a = 0; a < q->address_count; a++)
		for (int t = 0; t < 3; t++) {
			const char *what;

			if (q->hints.ai_socktype != 0 && (q->hints.ai_socktype & ~TYPE_BITS) != types[t])
				continue;
			if (node == NULL)
				return "too few nodes";
			what = check_node(q, &q->addresses[a], types[t], node, detail);
			if (what != NULL)
				return what;
			node = node->ai_next;
		}
	return node != NULL ? "too many nodes" : check_canonical(q, list, detail);
}

/* Without /sys malloc of glibc 2.31 sets errno when it makes an arena, and succeeds. A numeric
 * host is answered without a look at errno. */
static bool may_change_errno(int error)
{
	return error == ENOENT && access("/sys/devices/system/cpu", F_OK) != 0;
}

const char *ask(const struct question *q, char detail[static DETAIL])
{
	static struct addrinfo untouched;
	struct addrinfo *list = &untouched;
	const char *what = NULL;
	int code, error;

	detail[0] = '\0';
	if (q->call != GETADDRINFO)
		return host_ask(q, detail);
	interrupt_allow();
	errno = BEFORE;
	code = getaddrinfo(q->host, q->has_service ? q->service : NULL, q->has_hints ? &q->hints : NULL, &list);
	error = errno;
	interrupt_forbid();
	if (code != q->code)
		what = differs(detail, "code", code, q->code);
	else if (code == EAI_SYSTEM && error != q->error)
		what = differs(detail, "errno", error, q->error);
	else if (code != 0 && list != &untouched)
		what = "*res touched";
	else if (code == 0 && error != BEFORE && !options.libc && !may_change_errno(error))
		what = differs(detail, "errno", error, BEFORE);
	else if (code == 0)
		what = check_list(q, list, detail);
	if (code == 0)
		freeaddrinfo(list);
	return what;
}

void complain(const struct question *q, const char *what, const char *detail)
{
	enum { ENOUGH = 20 };
	char text[512];

	if (atomic_fetch_add(&counts.wrong, 1) >= ENOUGH)
		return;
	question_describe(q, text);
	say("stress: wrong %s%s%s: %s\n", what, *detail ? ": " : "", detail, text);
}
