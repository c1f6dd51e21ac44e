/* SPDX-License-Identifier: MIT */
#include "hosts.h"

#include "differential.h"
#include "draw.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>

#define ONES8 "１１１１１１１１"
#define ONES64 ONES8 ONES8 ONES8 ONES8 ONES8 ONES8 ONES8 ONES8

static const struct host unicode_hosts[] = {
	/* compatibility digits, letters, dots and colons of many kinds */
	{ "１２７.０.０.１", "127.0.0.1", UNICODE, 0 },
	{ "127。0。0。1", "127.0.0.1", UNICODE, 0 },
	{ "127．0｡0。1", "127.0.0.1", UNICODE, 0 },
	{ "¹²⁷.①.0.1", "127.1.0.1", UNICODE, 0 },
	{ "𝟏𝟐𝟕.𝟘.𝟢.𝟶", "127.0.0.0", UNICODE, 0 },
	{ "０Ｘ7Ｆ.1", "0x7f.1", UNICODE, 0 },
	{ "０１７７.1", "0177.1", UNICODE, 0 },
	{ "２５６", "256", UNICODE, 0 },
	{ "２５６.1.1.1", "256.1.1.1", UNICODE, 0 },
	{ "４２９４９６７２９６", "4294967296", UNICODE, 0 },
	{ "１27.1 ", "127.1 ", UNICODE, 0 },
	{ "１..2", "1..2", UNICODE, 0 },
	{ "127.0.0.1。", "127.0.0.1.", UNICODE, 0 },
	{ "\u00ad127.0.0.1", "127.0.0.1", UNICODE, 0 },
	{ "127.0.0.1\u200b", "127.0.0.1", UNICODE, 0 },
	{ "：：１", "::1", UNICODE, 0 },
	{ "FE80::１", "fe80::1", UNICODE, 0 },
	{ "FE80::1％lo", "fe80::1%lo", UNICODE, 0 },
	{ "fe80::１%１", "fe80::1%1", UNICODE, 0 },
	{ "::ffff:1.2.3。4", "::ffff:1.2.3.4", UNICODE, 0 },
	/* zones, see host_init() */
	{ "fe80::1%１", "fe80::1%１", UNICODE, 0 },
	{ "::1%é", "::1%é", UNICODE, 0 },
	{ "fe80::1%lo:é", "fe80::1%lo:é", UNICODE, 0 }, /* lo: the kernel stops at the colon */
	{ "fe80:1%１", "fe80:1%1", UNICODE, 0 },
	/* names */
	{ "ＬＯＣＡＬＨＯＳＴ", "localhost", UNICODE, 0 },
	{ "ＬＯＣＡＬＨＯＳＴ。", "localhost.", UNICODE, 0 },
	{ "é.localhost", "xn--9ca.localhost", UNICODE, 0 },
	{ "BÜCHER.test", "xn--bcher-kva.test", UNICODE, 0 },
	{ "bu\u0308cher。test", "xn--bcher-kva.test", UNICODE, 0 },
	{ "faß.test", "xn--fa-hia.test", UNICODE, 0 },
	{ "☃.test", "xn--n3h.test", UNICODE, 0 },
	{ "-é", "xn----bga", UNICODE, 0 },
	{ "é-", "xn----9fa", UNICODE, 0 },
	{ "-a.é--.☃", "-a.xn-----9ia.xn--n3h", UNICODE, 0 },
	{ "bücher.local", "bücher.local", UNICODE, 0 },
	/* well-formed and refused */
	{ "⒈2.3", NULL, REFUSED, 0 },
	{ "\ufffd", NULL, REFUSED, 0 },
	{ "١٢٧.0.0.1", NULL, REFUSED, 0 },
	{ "a\u200d.test", NULL, REFUSED, 0 },
	{ "\u0338.1", NULL, REFUSED, 0 },
	{ "☃אa", NULL, REFUSED, 0 },
	{ "xn--é", NULL, REFUSED, 0 },
	{ "é%lo", NULL, REFUSED, 0 },
	{ "é\\.test", NULL, REFUSED, 0 },
	{ ONES64, NULL, REFUSED, 0 },
};

