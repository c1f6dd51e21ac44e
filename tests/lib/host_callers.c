/* SPDX-License-Identifier: MIT */
/* What callers.h says of the calls that answer with a struct hostent, and of getnameinfo. */
#include "callers.h"
#include "musl.h"

#include <netinet/in.h>

const char *const call_names[CALLS] = {
	[GETADDRINFO] = "getaddrinfo",
	[BYNAME] = "gethostbyname",
	[BYNAME_R] = "gethostbyname_r",
	[BYNAME2] = "gethostbyname2",
	[BYNAME2_R] = "gethostbyname2_r",
	[BYADDR] = "gethostbyaddr",
	[BYADDR_R] = "gethostbyaddr_r",
	[NAMEINFO] = "getnameinfo",
};

/* Bytes behind the buffer, which nobody may write to; and values that are there before. */
enum { GUARD = 16, GUARD_BYTE = 0x5a, BEFORE = 77 };

static int family_of(const struct question *q)
{
	return q->family != AF_UNSPEC ? q->family : AF_INET;
}

static size_t room_of(const struct question *q)
{
	return q->room != 0 ? q->room : USUAL_ROOM;
}

static const char *asked_by(const struct question *q)
{
	return q->asked != NULL ? q->asked : q->host;
}

static bool has_buffer(const struct question *q)
{
	return q->call == BYNAME_R || q->call == BYNAME2_R || q->call == BYADDR_R;
}

static bool is_fake(const char *host)
{
	return strcasestr(host, ".fake") != NULL;
}

/* The address that a question is about, or the first of its answer. Returns its length, or 0
 * if that is not known here. */
static size_t address_of(const struct question *q, unsigned char bytes[16])
{
	const char *host = asked_by(q);
	int family = family_of(q);

	if (is_fake(host))
		return fake_address(host, family, bytes);
	if (strcmp(host, "localhost") == 0)
		host = family == AF_INET ? "127.0.0.1" : "::1";
	if (inet_pton(family, host, bytes) != 1)
		return 0;
	return family == AF_INET ? 4 : 16;
}

static int ask_name_of(struct caller *caller, const unsigned char *bytes)
{
	const struct question *q = &caller->q;
	in_port_t port = htons((in_port_t)(q->service == NULL ? 0 : atoi(q->service)));
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = port };
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6, .sin6_port = port };
	bool six = family_of(q) == AF_INET6;

	memcpy(&in.sin_addr, bytes, sizeof in.sin_addr);
	memcpy(&in6.sin6_addr, bytes, sizeof in6.sin6_addr);
	return getnameinfo(six ? (const struct sockaddr *)&in6 : (const struct sockaddr *)&in,
	                   six ? sizeof in6 : sizeof in, caller->buffer, (socklen_t)room_of(q),
	                   q->service == NULL ? NULL : caller->port, sizeof caller->port, q->flags);
}

void ask_host(struct caller *caller)
{
	const struct question *q = &caller->q;
	int family = family_of(q);
	size_t room = room_of(q);
	unsigned char bytes[16] = { 0 };
	size_t length = address_of(q, bytes);

	if (q->call >= BYADDR && is_fake(asked_by(q)))
		fake->remember(asked_by(q));
	free(caller->buffer);
	caller->buffer = malloc(room + GUARD);
	if (caller->buffer == NULL)
		abort();
	memset(caller->buffer, GUARD_BYTE, room + GUARD);
	caller->answer = NULL;
	caller->returned = 0;
	caller->h_error = BEFORE;
	h_errno = BEFORE;
	errno = BEFORE;
	switch (q->call) {
	case BYNAME:
		caller->answer = gethostbyname(q->host);
		break;
	case BYNAME2:
		caller->answer = gethostbyname2(q->host, family);
		break;
	case BYADDR:
		caller->answer = gethostbyaddr(bytes, (socklen_t)length, family);
		break;
	case BYNAME_R:
		caller->returned = gethostbyname_r(q->host, &caller->host, caller->buffer, room,
		                                   &caller->answer, &caller->h_error);
		break;
	case BYNAME2_R:
		caller->returned = gethostbyname2_r(q->host, family, &caller->host, caller->buffer, room,
		                                    &caller->answer, &caller->h_error);
		break;
	case BYADDR_R:
		caller->returned = gethostbyaddr_r(bytes, (socklen_t)length, family, &caller->host,
		                                   caller->buffer, room, &caller->answer, &caller->h_error);
		break;
	default:
		caller->returned = ask_name_of(caller, bytes);
	}
	caller->error = errno;
	if (!has_buffer(q))
		caller->h_error = h_errno;
	caller->code = q->call == NAMEINFO ? caller->returned : caller->answer != NULL ? 0 : caller->h_error;
	caller->wrong = wrong_host(caller);
}

