/* SPDX-License-Identifier: MIT */
#include "idna.h"

#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LABEL63 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static const struct {
	const char *host;
	const char *ascii; /* NULL: refused */
} cases[] = {
	{ "bücher.de", "xn--bcher-kva.de" },
	{ "BÜCHER.DE", "xn--bcher-kva.de" },
	{ "bu\xCC\x88" "cher.de", "xn--bcher-kva.de" },      /* decomposed */
	{ "bücher。de", "xn--bcher-kva.de" },                 /* U+3002 */
	{ "bücher．de", "xn--bcher-kva.de" },                 /* U+FF0E */
	{ "bücher｡de", "xn--bcher-kva.de" },                  /* U+FF61 */
	{ "bücher.xn--bcher-kva", "xn--bcher-kva.xn--bcher-kva" },
	{ "例え.テスト", "xn--r8jz45g.xn--zckzah" },
	{ "bücher.de.", "xn--bcher-kva.de." },
	/* numeric after all */
	{ "１２７.０.０.１", "127.0.0.1" },
	{ "127。0。0。1", "127.0.0.1" },
	{ "：：１", "::1" },
	/* deviation characters: kept, never mapped away */
	{ "faß.de", "xn--fa-hia.de" },
	{ "βόλος.com", "xn--nxasmm1c.com" },
	{ "faß☃.de", NULL },
	{ "ß.☃", NULL },
	{ "☃\xE2\x80\x8D.net", NULL },
	{ "☃\xE2\x80\x8C.net", NULL },
	{ "ς☃.gr", NULL },
	/* symbols: transitional, as browsers */
	{ "☃.net", "xn--n3h.net" },
	{ "i❤.ws", "xn--i-7iq.ws" },
	{ "💩.la", "xn--ls8h.la" },
	{ "☃.אב", "xn--n3h.xn--4dbc" },
	/* but a symbol excuses nothing else: here the mixed directions of RFC 5893 */
	{ "☃.אa", NULL },
	/* refused */
	{ "a\xE2\x80\x8D" "b.de", NULL },   /* ZWJ without a rule (CONTEXTJ) */
	{ "\xCC\x88" "a.de", NULL },        /* leading combining mark */
	{ "xn--ü.de", NULL },
	{ "ab--ü.de", NULL },               /* hyphens in places 3 and 4 */
	{ "ü.xn--a", NULL },                /* no punycode */
	{ "ü.xn--\xE2\x98\x83", NULL },
	{ "אa.de", NULL },                  /* direction, RFC 5893 */
	{ "ü\xEF\xBF\xBD.de", NULL },       /* U+FFFD */
	{ "ü\\.de", NULL },                 /* as libc */
	{ "a＼b.de", NULL },                /* becomes a backslash */
	{ "＊", NULL },                     /* becomes "*", which means no host */
	{ "\xC2\xAD", NULL },               /* a soft hyphen: nothing is left */
	{ "\xC2\xAD.\xC2\xAD", NULL },
	{ "ü" LABEL63 ".de", NULL },
	{ LABEL63 "." LABEL63 "." LABEL63 "." LABEL63 ".ü", NULL },
};

START_TEST(test_to_ascii)
{
	char ascii[HOST_MAX + 1] = "untouched";
	int code = idna_to_ascii(cases[_i].host, ascii);

	ck_assert_msg(code == (cases[_i].ascii != NULL ? 0 : EAI_IDN_ENCODE), "\"%s\": code %d (%s)",
		      cases[_i].host, code, ascii);
	ck_assert_str_eq(ascii, cases[_i].ascii != NULL ? cases[_i].ascii : "untouched");
}
END_TEST

/* 253 octets go into a packet, and a last dot is not one of them; 254 do not. */
START_TEST(test_longest)
{
	static const char three[] = LABEL63 "." LABEL63 "." LABEL63 ".";
	char host[400], ascii[HOST_MAX + 1];

	for (int dot = 0; dot < 2; dot++) {
		for (int length = 252; length <= 255; length++) {
			int rest = length - (int)strlen(three) - (int)strlen("xn--tda.");
			sprintf(host, "%sü.%.*s%s", three, rest, LABEL63, dot ? "." : "");
			int code = idna_to_ascii(host, ascii);
			ck_assert_int_eq(code, length <= 253 ? 0 : EAI_IDN_ENCODE);
			if (code == 0)
				ck_assert_uint_eq(strlen(ascii), length + dot);
		}
	}
}
END_TEST

START_TEST(test_huge)
{
	enum { SIZE = 300000 };
	char *host = malloc(SIZE + 1);
	char ascii[HOST_MAX + 1];

	for (int i = 0; i < SIZE; i += 2)
		memcpy(host + i, "ü", 2);
	host[SIZE] = '\0';
	ck_assert_int_eq(idna_to_ascii(host, ascii), EAI_IDN_ENCODE);
	/* soft hyphens go without leaving a trace */
	for (int i = 0; i < SIZE; i += 2)
		memcpy(host + i, "\xC2\xAD", 2);
	memcpy(host + SIZE - 2, "ab", 2);
	ck_assert_int_eq(idna_to_ascii(host, ascii), 0);
	ck_assert_str_eq(ascii, "ab");
	free(host);
}
END_TEST

