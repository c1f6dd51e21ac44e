/* SPDX-License-Identifier: MIT
 *
 * Hosts that have names: the fake resolver's (tests/lib/fake.h), whose answers are
 * derived from the question, and a nameserver's, whose zone is made here too.
 *
 * Gentle questions are for threads that may be cancelled within them. Others glibc
 * does not bear: it leaks the socket with which it reads the list of interfaces, for
 * AI_ADDRCONFIG (and up to 2.37 keeps a lock, its bug 20975), and the one with which
 * it finds the order of two addresses.
 */
#include "stress.h"

#include "fake.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

/* Spellings, and what a resolver must be asked for. The first few come back from
 * AI_CANONIDN as they are. */
static const struct spelling {
	const char *written, *ascii, *unicode;
} spellings[] = {
	{ "b\u00fccher", "xn--bcher-kva", "b\u00fccher" },
	{ "bu\u0308cher", "xn--bcher-kva", "b\u00fccher" },
	{ "B\u00dcCHER", "xn--bcher-kva", "b\u00fccher" },
	{ "\uff42\u00fccher", "xn--bcher-kva", "b\u00fccher" },
	{ "xn--bcher-kva", "xn--bcher-kva", "b\u00fccher" },
	{ "\u043f\u0440\u0438\u043c\u0435\u0440", "xn--e1afmkfd", "\u043f\u0440\u0438\u043c\u0435\u0440" },
	{ "\u4f8b\u3048", "xn--r8jz45g", "\u4f8b\u3048" },
	{ "stra\u00dfe", "xn--strae-oqa", "stra\u00dfe" },
	{ "\u2603", "xn--n3h", NULL },
};
enum { SPELLINGS = sizeof spellings / sizeof *spellings };

static const char *const refused[] = {
	"b\303cher", "\xff", "\u0308bucher", "b\u0378cher", "\u05d0a", "b\u00fc\\cher",
};

void name_hints(struct question *q, struct random *r, enum temper temper)
{
	static const int families[] = { AF_UNSPEC, AF_INET, AF_INET6 };
	static const struct { int socktype, protocol; } types[] = {
		{ SOCK_STREAM, 0 }, { SOCK_STREAM, 0 }, { SOCK_DGRAM, 0 }, { 0, 0 },
		{ SOCK_STREAM, IPPROTO_TCP }, { SOCK_DGRAM, IPPROTO_UDP },
		{ SOCK_STREAM | SOCK_CLOEXEC, 0 }, { SOCK_DGRAM | SOCK_NONBLOCK, IPPROTO_UDP },
	};
	static const int flags[] = {
		0, AI_CANONNAME, AI_ADDRCONFIG, AI_PASSIVE | AI_NUMERICSERV, AI_CANONNAME | AI_ADDRCONFIG,
	};
	static const char *const services[] = { "80", "443", "0", "65535" };
	size_t type = random_below(r, options.libc ? 6 : 8);

	q->has_service = random_below(r, 4) > 0;
	if (q->has_service)
		strcpy(q->service, services[random_below(r, 4)]);
	q->port = (in_port_t)atoi(q->service);
	q->has_hints = temper == GENTLE || random_below(r, 8) > 0;
	if (!q->has_hints)
		return;
	q->hints.ai_family = options.dns && temper == GENTLE ? families[1 + random_below(r, 2)]
		: families[random_below(r, 3)];
	q->hints.ai_socktype = types[type].socktype;
	q->hints.ai_protocol = types[type].protocol;
	q->hints.ai_flags = flags[random_below(r, temper == GENTLE ? 2 : 5)];
}

/* IPv6 first, and of these the families that are asked for. */
static void select_families(struct question *q)
{
	struct address *six = &q->addresses[0];

	q->address_count = q->hints.ai_family == AF_UNSPEC ? 2 : 1;
	six[0].family = AF_INET6;
	six[1].family = AF_INET;
	if (q->hints.ai_family == AF_INET)
		six[0] = six[1];
}

/* --- the fake resolver's --- */

/* The host as the fake resolver is to see it, and the answer that it derives. */
static void expect_fake(struct question *q, const char *asked)
{
	q->resolved = true;
	select_families(q);
	for (int i = 0; i < q->address_count; i++)
		fake_address(asked, q->addresses[i].family, q->addresses[i].bytes);
	if (q->hints.ai_flags & AI_CANONNAME)
		snprintf(q->canonical, sizeof q->canonical, FAKE_CANON "%s", asked);
}