static const char *wrong_name(const struct caller *caller)
{
	const struct question *q = &caller->q;
	const char *host = asked_by(q), *name = caller->buffer;
	size_t prefix = sizeof FAKE_CANON - 1;

	if (q->code == EAI_SYSTEM)
		return caller->error == q->error ? NULL : "errno";
	if (q->code != 0)
		return NULL;
	if (caller->error != BEFORE)
		return "errno";
	if (q->service != NULL && strcmp(caller->port, q->service) != 0)
		return "service";
	if (!is_fake(host))
		return name[0] != '\0' ? NULL : "name";
	return strncmp(name, FAKE_CANON, prefix) == 0 && strcmp(name + prefix, host) == 0 ? NULL : "name";
}

const char *wrong_hostent(const struct question *q, const struct hostent *answer)
{
	const char *host = asked_by(q);
	size_t count = is_fake(host) ? fake_addresses(host) : 1, prefix = sizeof FAKE_CANON - 1;
	unsigned char bytes[16];
	size_t length = address_of(q, bytes);

	if (answer->h_addrtype != family_of(q))
		return "family";
	if (answer->h_length != (int)length)
		return "address length";
	for (size_t i = 0; i < count; i++) {
		if (i > 0)
			fake_address_of_many(host, family_of(q), i, bytes);
		if (answer->h_addr_list[i] == NULL)
			return "too few addresses";
		if (memcmp(answer->h_addr_list[i], bytes, length) != 0)
			return "address";
	}
	if (!is_fake(host)) /* by its address it may have any name */
		return q->call < BYADDR && strcmp(answer->h_name, host) != 0 ? "name" : NULL;
	if (answer->h_addr_list[count] != NULL)
		return "too many addresses";
	if (strncmp(answer->h_name, FAKE_CANON, prefix) != 0 || strcmp(answer->h_name + prefix, host) != 0)
		return "name";
	if (answer->h_aliases[0] == NULL || strcmp(answer->h_aliases[0], host) != 0)
		return "alias";
	return answer->h_aliases[1] == NULL ? NULL : "too many aliases";
}

/* How libc says what has become of a question: the code in h_errno, errno, and what a form with
 * a buffer returns. */
struct manner {
	int code, error, returned;
};

static struct manner manner_of(const struct question *q)
{
	if (!is_musl() || q->call == NAMEINFO)
		return (struct manner){ q->code, q->error, q->error };
	switch (q->code) {
	case TRY_AGAIN: return (struct manner){ q->code, BEFORE, EAGAIN };
	case NO_RECOVERY: return (struct manner){ q->code, BEFORE, EBADMSG };
	case NETDB_INTERNAL:
		if (q->error == ERANGE)
			return (struct manner){ BEFORE, BEFORE, ERANGE };
		return (struct manner){ NO_RECOVERY, q->error, q->error };
	default: return (struct manner){ q->code, BEFORE, 0 };
	}
}

const char *wrong_host(const struct caller *caller)
{
	const struct question *q = &caller->q;
	const struct manner manner = manner_of(q);

	for (size_t i = 0; i < GUARD; i++)
		if (caller->buffer[room_of(q) + i] != GUARD_BYTE)
			return "bytes behind the buffer";
	if (caller->code != manner.code)
		return "code";
	if (q->call == NAMEINFO)
		return wrong_name(caller);
	/* For other hosts it depends on the sources that libc looks into, and on the form. */
	if (is_fake(asked_by(q)) && caller->error != manner.error)
		return "errno";
	if (has_buffer(q) && caller->returned != manner.returned)
		return "number returned";
	if (caller->answer == NULL)
		return NULL;
	if (is_fake(asked_by(q)) && caller->h_error != (has_buffer(q) && !is_musl() ? NETDB_SUCCESS : BEFORE))
		return "h_errno";
	if (has_buffer(q) && caller->answer != &caller->host)
		return "*result";
	return wrong_hostent(q, caller->answer);
}
