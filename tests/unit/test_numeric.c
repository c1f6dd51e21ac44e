/* SPDX-License-Identifier: MIT
 *
 * What glibc 2.36 answers to the same questions was read off its getaddrinfo
 * with AI_NUMERICHOST; the differential walk compares the two on a million more.
 */
#include "calls/getaddrinfo.c"

#include "musl.h"
#include "unit.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct question question(const char *host)
{
	return (struct question){ .host = host, .socktype = SOCK_STREAM };
}

/* "family address%scope port" of a node. */
static void describe(const struct addrinfo *ai, char text[static 128])
{
	char address[INET6_ADDRSTRLEN];

	if (ai->ai_family == AF_INET) {
		const struct sockaddr_in *in = (const void *)ai->ai_addr;
		ck_assert_uint_eq(ai->ai_addrlen, sizeof *in);
		inet_ntop(AF_INET, &in->sin_addr, address, sizeof address);
		snprintf(text, 128, "4 %s %d", address, ntohs(in->sin_port));
	} else {
		const struct sockaddr_in6 *in6 = (const void *)ai->ai_addr;
		ck_assert_uint_eq(ai->ai_addrlen, sizeof *in6);
		inet_ntop(AF_INET6, &in6->sin6_addr, address, sizeof address);
		snprintf(text, 128, "6 %s%%%u %d", address, in6->sin6_scope_id,
			 ntohs(in6->sin6_port));
	}
	ck_assert_int_eq(ai->ai_family, ai->ai_addr->sa_family);
}