/* Put into any ASCII text, each of these makes it ill-formed: bytes that never
 * occur, a lone continuation, overlong forms, a surrogate, beyond U+10FFFF,
 * sequences cut short. */
static const char *const ill_formed[] = {
	"\xff", "\xfe", "\x80", "\xc0\xb1", "\xe0\x80\xb1", "\xf0\x80\x80\xb1",
	"\xed\xa0\x80", "\xf4\x90\x80\x80", "\xc3", "\xe2\x82", "\xf0\x9f\x98",
};

static const char *const plain_hosts[] = {
	NULL, "", "*", "**", " ", ".", "..", "0", "1", "-1", "+1", "x", "0x", "0X", "0xg", "00", "08", "010",
	/* one part */
	"127", "255", "256", "65536", "16777216", "2130706433", "4294967295", "4294967296", "18446744073709551615",
	"18446744073709551616", "18446744073709551617", "99999999999999999999999", "017700000001", "037777777777",
	"040000000000", "0x7f000001", "0X7F000001", "0xffffffff", "0x100000000", "0xffffffffffffffff",
	"0x10000000000000000", "000000000000000000001", "0x000000000000000000001", "1e3", "0b1",
	/* two, three and four parts */
	"127.1", "127.16777215", "127.16777216", "255.16777215", "256.1", "0x7f.1", "0177.1", "127.0x1", "1.",
	"127.0.1", "127.0.65535", "127.0.65536", "127.256.1", "0177.0.01", "0x7f.0x0.0x1", "1.2.3.",
	"127.0.0.1", "0.0.0.0", "255.255.255.255", "256.0.0.1", "127.0.0.256", "1.2.3.4", "01.02.03.04", "1.2.3.08",
	"0x1.0x2.0x3.0x4", "0x1.02.3.0X4", "1.2.3.0377", "1.2.3.0400", "1.2.3.0x100", "001.002.003.0000004",
	/* not quite IPv4 */
	"1.2.3.4.5", "1.2.3.4.", ".1.2.3.4", "1..2", "1.2..4", "1.2.3.x", "1.2.3.4x", "1.2.3.4 ", " 1.2.3.4", "1.2.3.4 x",
	"1.2.3.4\t", "1.2.3.4\n", "1 .2", "1. 2", "1.-2", "1.+2", "1.2.3.4/8", "1.2.3.4:80", "1.2.3.4%lo", "1.2.3.4%1",
	"1.2.3.4%", "0x.1", "1.0x", "1.2.3.0x", "1,2", "127.0.0.1\\", "[127.0.0.1]",
	/* IPv6 */
	"::", "::1", "::0", "0::", "0:0:0:0:0:0:0:1", "0000:0000:0000:0000:0000:0000:0000:0001", "2001:db8::", "2001:DB8::A",
	"2001:db8:1:2:3:4:5:6", "1:2:3:4:5:6:7::", "::2:3:4:5:6:7:8", "1::8", "1:2:3:4:5:6:1.2.3.4", "::1.2.3.4",
	"::ffff:1.2.3.4", "::FFFF:1.2.3.4", "::ffff:102:304", "0:0:0:0:0:ffff:1.2.3.4", "::ffff:0:1.2.3.4", "64:ff9b::1.2.3.4",
	"fe80::", "fe80::1", "fe7f::1", "febf::1", "fec0::1", "FE80::1", "ff00::1", "ff01::1", "ff02::1", "ff05::1", "ff0e::1",
	"ff11::1", "ff12::1", "ff32::1", "FF02::FB",
	/* not quite IPv6 */
	":", ":::", ":1", "1:", ":1::", "::1:", "1::2::3", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7:8::",
	"::1:2:3:4:5:6:7:8", "::12345", "::00001", "::g", "::1 ", " ::1", "[::1]", "::1/128", "::1.2.3", "::1.2.3.256",
	"::01.2.3.4", "::0x1.2.3.4", "::1.2.3.4.5", "::1.2.3.4:5", "1.2.3.4::", "::+1", "::-1", "::*", "fe80",
	/* zones */
	"fe80::1%lo", "fe80::1%1", "fe80::1%0", "fe80::1%2", "fe80::1%77", "fe80::1%4294967295", "fe80::1%4294967296",
	"fe80::1%18446744073709551616", "fe80::1%18446744073709551617", "fe80::1%99999999999999999999999999",
	"fe80::1%0000000000000000000000001", "fe80::1%", "fe80::1%%", "fe80::1%%lo", "fe80::1%lo%lo", "fe80::1%1%1",
	"fe80::1%25eth0", "fe80::1%25lo", "fe80::1%0x1", "fe80::1%+1", "fe80::1%-1", "fe80::1% 1", "fe80::1%1 ", "fe80::1%lo ",
	"fe80::1%LO", "fe80::1%l", "fe80::1%loo", "fe80::1%nosuch", "fe80::1%a_long_interface_name", "fe80::1%1x", "fe80::1%\\",
	"FE80::1%lo", "fe80::%lo", "%lo", "%", "%1", "%%", "lo%lo", "fe80::1 %lo", "fe80::1:%lo", "fe80%lo",
	"fe7f::1%lo", "febf:ffff::1%lo", "fec0::1%lo", "fec0::1%1", "ff01::1%lo", "ff02::1%lo", "ff03::1%lo", "ff05::1%lo",
	"ff05::1%1", "ff11::1%lo", "ff12::1%lo", "ff1e::1%lo", "ff00::1%lo", "ff02::1%nosuch", "ff02::1%4294967295",
	"::1%lo", "::1%1", "::1%0", "::1%", "::%lo", "::%1", "::1%4294967295", "::1%4294967296", "2001:db8::1%lo",
	"2001:db8::1%1", "2001:db8::1%x", "::ffff:1.2.3.4%lo", "::ffff:1.2.3.4%1", "::ffff:1.2.3.4%", "::ffff:102:304%5",
	"::ffff:1.2.3.4%x", "::ffff:0:0%2", "::1.2.3.4%1",
	"::ffff:254.128.1.1%lo", "::ffff:255.2.3.4%lo", "::ffff:255.2.3.4%lo ", "::ffff:255.5.3.4%lo",
	/* names; the test sees to it that only /etc/hosts is asked */
	"localhost", "LOCALHOST", "localhost.", "canon.test", "alias.test", "ALIAS.test", "both.test", "six.test",
	"xn--bcher-kva.test", "XN--N3H.test", "nosuch.test", "xn--", "a..b", "x.localhost", "X.y.LocalHost.", "localhost..", "x..localhost",
	".localhost", "xlocalhost", "-", "_", "\\", "a\\b",
};