/* What came out goes in unchanged. */
START_TEST(test_idempotent)
{
	char once[HOST_MAX + 1], twice[HOST_MAX + 1];

	if (cases[_i].ascii == NULL)
		return;
	ck_assert_int_eq(idna_to_ascii(cases[_i].host, once), 0);
	ck_assert_int_eq(idna_to_ascii(once, twice), 0);
	ck_assert_str_eq(once, twice);
}
END_TEST

static const struct {
	const char *name;
	const char *unicode; /* NULL: not convertible */
} names[] = {
	{ "localhost", "localhost" },
	{ "xn--bcher-kva.de", "bücher.de" },
	{ "XN--BCHER-KVA.de", "BüCHER.de" }, /* libidn2 keeps the case */
	{ "xn--fa-hia.de", "faß.de" },
	{ "127.0.0.1", "127.0.0.1" },
	{ "xn--\xFF", NULL },
};

START_TEST(test_to_unicode)
{
	char *unicode = NULL;
	int code = idna_to_unicode(names[_i].name, &unicode);

	ck_assert_int_eq(code, names[_i].unicode != NULL ? 0 : EAI_IDN_ENCODE);
	ck_assert_pstr_eq(unicode, names[_i].unicode);
	free(unicode);
}
END_TEST

static const struct {
	const char *host;
	bool decode;
	const char *converted; /* NULL: refused */
	const char *reason;
} conversions[] = {
	{ "bücher.de", false, "xn--bcher-kva.de", NULL },
	{ "BÜCHER。de.", false, "xn--bcher-kva.de.", NULL },
	{ "faß.de", false, "xn--fa-hia.de", NULL },
	{ "☃.net", false, "xn--n3h.net", NULL },
	{ "localhost", false, "localhost", NULL },
	{ "", false, NULL, "IDN2_DISALLOWED" },
	{ "\xCD\xB8.de", false, NULL, "IDN2_DISALLOWED" }, /* U+0378, unassigned */
	{ "a\xE2\x80\x8D" "b.de", false, NULL, "IDN2_CONTEXTJ" },
	{ "ab--ü.de", false, NULL, "IDN2_2HYPHEN" },
	{ "-ü.de", false, NULL, "IDN2_HYPHEN_STARTEND" },
	{ "אa.de", false, NULL, "IDN2_BIDI" },
	{ "\xCC\x88" "a.de", false, NULL, "IDN2_LEADING_COMBINING" },
	{ LABEL63 "." LABEL63 "." LABEL63 "." LABEL63 ".ü", false, NULL, "IDN2_TOO_BIG_DOMAIN" },
	{ "xn--bcher-kva.de", true, "bücher.de", NULL },
	{ "xn--bcher-kva.de.", true, "bücher.de.", NULL },
	{ "xn--fa-hia", true, "faß", NULL },
	{ "xn--n3h.net", true, "☃.net", NULL },
	{ "localhost", true, "localhost", NULL },
	/* what no host is encoded to */
	{ "xn--BCHER-KVA.de", true, NULL, "IDN2_ALABEL_ROUNDTRIP_FAILED" },
	{ "xn--zva.de", true, NULL, "IDN2_DISALLOWED" },
	{ "xn----eha.de", true, NULL, "IDN2_HYPHEN_STARTEND" },
	{ "xn--a", true, NULL, "IDN2_DISALLOWED" },
	{ "xn--a!", true, NULL, "IDN2_PUNYCODE_BAD_INPUT" },
};

START_TEST(test_convert)
{
	const char *host = conversions[_i].host;
	const char *wanted = conversions[_i].converted;
	char out[1024] = "untouched";
	const char *reason = idna_convert(host, conversions[_i].decode, out, sizeof out);

	ck_assert_pstr_eq(reason, conversions[_i].reason);
	ck_assert_str_eq(out, wanted != NULL ? wanted : "untouched");
	if (wanted != NULL && conversions[_i].decode) {
		ck_assert_ptr_null(idna_convert(wanted, false, out, sizeof out));
		ck_assert_str_eq(out, host);
	}
}
END_TEST

/* It fits with its NUL, or nothing is written. */
START_TEST(test_convert_size)
{
	const char *host = conversions[_i].host;
	const char *wanted = conversions[_i].converted;
	char out[1024];

	if (wanted == NULL)
		return;
	for (size_t size = 0; size <= strlen(wanted) + 1; size++) {
		memset(out, '?', sizeof out);
		const char *reason = idna_convert(host, conversions[_i].decode, out, size);
		if (size <= strlen(wanted)) {
			ck_assert_pstr_eq(reason, "IDN2_TOO_BIG_DOMAIN");
			ck_assert_int_eq(out[0], '?');
		} else {
			ck_assert_ptr_null(reason);
			ck_assert_str_eq(out, wanted);
		}
		ck_assert_int_eq(out[size], '?');
	}
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("idna");
	TCase *tcase = tcase_create("hosts");

	suite_add_tcase(suite, tcase);
	tcase_set_timeout(tcase, 60);
	ADD_ROWS(tcase, test_to_ascii, cases);
	ADD_ROWS(tcase, test_idempotent, cases);
	tcase_add_test(tcase, test_longest);
	tcase_add_test(tcase, test_huge);
	ADD_ROWS(tcase, test_to_unicode, names);
	ADD_ROWS(tcase, test_convert, conversions);
	ADD_ROWS(tcase, test_convert_size, conversions);
	return run_suite(suite);
}
