/* SPDX-License-Identifier: MIT */
#include "host/idna.h"

#include "unit.h"

#include <idn2.h>
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
	{ "FAẞ.de", "xn--fa-hia.de" },      /* whatever Unicode libidn2 is of */
	{ "βόλος.com", "xn--nxasmm1c.com" },
	/* symbols, as browsers take them */
	{ "☃.net", "xn--n3h.net" },
	{ "i❤.ws", "xn--i-7iq.ws" },
	{ "💩.la", "xn--ls8h.la" },
	{ "¼.test", "xn--14-c6t.test" },    /* mapped to two digits and a fraction slash */
	/* beside deviation characters */
	{ "☕.faß.test", "xn--53h.xn--fa-hia.test" },
	{ "ß.☃", "xn--zca.xn--n3h" },
	{ "☃.क\u094D\u200Dष", "xn--n3h.xn--11b2ezcw70k" },
	{ "faß☃.de", "xn--fa-hia6419a.de" },
	{ "☃ẞ.de", "xn--zca921q.de" },
	{ "ς☃.gr", "xn--3xa256o.gr" },
	{ "ß\u0301☃ä.de", "xn--zcak63ni80e.de" }, /* a combining mark behind one */
	{ "-☃ß--.de", "xn------5ka3568b.de" },
	/* a symbol lets nothing else of its label escape a rule */
	{ "☃.אa", NULL },
	{ "א☃a.test", NULL },
	{ "☃אa.test", NULL },
	{ "look־out.net", NULL },           /* U+05BE goes from right to left */
	{ "☃\u200D.net", NULL },
	{ "☃\u200C.net", NULL },
	{ "ß\u200D☃.net", NULL },
	{ "\u0488.de", NULL },              /* a combining mark, and disallowed */
	{ "☃\u0378.de", NULL },
	/* nor refuses anything that would pass without it */
	{ "א☃ב.test", "xn--4dbc938v.test" },
	{ "क\u094D\u200Dष☃.test", "xn--11b2ezcw70kb0g.test" },
	/* the rule on directions holds over the host */
	{ "à1.אב", "xn--1-rfa.xn--4dbc" },
	{ "1à.אב", NULL },
	{ "1à.test.xn--4dbc", NULL },
	{ "1à.ab", "xn--1-sfa.ab" },
	{ "☃.אב", NULL },
	{ "א\u05B8.de", "xn--gdb1c.de" },   /* may end in a mark that has no direction */
	{ "א☃\u05B8.de", NULL },           /* not behind a symbol */
	{ "א1\u0660.de", NULL },            /* two kinds of digits */
	{ "אa.de", NULL },
	/* an ASCII label passes as it passes alone */
	{ "r3---sn-abc.bücher.test", "r3---sn-abc.xn--bcher-kva.test" },
	{ "ab--cd.bücher.test", "ab--cd.xn--bcher-kva.test" },
	{ "a-.bücher.test", "a-.xn--bcher-kva.test" },
	{ "-a.bücher.test", "-a.xn--bcher-kva.test" },
	{ "-.☃", "-.xn--n3h" },
	{ "_dmarc.bücher.test", "_dmarc.xn--bcher-kva.test" },
	{ "_dmarc.1.אב.test", "_dmarc.1.xn--4dbc.test" },
	{ "a\1b.ü", "a\1b.xn--tda" },
	{ "..ü", "..xn--tda" },
	/* as does a label that is mapped to ASCII */
	{ "ｒ３－－－ｓｎ.test", "r3---sn.test" },
	{ "﹣ａ.test", "-a.test" },
	/* hyphens in any place of a Unicode label */
	{ "ab--ü.test", "xn--ab---3ra.test" },
	{ "-ü.test", "xn----eha.test" },
	{ "ü－.test", "xn----dha.test" },
	{ "--ü--.test", "xn-------1ra.test" },
	{ "אב--ג.test", "xn-----uldeh.test" },
	{ "אב-.test", NULL },               /* but for directions */
	/* a label that begins with "xn--" is an A-label */
	{ "ü.xn--n3h", "xn--tda.xn--n3h" },
	{ "☃.xn--fa-hia", "xn--n3h.xn--fa-hia" },
	{ "ü.XN--ab---3ra", "xn--tda.xn--ab---3ra" },
	{ "ｘｎ－－bcher-kva.de", "xn--bcher-kva.de" },
	{ "xn--ü.de", NULL },
	{ "x\u00ADn--ü☃.de", NULL },
	{ "ü.xn--xn---3ra", NULL },         /* which is xn--ü */
	{ "ü.xn--a", NULL },                /* no Punycode */
	{ "ｘｎ--a.de", NULL },
	{ "ü.xn--abc-", NULL },             /* nothing but ASCII in it */
	{ "ü.xn--z1g", NULL },               /* U+2100 is mapped to a/c */
	{ "ü.xn--tdaaaaaaaa9449hbabbbbbb", NULL }, /* eight labels of "ü" */
	{ "ü.xn--0ca24w", NULL },
	{ "ü.xn--\xE2\x98\x83", NULL },
	/* refused */
	{ "a\xE2\x80\x8D" "b.de", NULL },   /* ZWJ without a rule (CONTEXTJ) */
	{ "\xCC\x88" "a.de", NULL },        /* leading combining mark */
	{ "ü:80", NULL },
	{ "ü\1.de", NULL },
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