/* Long ones: a head, a character COUNT times, a tail. */
static const struct {
	const char *head;
	char fill;
	int count;
	const char *tail;
} long_hosts[] = {
	{ "", '0', 300, "1" }, { "", '0', 5000, "1" }, { "0x", '0', 300, "7f" }, { "0x", '0', 5000, "7f.1" },
	{ "", '1', 300, "" }, { "", '1', 5000, "" }, { "1.2.3.", '0', 300, "4" }, { "1.2.3.", '0', 5000, "4" },
	{ "1.2.3.4", ' ', 300, "" }, { "1.2.3.4", ' ', 5000, "" }, { "", 'a', 300, "" }, { "", 'a', 5000, ".test" },
	{ "", '.', 300, "" }, { "", ':', 300, "" }, { "::", '0', 300, "1" }, { "::", '0', 5000, "1" },
	{ "fe80::1%", '0', 300, "1" }, { "fe80::1%", '0', 5000, "1" }, { "fe80::1%", '9', 300, "" },
	{ "fe80::1%", '9', 5000, "" }, { "fe80::1%", 'l', 300, "o" }, { "fe80::1", '%', 5000, "lo" },
};

struct host hosts[COUNT(plain_hosts) + COUNT(unicode_hosts) + COUNT(ill_formed) + COUNT(long_hosts)];
size_t n_hosts;

