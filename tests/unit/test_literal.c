/* SPDX-License-Identifier: MIT
 *
 * Against libc's own readers of addresses, on near misses made from a seed.
 * The tables are in test_numeric.c.
 */
#include "host/literal.h"

#include "unit.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <time.h>

static unsigned long seed;

static unsigned pick(unsigned below)
{
	seed = seed * 6364136223846793005UL + 1442695040888963407UL;
	return (unsigned)(seed >> 33) % below;
}

/* A string out of parts that make addresses, with the odd one that spoils it. */
static void make(char *text, const char *const parts[], unsigned count)
{
	unsigned length = 1 + pick(12);

	for (*text = '\0'; length > 0; length--)
		text = stpcpy(text, parts[pick(count)]);
}

enum { ROUNDS = 300000 };

START_TEST(test_ipv6)
{
	static const char *const parts[] = {
		":", ":", ":", ":", ":", "::", "1", "0", "f", "F", "ab", "abcd", "0001", "12345", "g", ".",
		"1.2.3.4", "255.255.255.255", "256.1.1.1", "01.2.3.4", "ffff:", "1:", "0:", "fe80::", " ",
		"%", "-", "x", "\xFF",
	};
	unsigned valid = 0;

	for (int i = 0; i < ROUNDS; i++) {
		char text[256], plain[256];
		struct in6_addr want, got;
		const char *zone = "untouched";

		make(text, parts, sizeof parts / sizeof parts[0]);
		snprintf(plain, sizeof plain, "%.*s", (int)strcspn(text, "%"), text);
		int wanted = inet_pton(AF_INET6, plain, &want);
		ck_assert_msg(literal_ipv6(text, &got, &zone) == (wanted == 1), "\"%s\"", text);
		if (wanted == 1) {
			valid++;
			ck_assert_msg(memcmp(&got, &want, sizeof got) == 0, "\"%s\"", text);
			const char *percent = strchr(text, '%');
			ck_assert_ptr_eq(zone, percent != NULL ? percent + 1 : NULL);
		} else {
			ck_assert_str_eq(zone, "untouched");
		}
	}
	ck_assert_uint_gt(valid, ROUNDS / 100);
}
END_TEST

/* inet_aton takes what follows white space for a comment, and no more is
 * between the two. */
START_TEST(test_ipv4)
{
	static const char *const parts[] = {
		".", ".", ".", ".", "0", "1", "127", "255", "256", "65535", "65536", "16777215", "16777216",
		"4294967295", "4294967296", "0x", "0X", "0x7f", "0xffffffff", "0x100000000", "017", "08",
		"037777777777", "040000000000", "a", "f", "x", "-", "+", ":", "0000000000000000000000000",
	};
	unsigned valid = 0;

	for (int i = 0; i < ROUNDS; i++) {
		char text[512];
		struct in_addr want, got;

		make(text, parts, sizeof parts / sizeof parts[0]);
		int wanted = inet_aton(text, &want);
		ck_assert_msg(literal_ipv4(text, &got) == (wanted != 0), "\"%s\"", text);
		if (wanted != 0) {
			valid++;
			ck_assert_msg(got.s_addr == want.s_addr, "\"%s\"", text);
		}
	}
	ck_assert_uint_gt(valid, ROUNDS / 100);
}
END_TEST

TCase *make_tests(void)
{
	TCase *tcase = tcase_create("against libc");

	seed = getenv("GAISHIM_SEED") != NULL ? strtoul(getenv("GAISHIM_SEED"), NULL, 0) : (unsigned long)time(NULL);
	printf("# seed %lu\n", seed);
	fflush(stdout);
	tcase_set_timeout(tcase, 200);
	tcase_add_test(tcase, test_ipv6);
	tcase_add_test(tcase, test_ipv4);
	return tcase;
}
