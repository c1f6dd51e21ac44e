/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>

char **arguments;

TCase *skip_all(const char *format, ...)
{
	va_list values;

	va_start(values, format);
	fputs("1..0 # SKIP ", stdout);
	vprintf(format, values);
	putchar('\n');
	va_end(values);
	return NULL;
}

char **command_anew(char *argument)
{
	static char *command[8], words[PATH_MAX];
	const char *emulator = getenv("TEST_EMULATOR");
	char **next = command;

	snprintf(words, sizeof words, "%s", emulator != NULL ? emulator : "");
	for (char *word = strtok(words, " "); word != NULL; word = strtok(NULL, " "))
		*next++ = word;
	*next++ = arguments[0];
	*next++ = argument;
	*next = NULL;
	return command;
}

/* Runs them as the environment says (CK_...). */
int main(int argc, char **argv)
{
	TCase *tests;
	Suite *suite;
	SRunner *runner;
	int failed;

	(void)argc;
	arguments = argv;
	tests = make_tests();
	if (tests == NULL)
		return 0;
	suite = suite_create(program_invocation_short_name);
	suite_add_tcase(suite, tests);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