static const struct {
	const char *host;
	const char *answer; /* NULL: not numeric; "libc": its to refuse */
} hosts[] = {
	/* inet_aton's forms */
	{ "127.0.0.1", "4 127.0.0.1 0" },
	{ "0", "4 0.0.0.0 0" },
	{ "1", "4 0.0.0.1 0" },
	{ "127.1", "4 127.0.0.1 0" },
	{ "127.65535", "4 127.0.255.255 0" },
	{ "127.16777215", "4 127.255.255.255 0" },
	{ "127.16777216", NULL },
	{ "127.0.65535", "4 127.0.255.255 0" },
	{ "127.0.65536", NULL },
	{ "255.255.255.255", "4 255.255.255.255 0" },
	{ "255.255.255.256", NULL },
	{ "256.1", NULL },
	{ "4294967295", "4 255.255.255.255 0" },
	{ "4294967296", NULL },
	{ "18446744073709551617", NULL }, /* one more than fits: no wrap to 0.0.0.1 */
	{ "0x7f.0.0.0x1", "4 127.0.0.1 0" },
	{ "0X7F000001", "4 127.0.0.1 0" },
	{ "0x00000000000000000007f.1", "4 127.0.0.1 0" },
	{ "017700000001", "4 127.0.0.1 0" },
	{ "0177.0.0.01", "4 127.0.0.1 0" },
	{ "0000000000000000000000000001", "4 0.0.0.1 0" },
	{ "00", "4 0.0.0.0 0" },
	/* and nothing else */
	{ "", NULL }, { ".", NULL }, { "1.", NULL }, { ".1", NULL }, { "1..2", NULL },
	{ "1.2.3.4.", NULL }, { "1.2.3.4.5", NULL }, { "1.2.3.4 ", NULL }, { " 1.2.3.4", NULL },
	{ "1.2.3.4x", NULL }, { "1.2.3.4\n", NULL }, { "+1", NULL }, { "-1", NULL },
	{ "08", NULL }, { "0x", NULL }, { "0xg", NULL }, { "0x.1", NULL }, { "1.0x", NULL },
	{ "1.2.3.0x100", NULL }, { "1e3", NULL }, { "0b1", NULL }, { "1.2.3.4%lo", NULL },
	{ "1.2.3.4%1", NULL }, { "localhost", NULL }, { "abc", NULL },
	/* inet_pton's */
	{ "::", "6 ::%0 0" },
	{ "::1", "6 ::1%0 0" },
	{ "2001:DB8::1", "6 2001:db8::1%0 0" },
	{ "1:2:3:4:5:6:7:8", "6 1:2:3:4:5:6:7:8%0 0" },
	{ "1:2:3:4:5:6:1.2.3.4", "6 1:2:3:4:5:6:102:304%0 0" },
	{ "::ffff:1.2.3.4", "6 ::ffff:1.2.3.4%0 0" },
	{ "1111:2222:3333:4444:5555:6666:255.255.255.255", "6 1111:2222:3333:4444:5555:6666:ffff:ffff%0 0" },
	{ ":", NULL }, { ":::", NULL }, { "1::2::3", NULL }, { "12345::", NULL }, { "::1.2.3", NULL },
	{ "::01.2.3.4", NULL }, { "[::1]", NULL }, { "::1 ", NULL }, { "::g", NULL },
	{ "1111:2222:3333:4444:5555:6666:255.255.255.2555%1", NULL },
	/* zones: numbers for any address, names for some */
	{ "fe80::1%lo", "6 fe80::1%1 0" },
	{ "febf::1%lo", "6 febf::1%1 0" },
	{ "fec0::1%lo", "libc" },
	{ "ff01::1%lo", "6 ff01::1%1 0" },
	{ "ff02::1%lo", "6 ff02::1%1 0" },
	{ "ff05::1%lo", "libc" },
	{ "::1%lo", "libc" },
	{ "::1%1", "6 ::1%1 0" },
	{ "2001:db8::1%7", "6 2001:db8::1%7 0" },
	{ "fe80::1%0", "6 fe80::1%0 0" },
	{ "fe80::1%007", "6 fe80::1%7 0" },
	{ "fe80::1%4294967295", "6 fe80::1%4294967295 0" },
	{ "fe80::1%4294967296", "libc" },
	{ "fe80::1%18446744073709551617", "libc" },
	{ "fe80::1%", "libc" },
	{ "fe80::1%0x1", "libc" },
	{ "fe80::1%+1", "libc" },
	{ "fe80::1% 1", "libc" },
	{ "fe80::1%1 ", "libc" },
	{ "fe80::1%lo%lo", "libc" },
	{ "fe80::1%25lo", "libc" },
	{ "fe80::1%no-such-interface", "libc" },
	/* a zone is the name of an interface: whatever bytes the kernel has */
	{ "fe80::1%b\xC3\xBC" "ro0", "libc" },
	{ "::1%b\xFC" "ro0", "libc" },
	{ "b\xC3\xBC::1%lo", NULL }, { "b::r::1%\xC3\xBC", NULL },
	{ "%lo", NULL }, { "fe80:%lo", NULL },
};

static int answer_of(struct question *q, struct addrinfo **list)
{
	void *answer;
	int code = numeric(q, &answer);

	if (code == 0)
		*list = answer;
	return code;
}

START_TEST(test_host)
{
	struct question q = question(hosts[_i].host);
	struct addrinfo untouched, *list = &untouched;
	const char *wanted = hosts[_i].answer;
	int code = answer_of(&q, &list);
	char text[128];

	if (wanted == NULL || strcmp(wanted, "libc") == 0) {
		ck_assert_msg(code == (wanted == NULL ? NOT_MINE : ASK_LIBC), "\"%s\": %d",
			      q.host, code);
		ck_assert_ptr_eq(list, &untouched);
		return;
	}
	ck_assert_msg(code == 0, "\"%s\": %d", q.host, code);
	describe(list, text);
	ck_assert_str_eq(text, wanted);
	ck_assert_ptr_null(list->ai_next);
	ck_assert_ptr_null(list->ai_canonname);
	freeaddrinfo(list);
}
END_TEST