/* Would libc take TEXT for an address, whatever it then says to its zone? */
static bool is_numeric(const char *text)
{
	static int (*ask)(const char *, const char *, const struct addrinfo *, struct addrinfo **);
	static void (*give_back)(struct addrinfo *);
	static const struct addrinfo hints = { .ai_flags = AI_NUMERICHOST };
	size_t length = strcspn(text, "%");
	struct addrinfo *list;

	if (text[length] == '%') {
		char address[INET6_ADDRSTRLEN] = "";
		struct in6_addr out;

		return length < sizeof address && inet_pton(AF_INET6, memcpy(address, text, length), &out) == 1;
	}
	if (ask == NULL) {
		*(void **)&ask = libc_symbol("getaddrinfo");
		*(void **)&give_back = libc_symbol("freeaddrinfo");
	}
	if (ask(text, NULL, &hints, &list) != 0)
		return false;
	give_back(list);
	return true;
}

const char *looked_up(const struct host *host)
{
	return host->spelling == UNICODE && !run->strict ? host->ascii : host->text;
}

static struct host *host_init(struct host *host, const char *text, const char *ascii, enum spelling spelling)
{
	*host = (struct host){ text, ascii, spelling, false };
	/* A zone is the name of an interface, which the kernel has as bytes:
	 * what is Unicode in the zone only is not normalized. */
	if (spelling != PLAIN && is_numeric(text)) {
		host->spelling = UNICODE;
		host->ascii = text;
	}
	host->numeric = text && is_numeric(looked_up(host));
	return host;
}

const struct host *random_host(void)
{
	static const char alphabet[] = "00112345678999abcdefABCDEFxXlo.....:::::%% +-*/\\_\t";
	static struct host host;
	static char ascii[512], text[4 * sizeof ascii];
	const struct host *seed = &hosts[pick(n_hosts)];

	switch (pick(8)) {
	case 0:
	case 1:
		if (seed->spelling != PLAIN || !seed->text || strlen(seed->text) > sizeof ascii / 2)
			return seed;
		strcpy(ascii, seed->text);
		break;
	case 2:
	case 3:
	case 4:
		random_ipv4(ascii, sizeof ascii);
		break;
	default:
		random_ipv6(ascii, sizeof ascii);
	}
	if (one_in(4) || strcmp(ascii, seed->text ? seed->text : "") == 0)
		mutate(ascii, sizeof ascii, alphabet);
	if (one_in(32)) {
		size_t at = pick(strlen(ascii) + 1);

		snprintf(text, sizeof text, "%.*s%s%s", (int)at, ascii, PICK(ill_formed), ascii + at);
		return host_init(&host, text, NULL, ILL_FORMED);
	}
	if (one_in(16)) {
		random_ipv4(ascii, sizeof ascii);
		disguise(text, ascii);
		return host_init(&host, text, ascii, UNICODE);
	}
	return host_init(&host, ascii, NULL, PLAIN);
}

void collect_hosts(void)
{
	for (size_t i = 0; i < COUNT(plain_hosts); i++)
		host_init(&hosts[n_hosts++], plain_hosts[i], NULL, PLAIN);
	for (size_t i = 0; i < COUNT(unicode_hosts); i++)
		host_init(&hosts[n_hosts++], unicode_hosts[i].text, unicode_hosts[i].ascii, unicode_hosts[i].spelling);
	for (size_t i = 0; i < COUNT(ill_formed); i++) {
		char *text;

		if (asprintf(&text, "127.0.0.1%s", ill_formed[i]) > 0)
			host_init(&hosts[n_hosts++], text, NULL, ILL_FORMED);
	}
	for (size_t i = 0; i < COUNT(long_hosts); i++) {
		char fill[5001], *text;

		memset(fill, long_hosts[i].fill, sizeof fill);
		if (asprintf(&text, "%s%.*s%s", long_hosts[i].head, long_hosts[i].count, fill, long_hosts[i].tail) > 0)
			host_init(&hosts[n_hosts++], text, NULL, PLAIN);
	}
}
