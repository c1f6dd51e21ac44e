/* SPDX-License-Identifier: MIT
 *
 * gaishim_idna, found by its name as Python finds it.
 */
#include "unit.h"

#include <dlfcn.h>

static const struct {
	const char *host;
	int decode;
	const char *reason, *out; /* NULL: none; unchanged */
} cases[] = {
	{ "b\xC3\xBC" "cher.de", 0, NULL, "xn--bcher-kva.de" },
	{ "xn--bcher-kva.de", 1, NULL, "b\xC3\xBC" "cher.de" },
	{ "a\xE2\x80\x8D" "b.de", 0, "IDN2_CONTEXTJ", NULL },
	{ "b\xFC" "cher.de", 0, "IDN2_ENCODING_ERROR", NULL }, /* which is Latin-1 */
	{ "b\xFC" "cher.de", 1, "IDN2_ENCODING_ERROR", NULL },
};

START_TEST(test_codec)
{
	const char *(*codec)(const char *, int, char *, size_t);
	char out[1024] = "unchanged";

	*(void **)&codec = dlsym(RTLD_DEFAULT, "gaishim_idna");
	ck_assert(codec != NULL);
	ck_assert_pstr_eq(codec(cases[_i].host, cases[_i].decode, out, sizeof out), cases[_i].reason);
	ck_assert_str_eq(out, cases[_i].out != NULL ? cases[_i].out : "unchanged");
}
END_TEST

TCase *make_tests(void)
{
	TCase *tcase = tcase_create("gaishim_idna");

	ADD_ROWS(tcase, test_codec, cases);
	return tcase;
}