static const struct {
	const char *host;
	int family, flags;
	const char *answer; /* NULL: libc's to refuse (EAI_ADDRFAMILY) */
} families[] = {
	{ "1.2.3.4", AF_INET, 0, "4 1.2.3.4 0" },
	{ "1.2.3.4", AF_INET6, 0, NULL },
	{ "1.2.3.4", AF_INET6, AI_ALL, NULL },
	{ "1.2.3.4", AF_INET6, AI_V4MAPPED, "6 ::ffff:1.2.3.4%0 0" },
	{ "1.2.3.4", AF_INET, AI_V4MAPPED, "4 1.2.3.4 0" },
	{ "::1", AF_INET6, 0, "6 ::1%0 0" },
	{ "::1", AF_INET, 0, NULL },
	{ "::1", AF_INET, AI_V4MAPPED, NULL },
	{ "fe80::1%nonsense", AF_INET, 0, NULL },
	{ "::ffff:1.2.3.4", AF_INET6, 0, "6 ::ffff:1.2.3.4%0 0" },
	{ "::ffff:1.2.3.4", AF_INET, 0, "4 1.2.3.4 0" },
	{ "::ffff:1.2.3.4%1", AF_INET, 0, NULL }, /* glibc: 1.2.3.4; left to it */
};

START_TEST(test_family)
{
	struct question q = question(families[_i].host);
	struct addrinfo *list = NULL;
	char text[128];

	q.family = families[_i].family;
	q.flags = families[_i].flags;
	int code = answer_of(&q, &list);
	ck_assert_int_eq(code, families[_i].answer != NULL ? 0 : ASK_LIBC);
	if (code != 0)
		return;
	describe(list, text);
	ck_assert_str_eq(text, families[_i].answer);
	ck_assert_int_eq(list->ai_flags, q.flags);
	freeaddrinfo(list);
}
END_TEST

static const struct {
	const char *service;
	int port; /* -1: libc's to look up, or to refuse */
} services[] = {
	{ NULL, 0 }, { "", -1 }, { "0", 0 }, { "80", 80 }, { "0080", 80 }, { "65535", 65535 },
	{ "65536", -1 }, { "65616", -1 }, { "999999999", -1 }, { "1000000080", -1 },
	{ "4294967376", -1 }, { "000000000080", -1 },
	{ "2147483647", -1 }, { "18446744073709551616", -1 }, { " 80", -1 }, { "+80", -1 },
	{ "-1", -1 }, { "80 ", -1 }, { "0x50", -1 }, { " ", -1 }, { "http", -1 },
};

START_TEST(test_service)
{
	struct question q = question("127.0.0.1");
	struct addrinfo *list = NULL;

	q.service = services[_i].service;
	int code = answer_of(&q, &list);
	ck_assert_int_eq(code, services[_i].port >= 0 ? 0 : ASK_LIBC);
	if (code != 0)
		return;
	ck_assert_int_eq(ntohs(((struct sockaddr_in *)list->ai_addr)->sin_port), services[_i].port);
	freeaddrinfo(list);
}
END_TEST

static const struct {
	int socktype, protocol;
	const char *service;
	const char *answer; /* "socktype/protocol ..."; NULL: libc's */
} transports[] = {
	{ 0, 0, NULL, "1/6 2/17 3/0 " },
	{ 0, 0, "80", "1/6 2/17 3/0 " },
	{ SOCK_STREAM, 0, "80", "1/6 " },
	{ SOCK_STREAM, IPPROTO_TCP, "80", "1/6 " },
	{ SOCK_STREAM, IPPROTO_UDP, "80", NULL },
	{ SOCK_STREAM, IPPROTO_SCTP, "80", NULL },
	{ SOCK_STREAM, 262, "80", NULL }, /* MPTCP: releases of libc disagree */
	{ SOCK_DGRAM, 0, "80", "2/17 " },
	{ SOCK_DGRAM, IPPROTO_UDPLITE, "80", NULL },
	{ 0, IPPROTO_TCP, "80", "1/6 " },
	{ 0, IPPROTO_UDP, "80", "2/17 " },
	{ 0, IPPROTO_ICMP, NULL, NULL },
	{ SOCK_RAW, 0, NULL, "3/0 " },
	{ SOCK_RAW, IPPROTO_ICMP, NULL, "3/1 " },
	{ SOCK_RAW, IPPROTO_ICMP, "", NULL },
	{ SOCK_RAW, 0, "80", NULL },
	{ SOCK_SEQPACKET, 0, NULL, NULL },
	{ 99, 0, NULL, NULL },
	{ -1, -1, NULL, NULL },
};

