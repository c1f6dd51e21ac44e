/* SPDX-License-Identifier: MIT */
#include "host/classify.h"

#include "unit.h"

#include <stdlib.h>

static const struct {
	const char *host;
	enum host_kind kind;
} cases[] = {
	{ "", HOST_ASCII },
	{ "localhost", HOST_ASCII },
	{ "\x01\x7F", HOST_ASCII },
	{ "b\xC3\xBC" "cher.de", HOST_UNICODE },
	{ "\xE2\x98\x83.net", HOST_UNICODE },
	{ "\xF0\x9F\x92\xA9.la", HOST_UNICODE },
	/* the bounds of RFC 3629's table */
	{ "\xC2\x80", HOST_UNICODE },
	{ "\xDF\xBF", HOST_UNICODE },
	{ "\xE0\xA0\x80", HOST_UNICODE },
	{ "\xED\x9F\xBF", HOST_UNICODE },
	{ "\xEE\x80\x80", HOST_UNICODE },
	{ "\xF0\x90\x80\x80", HOST_UNICODE },
	{ "\xF1\xBF\xBF\xBF", HOST_UNICODE },
	{ "\xF4\x8F\xBF\xBF", HOST_UNICODE },
	{ "\x80", HOST_ILL_FORMED },
	{ "\xBF.de", HOST_ILL_FORMED },
	{ "\xC0\xAE", HOST_ILL_FORMED },             /* overlong '.' */
	{ "\xC1\xBF", HOST_ILL_FORMED },
	{ "\xE0\x9F\xBF", HOST_ILL_FORMED },         /* overlong */
	{ "\xED\xA0\x80", HOST_ILL_FORMED },         /* surrogate */
	{ "\xF0\x8F\xBF\xBF", HOST_ILL_FORMED },     /* overlong */
	{ "\xF4\x90\x80\x80", HOST_ILL_FORMED },     /* beyond U+10FFFF */
	{ "\xF5\x80\x80\x80", HOST_ILL_FORMED },
	{ "\xFF", HOST_ILL_FORMED },
	{ "\xC3", HOST_ILL_FORMED },                 /* cut off */
	{ "\xE2\x98", HOST_ILL_FORMED },
	{ "\xF0\x9F\x92", HOST_ILL_FORMED },
	{ "\xC3.de", HOST_ILL_FORMED },
	{ "b\xFC" "cher.de", HOST_ILL_FORMED },      /* Latin-1 */
	{ "b\xC3\xBC" "cher.local", HOST_LOCAL },
	{ "b\xC3\xBC" "cher.LoCaL", HOST_LOCAL },
	{ "b\xC3\xBC" "cher.local.", HOST_LOCAL },
	{ "b\xC3\xBC" "cher.local..", HOST_UNICODE },
	{ "b\xC3\xBC" "cherlocal", HOST_UNICODE },
	{ "b\xC3\xBC" "cher.locale", HOST_UNICODE },
	{ "b\xFC" "cher.local", HOST_ILL_FORMED },
	{ "buecher.local", HOST_ASCII },
};

START_TEST(test_kind)
{
	ck_assert_msg(classify_host(cases[_i].host) == cases[_i].kind, "\"%s\": %d, not %d",
		      cases[_i].host, classify_host(cases[_i].host), cases[_i].kind);
}
END_TEST

TCase *make_tests(void)
{
	TCase *tcase = tcase_create("kind");

	ADD_ROWS(tcase, test_kind, cases);
	return tcase;
}