/* A label has 63 octets in its ASCII form, a symbol in it or not. */
START_TEST(test_longest_label)
{
	static const char *const ends[] = { "ü", "☃", "ß☃" };
	static const int octets[] = { 3, 5, 9 }; /* behind the letters and a hyphen */
	char host[100], ascii[HOST_MAX + 1];

	for (int length = 45; length <= 63; length++) {
		sprintf(host, "%.*s%s", length, LABEL63, ends[_i]);
		int code = idna_to_ascii(host, ascii);
		bool fits = 4 + length + 1 + octets[_i] <= 63;
		ck_assert_msg(code == (fits ? 0 : EAI_IDN_ENCODE), "%d letters and %s: %d", length, ends[_i], code);
	}
}
END_TEST

/* Unicode assigned it after what some releases of libidn2 know for IDNA 2008. */
START_TEST(test_young_symbol)
{
	char ascii[HOST_MAX + 1];

	if (idn2_lookup_u8((const uint8_t *)"🥲", NULL, IDN2_TRANSITIONAL) != IDN2_OK)
		return; /* libidn2 knows nothing of it at all */
	ck_assert_int_eq(idna_to_ascii("🥲.test", ascii), 0);
	ck_assert_str_eq(ascii, "xn--ls9h.test");
}
END_TEST

/* A letter that libidn2 does not know is no symbol, and passes beside none. */
START_TEST(test_young_letter)
{
	bool known = idn2_lookup_u8((const uint8_t *)"\U00018C4E", NULL, IDN2_NONTRANSITIONAL) == IDN2_OK;
	char ascii[HOST_MAX + 1];

	ck_assert_int_eq(idna_to_ascii("☃\U00018C4E.test", ascii), known ? 0 : EAI_IDN_ENCODE);
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
	{ "☃\u200D.de", false, NULL, "IDN2_CONTEXTJ" },
	{ "☃אa.de", false, NULL, "IDN2_BIDI" },
	{ "1à.אב", false, NULL, "IDN2_BIDI" },
	{ "\u0488☃.de", false, NULL, "IDN2_LEADING_COMBINING" },
	{ "xn--ü.de", false, NULL, "IDN2_PUNYCODE_BAD_INPUT" },
	{ "ü.xn--a", false, NULL, "IDN2_DISALLOWED" },
	{ "ü.xn--z1g", false, NULL, "IDN2_ALABEL_ROUNDTRIP_FAILED" },
	{ "ü:80", false, NULL, "IDN2_ALABEL_ROUNDTRIP_FAILED" },
	{ "ü\1.de", false, NULL, "IDN2_ALABEL_ROUNDTRIP_FAILED" },
	{ LABEL63 "a.ü", false, NULL, "IDN2_TOO_BIG_LABEL" },
	{ "אa.de", false, NULL, "IDN2_BIDI" },
	{ "\xCC\x88" "a.de", false, NULL, "IDN2_LEADING_COMBINING" },
	{ LABEL63 "." LABEL63 "." LABEL63 "." LABEL63 ".ü", false, NULL, "IDN2_TOO_BIG_DOMAIN" },
	{ "xn--bcher-kva.de", true, "bücher.de", NULL },
	{ "xn--bcher-kva.de.", true, "bücher.de.", NULL },
	{ "xn--fa-hia", true, "faß", NULL },
	{ "xn--n3h.net", true, "☃.net", NULL },
	{ "xn----eha.-a", true, "-ü.-a", NULL },
	{ "xn--fa-hia6419a", true, "faß☃", NULL },
	{ "localhost", true, "localhost", NULL },
	/* what no host is encoded to */
	{ "xn--BCHER-KVA.de", true, NULL, "IDN2_ALABEL_ROUNDTRIP_FAILED" },
	{ "xn--zva.de", true, NULL, "IDN2_DISALLOWED" },
	{ "xn--1-sfa.xn--4dbc", true, NULL, "IDN2_BIDI" },
	{ "xn--xn---3ra", true, NULL, "IDN2_PUNYCODE_BAD_INPUT" },
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

TCase *make_tests(void)
{
	TCase *tcase = tcase_create("hosts");

	tcase_set_timeout(tcase, 60);
	ADD_ROWS(tcase, test_to_ascii, cases);
	ADD_ROWS(tcase, test_idempotent, cases);
	tcase_add_test(tcase, test_longest);
	tcase_add_loop_test(tcase, test_longest_label, 0, 3);
	tcase_add_test(tcase, test_young_symbol);
	tcase_add_test(tcase, test_young_letter);
	tcase_add_test(tcase, test_huge);
	ADD_ROWS(tcase, test_to_unicode, names);
	ADD_ROWS(tcase, test_convert, conversions);
	ADD_ROWS(tcase, test_convert_size, conversions);
	return tcase;
}
