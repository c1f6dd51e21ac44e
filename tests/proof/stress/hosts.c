/* SPDX-License-Identifier: MIT
 *
 * gethostbyname and its kin, and getnameinfo: questions, and the whole of their answers held
 * against what must come back. The hosts are those of names.c, or addresses.
 */
#include "stress.h"

#include "fake.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Bytes of an _r form's buffer; fewer than the answer takes; and what errno is before. */
enum { ROOM = 1024, SHORT = 64, BEFORE = ENOTNAM };

const char *const call_names[CALLS] = {
	[GETADDRINFO] = "getaddrinfo", [BYNAME] = "gethostbyname", [BYNAME_R] = "gethostbyname_r",
	[BYNAME2] = "gethostbyname2", [BYNAME2_R] = "gethostbyname2_r", [BYADDR] = "gethostbyaddr",
	[BYADDR_R] = "gethostbyaddr_r", [NAMEINFO] = "getnameinfo",
};

static bool is_reverse(const struct question *q)
{
	return q->call >= BYADDR;
}

static bool has_buffer(const struct question *q)
{
	return q->call == BYNAME_R || q->call == BYNAME2_R || q->call == BYADDR_R;
}

/* --- questions --- */

static void make_numeric(struct question *q, struct random *r)
{
	static const struct { const char *host, *address; } four[] = {
		{ "127.0.0.1", "127.0.0.1" }, { "127.1", "127.0.0.1" }, { "0177.1", "127.0.0.1" },
		{ "198.51.100.255", "198.51.100.255" }, { "999", "0.0.3.231" },
	}, six[] = {
		{ "::1", "::1" }, { "2001:db8::7", "2001:db8::7" }, { "::ffff:192.0.2.1", "::ffff:192.0.2.1" },
	};
	bool is_six = q->addresses[0].family == AF_INET6;
	unsigned i = random_below(r, is_six ? 3 : 5);

	strcpy(q->host, is_six ? six[i].host : four[i].host);
	inet_pton(q->addresses[0].family, is_six ? six[i].address : four[i].address, q->addresses[0].bytes);
	strcpy(q->canonical, q->host);
}

/* Codes of getaddrinfo, and what these calls say instead. */
static void make_failing(struct question *q, struct random *r, const char *rest)
{
	static const struct { int eai, h_error, error; } codes[] = {
		{ EAI_NONAME, HOST_NOT_FOUND, 0 }, { EAI_NODATA, NO_DATA, 0 }, { EAI_AGAIN, TRY_AGAIN, EAGAIN },
		{ EAI_FAIL, NO_RECOVERY, 111 }, { EAI_SYSTEM, NETDB_INTERNAL, 105 },
	};
	unsigned i = random_below(r, 5);

	q->code = q->call == NAMEINFO ? codes[i].eai : codes[i].h_error;
	q->error = codes[i].error;
	snprintf(q->host, sizeof q->host, "eai-%d.errno-%d.%s", -codes[i].eai, codes[i].error, rest);
}

static void make_fake_host(struct question *q, struct random *r, enum temper temper)
{
	static const int delays[] = { 0, 0, 1, 2, 5, 20 };
	static const struct { const char *written, *ascii; } spelled[] = {
		{ "b\u00fccher.", "xn--bcher-kva." }, { "B\u00dcCHER.", "xn--bcher-kva." }, { "CaSe.", "CaSe." },
	};
	char rest[64], asked[256];
	unsigned kind = random_below(r, 8), i = options.libc ? 2 : random_below(r, 3);

	/* Half of the hosts are of few, and those that are asked for by address always. */
	if (is_reverse(q) || random_below(r, 2) == 0)
		sprintf(rest, "ms-%d.few%u.fake", delays[random_below(r, temper == QUICK ? 3 : 6)], random_below(r, 4));
	else
		sprintf(rest, "ms-%d.n%08x.fake", delays[random_below(r, temper == QUICK ? 3 : 6)],
			(unsigned)random_next(r));
	q->resolved = true;
	snprintf(q->host, sizeof q->host, "%s", rest);
	strcpy(asked, q->host);
	if (kind == 0) {
		make_failing(q, r, rest);
		strcpy(asked, q->host);
	} else if (kind == 1 && !is_reverse(q)) {
		snprintf(q->host, sizeof q->host, "%s%s", spelled[i].written, rest);
		snprintf(asked, sizeof asked, "%s%s", spelled[i].ascii, rest);
	} else if (kind == 2 && has_buffer(q)) {
		q->room = SHORT;
		q->code = NETDB_INTERNAL;
		q->error = ERANGE;
	}
	fake_address(asked, q->addresses[0].family, q->addresses[0].bytes);
	snprintf(q->canonical, sizeof q->canonical, FAKE_CANON "%s", asked);
	snprintf(q->alias, sizeof q->alias, "%s", asked);
	if (is_reverse(q))
		fake->remember(asked);
}

static void make_dns_host(struct question *q, struct random *r)
{
	unsigned n = random_below(r, DNS_HOSTS), kind = random_below(r, 8);
	bool is_six = q->addresses[0].family == AF_INET6;
	unsigned char *bytes = q->addresses[0].bytes;

	inet_pton(q->addresses[0].family, is_six ? "2001:db8:64::" : "198.51.100.0", bytes);
	bytes[is_six ? 15 : 3] = (unsigned char)(n + 1);
	sprintf(q->host, "h%u.test", n);
	strcpy(q->canonical, q->host);
	if (is_reverse(q))
		return;
	if (kind == 0) {
		sprintf(q->host, "absent%u.test", random_below(r, 4));
		q->code = HOST_NOT_FOUND;
	} else if (kind == 1 && n < DNS_ALIASES) {
		sprintf(q->host, "alias%u.test", n);
		strcpy(q->alias, q->host);
	}
}

