/* SPDX-License-Identifier: MIT */
#include "host/punycode.h"
#include "unit.h"

#include <idn2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uchar.h>

#define COUNT(table) (sizeof(table) / sizeof *(table))

static size_t length_of(const char32_t *label)
{
	size_t length = 0;

	while (label[length] != 0)
		length++;
	return length;
}

static const struct {
	const char32_t *label;
	const char *encoded;
} cases[] = {
	{ U"bücher", "bcher-kva" },
	{ U"faß☃", "fa-hia6419a" },
	{ U"ü", "tda" },
	{ U"-ü-", "---xka" },
	{ U"\U0001F4A9", "ls8h" },
	{ U"\U0010FFFF\x80", "a97093t" },
	{ U"ascii", "ascii-" },
	{ U"", "" },
	/* RFC 3492 7.1 (A), (B), (L), (S) */
	{ U"ليهمابتكلموشعربي؟", "egbpdaj6bu4bxfgehfvwxn" },
	{ U"他们为什么不说中文", "ihqwcrb4cv8a8dqg056pqjye" },
	{ U"3年B組金八先生", "3B-ww4c5e180e575a65lsy2b" },
	{ U"-> $1.00 <-", "-> $1.00 <--" },
};

/* It fits with its NUL, or the caller is told so; nothing is written behind. */
START_TEST(test_encode)
{
	const char32_t *label = cases[_i].label;
	size_t needed = strlen(cases[_i].encoded) + 1;
	char out[100];

	for (size_t size = 1; size < sizeof out; size++) {
		memset(out, '?', sizeof out);
		bool fits = punycode_encode(label, length_of(label), out, size);
		ck_assert_int_eq(fits, size >= needed);
		if (fits)
			ck_assert_str_eq(out, cases[_i].encoded);
		for (size_t i = size; i < sizeof out; i++)
			ck_assert_int_eq(out[i], '?');
	}
}
END_TEST

/* libidn2 decodes it to the same. */
START_TEST(test_random)
{
	static const uint32_t some[] = { 'a', 'z', '0', '-', 0x80, 0xDF, 0xFC, 0x3C2, 0x5D0, 0x94D, 0x200D,
					 0x2603, 0x4E2D, 0xFFFD, 0x10000, 0x1F4A9, 0x10FFFF };
	int taken = 0;

	srand(3492);
	for (int round = 0; round < 20000; round++) {
		uint32_t label[64], *decoded = NULL;
		size_t length = 1 + (size_t)rand() % 63;
		char name[64] = "xn--";

		for (size_t i = 0; i < length; i++)
			label[i] = some[(size_t)rand() % (1 + (size_t)round % COUNT(some))];
		label[(size_t)rand() % length] = 0xFC; /* or it is no label to encode */
		if (!punycode_encode(label, length, name + 4, sizeof name - 4))
			continue;
		taken++;
		ck_assert_int_eq(idn2_to_unicode_8z4z(name, &decoded, 0), IDN2_OK);
		ck_assert_mem_eq(decoded, label, length * sizeof *label);
		ck_assert_uint_eq(decoded[length], 0);
		idn2_free(decoded);
	}
	ck_assert_int_gt(taken, 1000);
}
END_TEST

TCase *make_tests(void)
{
	TCase *tcase = tcase_create("labels");

	tcase_set_timeout(tcase, 60);
	ADD_ROWS(tcase, test_encode, cases);
	tcase_add_test(tcase, test_random);
	return tcase;
}
