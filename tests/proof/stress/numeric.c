/* SPDX-License-Identifier: MIT
 *
 * Numeric hosts in every form that libc takes, and some that it refuses.
 */
#include "stress.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>

static int print_part(char *out, struct random *r, uint32_t value)
{
	static const char *const formats[] = { "%u", "%#x", "0%o", "%#X" };

	return sprintf(out, formats[random_below(r, 4)], value);
}

/* One to four parts, each in decimal, octal or hex; the last has what is left. */
static void print_inet(char *out, struct random *r, uint32_t address)
{
	unsigned parts = 1 + random_below(r, 4);

	for (unsigned i = 0; i + 1 < parts; i++) {
		out += print_part(out, r, address >> 24 & 0xff);
		address <<= 8;
		*out++ = '.';
	}
	print_part(out, r, address >> 8 * (parts - 1));
}

static void make_inet(struct question *q, struct random *r)
{
	struct in_addr address = { htonl((uint32_t)random_next(r)) };
	char dotted[INET_ADDRSTRLEN];

	inet_ntop(AF_INET, &address, dotted, sizeof dotted);
	q->addresses[0].family = AF_INET;
	memcpy(q->addresses[0].bytes, &address, sizeof address);
	switch (options.libc ? 0 : random_below(r, 8)) {
	case 7: /* full-width digits, U+FF10 on, with ideographic dots, U+3002 */
		for (char *in = dotted, *out = q->host; *in != '\0'; in++)
			out += sprintf(out, *in == '.' ? "\xe3\x80\x82" : "\xef\xbc%c", 0x90 + *in - '0');
		strcpy(q->canonical, dotted); /* it is normalized first */
		break;
	case 0 ... 2:
		strcpy(q->host, dotted);
		break;
	default:
		print_inet(q->host, r, ntohl(address.s_addr));
	}
}

static void make_inet6(struct question *q, struct random *r)
{
	unsigned char *bytes = q->addresses[0].bytes;
	unsigned kind = random_below(r, 6);

	q->addresses[0].family = AF_INET6;
	for (int i = 0; i < 16; i++) /* with runs of zeros */
		bytes[i] = random_below(r, 2) ? (unsigned char)random_next(r) : 0;
	if (kind == 0) {
		memset(bytes, 0, 10); /* ::ffff:0:0/96 */
		memset(bytes + 10, 0xff, 2);
	} else {
		bytes[0] = 0x20; /* none that has rules of its own */
	}
	inet_ntop(AF_INET6, bytes, q->host, sizeof q->host);
	if (kind == 1)
		for (char *c = q->host; *c != '\0'; c++)
			*c = (char)(*c >= 'a' ? *c - 'a' + 'A' : *c);
	if (kind == 2)
		sprintf(q->host, "%02x%02x:%x:%x:%x:%x:%04x:%u.%u.%u.%u", bytes[0], bytes[1],
			bytes[2] << 8 | bytes[3], bytes[4] << 8 | bytes[5], bytes[6] << 8 | bytes[7],
			bytes[8] << 8 | bytes[9], bytes[10] << 8 | bytes[11], bytes[12], bytes[13], bytes[14], bytes[15]);
}

/* RFC 4007: by an interface's name where there is one, or any number. */
static void make_zone(struct question *q, struct random *r)
{
	static const struct { const char *host; uint32_t scope; } rows[] = {
		{ "fe80::7%lo", 0 }, { "ff02::1%lo", 0 }, { "fe80::7%1", 1 }, { "fe80::7%77", 77 },
		{ "2001:db8::7%4294967295", UINT32_MAX }, { "ff02::1%0", 0 },
		{ "fe80::7%nosuchzone", 0 }, { "2001:db8::7%lo", 0 }, { "fe80::7%", 0 }, { "::1%0x1", 0 },
	};
	enum { BY_NAME = 2, RIGHT = 6 };
	size_t i = random_below(r, sizeof rows / sizeof *rows);

	strcpy(q->host, rows[i].host);
	q->addresses[0].family = AF_INET6;
	inet_pton(AF_INET6, strtok(strcpy(q->canonical, q->host), "%"), q->addresses[0].bytes);
	q->canonical[0] = '\0';
	q->addresses[0].scope = i < BY_NAME ? if_nametoindex("lo") : rows[i].scope;
	if (i >= RIGHT || (i < BY_NAME && q->addresses[0].scope == 0))
		q->code = EAI_NONAME;
}

/* What the family asked for makes of the address. */
static void convert(struct question *q)
{
	static const unsigned char mapped[12] = { [10] = 0xff, 0xff };
	struct address *a = &q->addresses[0];

	if (q->code != 0 || q->hints.ai_family == AF_UNSPEC || q->hints.ai_family == a->family)
		return;
	if (a->family == AF_INET6 && memcmp(a->bytes, mapped, 12) == 0) {
		memmove(a->bytes, a->bytes + 12, 4);
		a->family = AF_INET;
	} else if (a->family == AF_INET && q->hints.ai_flags & AI_V4MAPPED) {
		memmove(a->bytes + 12, a->bytes, 4);
		memcpy(a->bytes, mapped, 12);
		a->family = AF_INET6;
	} else {
		q->code = EAI_ADDRFAMILY;
	}
}

/* Services that only a numeric host is asked for: libc has its own way with them. */
static void odd_service(struct question *q, struct random *r)
{
	static const struct { const char *service; int socktype, code; in_port_t port; } rows[] = {
		{ "65536", 0, 0, 0 }, { " 80", 0, 0, 80 }, { "+80", SOCK_STREAM, 0, 80 }, { "", 0, 0, 0 },
		{ "*", SOCK_DGRAM, 0, 0 }, { "80", SOCK_RAW, EAI_SERVICE, 0 },
	};
	size_t i = random_below(r, sizeof rows / sizeof *rows);

	if (!q->has_hints || q->code != 0)
		return;
	q->has_service = true;
	strcpy(q->service, rows[i].service);
	q->hints.ai_protocol = 0;
	q->hints.ai_socktype = rows[i].socktype;
	q->code = rows[i].code;
	q->port = rows[i].port;
}

void numeric_make(struct question *q, struct random *r, enum temper temper)
{
	static void (*const makers[])(struct question *, struct random *) = {
		make_inet, make_inet, make_inet, make_inet6, make_inet6, make_zone,
	};

	q->address_count = 1;
	makers[random_below(r, 6)](q, r);
	name_hints(q, r, temper);
	if (q->has_hints && random_below(r, 4) == 0)
		q->hints.ai_flags |= AI_NUMERICHOST;
	if (q->has_hints && random_below(r, 4) == 0)
		q->hints.ai_flags |= AI_V4MAPPED;
	/* IPv6 for AF_INET is refused before its zone is looked at. */
	if (strchr(q->host, '%') != NULL && q->code != 0 && q->hints.ai_family == AF_INET)
		q->code = EAI_ADDRFAMILY;
	convert(q);
	if (random_below(r, 8) == 0)
		odd_service(q, r);
	if (!(q->hints.ai_flags & AI_CANONNAME))
		q->canonical[0] = '\0';
	else if (q->canonical[0] == '\0')
		strcpy(q->canonical, q->host);
}
