/* SPDX-License-Identifier: MIT
 *
 * Every Check program is its tests and unit.c, which has the main().
 */
#ifndef UNIT_H
#define UNIT_H

#include <check.h>
#include <stdlib.h>
#include <string.h>

/* The program's own: all its tests, or what skip_all() returns. It is called once, first of
 * all, and may as well exit, or start the program anew. */
TCase *make_tests(void);

/* Says why none of the tests can run here. */
TCase *skip_all(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Those of the command line, main's argv. */
extern char **arguments;

/* Returns a command that starts this program once more, with this argument or none (NULL). It
 * begins with the command of TEST_EMULATOR, if there is one: the kernel cannot start a program
 * of another machine by itself. The next call overwrites what this one returned. */
char **command_anew(char *argument);

/* True under this sanitizer ("address", "thread", "valgrind", "emulator"), or with "" under
 * any: the runs of tests/proof/variants say so in the environment. */
#define SANITIZER(name) (getenv("TEST_SANITIZER") != NULL && strstr(getenv("TEST_SANITIZER"), name) != NULL)

/* Add a test that is run once for each row of a table. */
#define ADD_ROWS(tcase, test, table) \
	tcase_add_loop_test(tcase, test, 0, (int)(sizeof(table) / sizeof *(table)))

#endif
