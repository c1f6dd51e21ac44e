/* SPDX-License-Identifier: MIT
 *
 * What the main() of every Check program does.
 */
#ifndef GAISHIM_TESTS_UNIT_H
#define GAISHIM_TESTS_UNIT_H

#include <check.h>
#include <stdlib.h>
#include <string.h>

/* True under this sanitizer ("address", "thread", "valgrind"), or with "" under
 * any: the runs of tests/proof/variants say so in the environment. */
#define SANITIZER(name) (getenv("TEST_SANITIZER") != NULL && strstr(getenv("TEST_SANITIZER"), name) != NULL)

/* Add a test that is run once for each row of a table. */
#define ADD_ROWS(tcase, test, table) \
	tcase_add_loop_test(tcase, test, 0, (int)(sizeof(table) / sizeof *(table)))

/* Run the suite as the environment says (CK_...). Returns main's status. */
static inline int run_suite(Suite *suite)
{
	SRunner *runner = srunner_create(suite);

	srunner_run_all(runner, CK_ENV);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}

#endif