START_TEST(test_transport)
{
	struct question q = question("127.0.0.1");
	struct addrinfo *list = NULL;
	char text[64] = "";

	q.socktype = transports[_i].socktype;
	q.protocol = transports[_i].protocol;
	q.service = transports[_i].service;
	q.flags = AI_CANONNAME;
	int code = answer_of(&q, &list);
	ck_assert_int_eq(code, transports[_i].answer != NULL ? 0 : ASK_LIBC);
	if (code != 0)
		return;
	for (struct addrinfo *ai = list; ai != NULL; ai = ai->ai_next) {
		snprintf(text + strlen(text), sizeof text - strlen(text), "%d/%d ",
			 ai->ai_socktype, ai->ai_protocol);
		ck_assert_pstr_eq(ai->ai_canonname, ai == list ? "127.0.0.1" : NULL);
	}
	ck_assert_str_eq(text, transports[_i].answer);
	freeaddrinfo(list);
}
END_TEST

/* How libc is kept from its resolver, and from the interfaces unless strict. */
START_TEST(test_libc_flags)
{
	struct question q = question("127.0.0.1");
	struct addrinfo *list;

	q.service = "http";
	q.flags = q.libc_flags = AI_ADDRCONFIG | AI_PASSIVE;
	ck_assert_int_eq(answer_of(&q, &list), ASK_LIBC);
	ck_assert_int_eq(q.libc_flags, AI_NUMERICHOST | AI_PASSIVE);

	q.strict = true;
	q.service = NULL;
	q.libc_flags = q.flags;
	ck_assert_int_eq(answer_of(&q, &list), ASK_LIBC);
	ck_assert_int_eq(q.libc_flags, AI_NUMERICHOST | AI_ADDRCONFIG | AI_PASSIVE);
	/* libc reads the whole host in the locale's charset first, its zone too:
	 * this is EAI_IDN_ENCODE there, and index 1 without AI_IDN. Some releases of
	 * libidn2 encode ::1%\u00E9, and libc then looks for a name. */
	q.host = "fe80::1%lo:\xFE";
	q.flags = q.libc_flags = AI_IDN;
	ck_assert_int_eq(answer_of(&q, &list), ASK_LIBC);
	ck_assert_int_eq(q.libc_flags, AI_IDN);

	q.host = "localhost";
	q.libc_flags = q.flags;
	ck_assert_int_eq(answer_of(&q, &list), NOT_MINE);
	ck_assert_int_eq(q.libc_flags, q.flags);
}
END_TEST

START_TEST(test_type_bits)
{
	struct question q = question("::1");
	struct addrinfo *list = NULL;

	q.type_bits = SOCK_NONBLOCK | SOCK_CLOEXEC;
	ck_assert_int_eq(answer_of(&q, &list), 0);
	ck_assert_int_eq(list->ai_socktype, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC);
	freeaddrinfo(list);
}
END_TEST

TCase *make_tests(void)
{
	if (is_musl())
		return skip_all("the rules here are glibc's; test_differential has musl's");
	TCase *tcase = tcase_create("answers");

	ADD_ROWS(tcase, test_host, hosts);
	ADD_ROWS(tcase, test_family, families);
	ADD_ROWS(tcase, test_service, services);
	ADD_ROWS(tcase, test_transport, transports);
	tcase_add_test(tcase, test_libc_flags);
	tcase_add_test(tcase, test_type_bits);
	return tcase;
}