static void make_fake_unicode(struct question *q, struct random *r, const char *rest)
{
	const struct spelling *s = &spellings[random_below(r, SPELLINGS)];
	char asked[256];

	snprintf(q->host, sizeof q->host, "%s%s%s", s->written, random_below(r, 4) ? "." : "\u3002", rest);
	snprintf(asked, sizeof asked, "%s.%s", s->ascii, rest);
	expect_fake(q, asked);
	if (q->has_hints && s->unicode != NULL && random_below(r, 2) == 0) {
		q->hints.ai_flags |= AI_CANONIDN;
		if (q->canonical[0] != '\0')
			snprintf(q->canonical, sizeof q->canonical, FAKE_CANON "%s.%s", s->unicode, rest);
	}
}

static void make_failing(struct question *q, struct random *r, const char *rest)
{
	static const int codes[] = { EAI_NONAME, EAI_AGAIN, EAI_FAIL, EAI_MEMORY, EAI_SYSTEM };

	q->resolved = true;
	q->code = codes[random_below(r, 5)];
	q->error = q->code == EAI_SYSTEM ? 100 + (int)random_below(r, 10) : 0;
	snprintf(q->host, sizeof q->host, "eai-%d.errno-%d.%s", -q->code, q->error, rest);
}

/* Questions that differ in one thing, so that none may get the other's answer. */
static void common_hints(struct question *q, struct random *r)
{
	unsigned one = random_below(r, 5);

	q->has_hints = q->has_service = true;
	q->hints.ai_family = one == 1 ? AF_INET6 : AF_INET;
	q->hints.ai_socktype = one == 2 ? SOCK_DGRAM : SOCK_STREAM;
	q->hints.ai_flags = one == 3 ? AI_CANONNAME : 0;
	q->port = one == 4 ? 81 : 80; /* of one length */
	sprintf(q->service, "%u", q->port);
}

void fake_make(struct question *q, struct random *r, enum temper temper)
{
	static const int delays[] = { 0, 0, 0, 1, 2, 5, 20, 60 };
	char rest[64];

	/* Half of the questions are of three hosts that all ask for; half are this
	 * thread's alone. */
	if (random_below(r, 2) == 0) {
		sprintf(rest, "ms-%d.n.fake", delays[5 + random_below(r, temper == QUICK ? 1 : 3)]);
		common_hints(q, r);
	} else {
		sprintf(rest, "ms-%d.n%08x.fake", delays[random_below(r, temper == QUICK ? 5 : 8)],
			(unsigned)random_next(r));
		name_hints(q, r, temper);
	}
	switch (random_below(r, 8)) {
	case 0:
		make_failing(q, r, rest);
		break;
	case 1 ... 2:
		make_fake_unicode(q, r, rest);
		break;
	case 3:
		snprintf(q->host, sizeof q->host, "%s.%s", refused[random_below(r, 6)], rest);
		q->code = EAI_NONAME;
		break;
	case 4: /* the case of letters does not tell hosts apart, but is in the canonical name */
		snprintf(q->host, sizeof q->host, "CaSe.%s", rest);
		snprintf(rest, sizeof rest, "%s", q->host + 5);
		expect_fake(q, q->host);
		break;
	default:
		strcpy(q->host, rest);
		expect_fake(q, q->host);
	}
}

/* --- the nameserver's: 198.51.100.N and 2001:db8:64::N --- */

enum { SLOW = 8, LOSSY = 4, V4ONLY = 4 };
enum { FIRST_IDN = 64, FIRST_SLOW = 96, FIRST_V4ONLY = 128, FIRST_LOSSY = 160 };

static void print_record(FILE *out, const char *host, unsigned n, bool six)
{
	fprintf(out, "host-record=%s,198.51.100.%u", host, n);
	fprintf(out, six ? ",2001:db8:64::%x\n" : "\n", n);
}