void host_make(struct question *q, struct random *r, enum temper temper)
{
	q->call = 1 + (enum call)random_below(r, CALLS - 1);
	/* libc's forms without a buffer do not ask the fake resolver. */
	if (options.libc && !options.dns && q->call != NAMEINFO && !has_buffer(q))
		q->call++;
	q->room = ROOM;
	q->address_count = 1;
	q->addresses[0].family = q->call != BYNAME && q->call != BYNAME_R && random_below(r, 2) ? AF_INET6 : AF_INET;
	q->port = (in_port_t)(1 + random_below(r, 65535));
	if (!is_reverse(q) && random_below(r, 2) == 0)
		make_numeric(q, r);
	else if (options.dns)
		make_dns_host(q, r);
	else
		make_fake_host(q, r, temper);
}

void host_prepare(void)
{
	gethostbyname("127.0.0.1");
	gethostbyname2("127.0.0.1", AF_INET);
	gethostbyaddr(&(in_addr_t){ htonl(INADDR_LOOPBACK) }, sizeof(in_addr_t), AF_INET);
}

/* --- answers --- */

static const char *differs(char detail[static DETAIL], const char *what, const char *got, const char *wanted)
{
	snprintf(detail, DETAIL, "got \"%.250s\", wanted \"%.250s\"", got != NULL ? got : "NULL", wanted);
	return what;
}

static const char *check_hostent(const struct question *q, const struct hostent *answer, char detail[static DETAIL])
{
	const struct address *address = &q->addresses[0];
	size_t length = address->family == AF_INET6 ? 16 : 4;
	const char *alias = q->alias[0] != '\0' ? q->alias : NULL;

	if (answer->h_addrtype != address->family || answer->h_length != (int)length)
		return "family";
	if (answer->h_addr_list[0] == NULL || answer->h_addr_list[1] != NULL)
		return "number of addresses";
	if (memcmp(answer->h_addr_list[0], address->bytes, length) != 0)
		return "address";
	if (answer->h_name == NULL || strcmp(answer->h_name, q->canonical) != 0)
		return differs(detail, "name", answer->h_name, q->canonical);
	if (alias != NULL && (answer->h_aliases[0] == NULL || strcmp(answer->h_aliases[0], alias) != 0))
		return differs(detail, "alias", answer->h_aliases[0], alias);
	return answer->h_aliases[alias != NULL] == NULL ? NULL : "number of aliases";
}

static const char *check_code(const struct question *q, int code, int error, char detail[static DETAIL])
{
	if (code != q->code) {
		snprintf(detail, DETAIL, "got %d, wanted %d", code, q->code);
		return "code";
	}
	/* What a real resolver leaves in errno is its own affair. */
	if (code != 0 && !options.dns && (q->call != NAMEINFO || code == EAI_SYSTEM) && error != q->error) {
		snprintf(detail, DETAIL, "got %d, wanted %d", error, q->error);
		return "errno";
	}
	return NULL;
}

static const char *ask_name_of(const struct question *q, char detail[static DETAIL])
{
	const struct address *address = &q->addresses[0];
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = htons(q->port) };
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6, .sin6_port = htons(q->port) };
	bool six = address->family == AF_INET6;
	char name[NI_MAXHOST], service[8];
	const char *what;
	int code, error;

	memcpy(&in.sin_addr, address->bytes, sizeof in.sin_addr);
	memcpy(&in6.sin6_addr, address->bytes, sizeof in6.sin6_addr);
	interrupt_allow();
	errno = BEFORE;
	code = getnameinfo(six ? (struct sockaddr *)&in6 : (struct sockaddr *)&in, six ? sizeof in6 : sizeof in,
			   name, sizeof name, service, sizeof service, NI_NUMERICSERV);
	error = errno;
	interrupt_forbid();
	what = check_code(q, code, error, detail);
	if (what != NULL || code != 0)
		return what;
	if (strcmp(name, q->canonical) != 0)
		return differs(detail, "name", name, q->canonical);
	return atoi(service) == q->port ? NULL : "service";
}

const char *host_ask(const struct question *q, char detail[static DETAIL])
{
	const struct address *address = &q->addresses[0];
	socklen_t length = address->family == AF_INET6 ? 16 : 4;
	struct hostent host, *answer = NULL;
	char buffer[ROOM];
	int h_error = 0, error;
	const char *what;

	if (q->call == NAMEINFO)
		return ask_name_of(q, detail);
	interrupt_allow();
	errno = BEFORE;
	switch (q->call) {
	case BYNAME:
		answer = gethostbyname(q->host);
		break;
	case BYNAME2:
		answer = gethostbyname2(q->host, address->family);
		break;
	case BYADDR:
		answer = gethostbyaddr(address->bytes, length, address->family);
		break;
	case BYNAME_R:
		gethostbyname_r(q->host, &host, buffer, q->room, &answer, &h_error);
		break;
	case BYNAME2_R:
		gethostbyname2_r(q->host, address->family, &host, buffer, q->room, &answer, &h_error);
		break;
	default:
		gethostbyaddr_r(address->bytes, length, address->family, &host, buffer, q->room, &answer, &h_error);
	}
	error = errno;
	interrupt_forbid();
	what = check_code(q, answer != NULL ? 0 : has_buffer(q) ? h_error : h_errno, error, detail);
	return what != NULL || answer == NULL ? what : check_hostent(q, answer, detail);
}
