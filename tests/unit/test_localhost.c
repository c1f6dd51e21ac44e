/* SPDX-License-Identifier: MIT */
#include "host/localhost.h"

#include "unit.h"

#define LABEL_OF_63 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static const struct {
	const char *host;
	bool is;
} cases[] = {
	{ "localhost", true },
	{ "LocalHost.", true },
	{ "x.localhost", true },
	{ "a.b.localhost.", true },
	{ LABEL_OF_63 ".localhost", true },
	{ "", false },
	{ ".", false },
	{ "localhos", false },
	{ "localhosts", false },
	{ "xlocalhost", false },
	{ "localhost.test", false },
	{ "localhost..", false },
	{ ".localhost", false },
	{ "x..localhost", false },
	{ LABEL_OF_63 "a.localhost", false },
};

START_TEST(test_case)
{
	ck_assert_msg(localhost_is(cases[_i].host) == cases[_i].is, "%s", cases[_i].host);
}
END_TEST

TCase *make_tests(void)
{
	TCase *tests = tcase_create("localhost");

	ADD_ROWS(tests, test_case, cases);
	return tests;
}