void dns_print_zone(FILE *out, bool slow)
{
	char host[64];

	for (unsigned i = 0; i < SLOW && slow; i++) {
		sprintf(host, "h%u.slow.test", i);
		print_record(out, host, FIRST_SLOW + i, true);
	}
	for (unsigned i = 0; i < LOSSY && slow; i++) {
		sprintf(host, "h%u.lossy.test", i);
		print_record(out, host, FIRST_LOSSY + i, true);
	}
	if (slow)
		return;
	for (unsigned i = 0; i < DNS_HOSTS; i++) {
		sprintf(host, "h%u.test", i);
		print_record(out, host, i + 1, true);
	}
	for (unsigned i = 0; i < DNS_ALIASES; i++)
		fprintf(out, "cname=alias%u.test,h%u.test\n", i, i);
	for (unsigned i = 0; i < V4ONLY; i++) {
		sprintf(host, "four%u.test", i);
		print_record(out, host, FIRST_V4ONLY + i, false);
	}
	for (unsigned i = 0; i < SPELLINGS; i++) {
		if (i > 0 && strcmp(spellings[i].ascii, spellings[i - 1].ascii) == 0)
			continue;
		sprintf(host, "%s.test", spellings[i].ascii);
		print_record(out, host, FIRST_IDN + i, true);
	}
}

/* The address with the number n, of the host with this canonical name. */
static void expect_dns(struct question *q, unsigned n, const char *canonical)
{
	select_families(q);
	for (int i = 0; i < q->address_count; i++) {
		struct address *a = &q->addresses[i];
		const char *net = a->family == AF_INET ? "198.51.100.0" : "2001:db8:64::";

		inet_pton(a->family, net, a->bytes);
		a->bytes[a->family == AF_INET ? 3 : 15] = (unsigned char)n;
	}
	if (q->hints.ai_flags & AI_CANONNAME)
		strcpy(q->canonical, canonical);
}

static void make_dns_unicode(struct question *q, struct random *r)
{
	unsigned i = random_below(r, SPELLINGS), record = i;
	char asked[64];

	while (record > 0 && strcmp(spellings[record - 1].ascii, spellings[i].ascii) == 0)
		record--;
	sprintf(asked, "%s.test", spellings[i].ascii);
	sprintf(q->host, "%s.test", options.libc ? spellings[i].ascii : spellings[i].written);
	expect_dns(q, FIRST_IDN + record, asked);
}

/* IPv4 alone: IPv6 is its mapped form, or nothing. What libc calls nothing has
 * changed over time, so that is not asked. */
static void make_v4only(struct question *q, struct random *r)
{
	unsigned i = random_below(r, V4ONLY);
	struct address *a = &q->addresses[0];

	sprintf(q->host, "four%u.test", i);
	if (q->has_hints && q->hints.ai_family == AF_INET6)
		q->hints.ai_flags |= AI_V4MAPPED;
	expect_dns(q, FIRST_V4ONLY + i, q->host);
	if (q->address_count == 2)
		a[0] = a[1];
	q->address_count = 1;
	if (a->family == AF_INET6)
		inet_pton(AF_INET6, "::ffff:198.51.100.0", a->bytes);
	a->bytes[a->family == AF_INET6 ? 15 : 3] = (unsigned char)(FIRST_V4ONLY + i);
}

void dns_make(struct question *q, struct random *r, enum temper temper)
{
	unsigned kind = random_below(r, 16), i;
	char canonical[64];

	name_hints(q, r, temper);
	if (kind == 0 && temper != QUICK && random_below(r, 16) == 0) {
		i = random_below(r, LOSSY);
		sprintf(q->host, "h%u.lossy.test", i);
		expect_dns(q, FIRST_LOSSY + i, q->host);
	} else if (kind == 0 && temper != QUICK) {
		i = random_below(r, SLOW);
		sprintf(q->host, "h%u.slow.test", i);
		expect_dns(q, FIRST_SLOW + i, q->host);
	} else if (kind == 1) {
		i = random_below(r, DNS_ALIASES);
		sprintf(q->host, "alias%u.test", i);
		sprintf(canonical, "h%u.test", i);
		expect_dns(q, i + 1, canonical);
	} else if (kind == 2 || kind == 3) {
		sprintf(q->host, "absent%u.test", random_below(r, 1U << (kind == 2 ? 2 : 20)));
		q->code = EAI_NONAME;
	} else if (kind == 4) {
		make_v4only(q, r);
	} else if (kind <= 7) {
		make_dns_unicode(q, r);
	} else if (kind == 8 && !options.libc) {
		sprintf(q->host, "%s.test", refused[random_below(r, 6)]);
		q->code = EAI_NONAME;
	} else {
		i = random_below(r, DNS_HOSTS);
		sprintf(q->host, "h%u.test", i);
		expect_dns(q, i + 1, q->host);
	}
}
