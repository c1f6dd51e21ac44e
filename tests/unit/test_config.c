/* SPDX-License-Identifier: MIT
 *
 * The environment's parser, for each option that the table has.
 */
#include "config.h"

#include "unit.h"

#include <ctype.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Where each option is in the table. */
enum {
#define FLAG(name, help) AT_##name,
#define CHOICE2(name, a, b, help) AT_##name,
#define CHOICE3(name, a, b, c, help) AT_##name,
#define FILENAME(name, help) AT_##name,
#define NUMBER(name, standard, least, most, help) AT_##name,
#define SECONDS(name, standard, least, most, help) AT_##name,
#include "options.def"
	OPTIONS
};

/* A word and the value that it stands for. */
struct word {
	const char *text;
	int64_t value;
};

#define NANOSECONDS(seconds) (int64_t)((seconds) * 1e9 + 0.5)

/* The words of a flag are written down once more, to hold the table to their meaning. Those
 * of a number are its default and its bounds. */
static const struct option {
	const char *name;
	enum { IS_FLAG, IS_CHOICE, IS_FILE, IS_NUMBER, IS_SECONDS } kind;
	struct word words[9]; /* of a file: none */
	int64_t standard;
	size_t offset;
} options[] = {
#define FLAG(name, help) \
	{ #name, IS_FLAG, { { "1", 1 }, { "true", 1 }, { "yes", 1 }, { "on", 1 }, \
	  { "0", 0 }, { "false", 0 }, { "no", 0 }, { "off", 0 } }, 0, offsetof(struct config, name) },
#define CHOICE2(name, a, b, help) \
	{ #name, IS_CHOICE, { { #a, 0 }, { #b, 1 } }, 0, offsetof(struct config, name) },
#define CHOICE3(name, a, b, c, help) \
	{ #name, IS_CHOICE, { { #a, 0 }, { #b, 1 }, { #c, 2 } }, 0, offsetof(struct config, name) },
#define FILENAME(name, help) { #name, IS_FILE, { { NULL, 0 } }, 0, offsetof(struct config, name) },
#define NUMBER(name, standard, least, most, help) \
	{ #name, IS_NUMBER, { { #standard, standard }, { #least, least }, { #most, most } }, \
	  standard, offsetof(struct config, name) },
#define SECONDS(name, standard, least, most, help) \
	{ #name, IS_SECONDS, { { #standard, NANOSECONDS(standard) }, { #least, NANOSECONDS(least) }, \
	  { #most, NANOSECONDS(most) } }, NANOSECONDS(standard), offsetof(struct config, name) },
#include "options.def"
};

static bool is_file(int place)
{
	return options[place].kind == IS_FILE;
}

static bool is_number(int place)
{
	return options[place].kind == IS_NUMBER || options[place].kind == IS_SECONDS;
}

static const char *variable_of(int place)
{
	static char variables[OPTIONS][64];
	char *variable = variables[place];
	size_t used = (size_t)snprintf(variable, sizeof variables[place], "GAISHIM_");

	for (const char *p = options[place].name; *p != '\0'; p++)
		variable[used++] = (char)toupper((unsigned char)*p);
	variable[used] = '\0';
	return variable;
}

/* One variable is set, and no other of ours. The result is full of something else before. The
 * name of the log is freed at the next call. */
static char *kept_name;

static void read_with(const char *variable, const char *value, struct config *into)
{
	for (int i = 0; i < OPTIONS; i++)
		unsetenv(variable_of(i));
	unsetenv("GAISHIM_PATIENCE");
	if (variable != NULL)
		setenv(variable, value, 1);
	memset(into, 0xA5, sizeof *into);
	config_read(into);
	free(kept_name);
	kept_name = into->log;
}

/* The value of the option at that place. Of a file: whether there is one. */
static int64_t value_of(const struct config *from, int place)
{
	const void *field = (const char *)from + options[place].offset;

	switch (options[place].kind) {
	case IS_FLAG: return *(const bool *)field;
	case IS_CHOICE: return *(const uint8_t *)field;
	case IS_FILE: return *(char *const *)field != NULL;
	case IS_NUMBER: return *(const unsigned *)field;
	default: return *(const int64_t *)field;
	}
}

/* The option at that place has the value, and every other option its default. */
static void assert_only(const struct config *got, int place, int64_t value)
{
	for (int i = 0; i < OPTIONS; i++) {
		int64_t found = value_of(got, i);

		ck_assert_msg(found == (i == place ? value : options[i].standard),
			      "GAISHIM_%s: %s is %jd", options[place].name, options[i].name, (intmax_t)found);
	}
}

START_TEST(test_words)
{
	struct config got;

	read_with(variable_of(_i), "", &got);
	assert_only(&got, _i, options[_i].standard);
	ck_assert_uint_eq(got.unknown, 0);
	for (const struct word *word = options[_i].words; word->text != NULL; word++) {
		read_with(variable_of(_i), word->text, &got);
		assert_only(&got, _i, word->value);
		ck_assert_uint_eq(got.unknown, 0);
	}
}
END_TEST

/* Whatever is not one of the words leaves the default, and a complaint that names them. */
static void assert_unknown(int place, const char *value)
{
	struct config got;
	char text[CONFIG_COMPLAINT], beginning[128];

	read_with(variable_of(place), value, &got);
	assert_only(&got, place, options[place].standard);
	ck_assert_uint_eq(got.unknown, UINT32_C(1) << place);
	for (int i = 0; i < OPTIONS; i++) {
		strcpy(text, "as it was");
		ck_assert_int_eq(config_complaint(&got, (unsigned)i, text), i == place);
		if (i != place)
			ck_assert_str_eq(text, "as it was");
	}
	ck_assert(config_complaint(&got, (unsigned)place, text));
	snprintf(beginning, sizeof beginning, "%s is not ", variable_of(place));
	ck_assert_int_eq(strncmp(text, beginning, strlen(beginning)), 0);
	for (const struct word *word = options[place].words + is_number(place); word->text != NULL; word++)
		ck_assert_ptr_nonnull(strstr(text + strlen(beginning), word->text));
}

START_TEST(test_unknown)
{
	if (is_file(_i))
		return;
	assert_unknown(_i, "nonsense");
	assert_unknown(_i, " ");
	for (const struct word *word = options[_i].words; word->text != NULL; word++) {
		char near[64];

		snprintf(near, sizeof near, "%s ", word->text);
		assert_unknown(_i, near);
		snprintf(near, sizeof near, is_number(_i) ? "%s-" : "%s2", word->text);
		assert_unknown(_i, near);
		for (size_t i = 0; i <= strlen(word->text); i++)
			near[i] = (char)toupper((unsigned char)word->text[i]);
		if (strcmp(near, word->text) != 0)
			assert_unknown(_i, near);
	}
}
END_TEST

START_TEST(test_all_unknown)
{
	struct config got;
	uint32_t wanted = 0;

	for (int i = 0; i < OPTIONS; i++) {
		setenv(variable_of(i), "nonsense", 1);
		wanted |= is_file(i) ? 0 : UINT32_C(1) << i;
	}
	config_read(&got);
	ck_assert_uint_eq(got.unknown, wanted);
	ck_assert_uint_eq(config_options, OPTIONS);
	free(got.log);
}
END_TEST

/* The words of a complaint, letter by letter. */
START_TEST(test_complaints)
{
	struct config got;
	char text[CONFIG_COMPLAINT];

	read_with("GAISHIM_LOCK", "hosts", &got);
	ck_assert(config_complaint(&got, AT_lock, text));
	ck_assert_str_eq(text, "GAISHIM_LOCK is not host, global or none");
	read_with("GAISHIM_PYTHON_IDNA", "on", &got);
	ck_assert(config_complaint(&got, AT_python_idna, text));
	ck_assert_str_eq(text, "GAISHIM_PYTHON_IDNA is not off or libidn2");
	read_with("GAISHIM_STRICT", "2", &got);
	ck_assert(config_complaint(&got, AT_strict, text));
	ck_assert_str_eq(text, "GAISHIM_STRICT is not 0, 1, false, true, no, yes, off or on");
	read_with("GAISHIM_RETRY", "11", &got);
	ck_assert(config_complaint(&got, AT_retry, text));
	ck_assert_str_eq(text, "GAISHIM_RETRY is not 0 to 10");
	read_with("GAISHIM_DEADLINE", "0.001", &got);
	ck_assert(config_complaint(&got, AT_deadline, text));
	ck_assert_str_eq(text, "GAISHIM_DEADLINE is not 0 or 0.01 to 3600 seconds");
	read_with("GAISHIM_RETRY_DELAY", "0", &got);
	ck_assert(config_complaint(&got, AT_retry_delay, text));
	ck_assert_str_eq(text, "GAISHIM_RETRY_DELAY is not 0.01 to 60 seconds");
}
END_TEST

START_TEST(test_decimals)
{
	static const struct word taken[] = {
		{ "0", 0 }, { "00.000000000", 0 }, { ".0", 0 }, { "0.01", 10000000 }, { ".5", 500000000 },
		{ "0.5", 500000000 }, { "5", 5000000000 }, { "05", 5000000000 }, { "1.000000001", 1000000001 },
		{ "3600", 3600000000000 }, { "000000000000000000000000000003600.000000000", 3600000000000 },
	};
	static const char *const refused[] = {
		".", "5.", "0.", "1..5", "1.5.", "1.5.0", "1,5", "+1", "-1", "-0", " 1", "1s", "1:", "1/", "1e1", "0x10",
		"inf", "nan", "\xd9\xa3", "0.009999999", "3600.000000001", "3601", "1.0000000000",
		"9223372037", "18446744074", "18446744073709551617", "99999999999999999999999999999999999999",
		"0.0000000000000000000000000000000000000001",
	};
	struct config got;

	for (size_t i = 0; i < sizeof taken / sizeof *taken; i++) {
		read_with("GAISHIM_DEADLINE", taken[i].text, &got);
		assert_only(&got, AT_deadline, taken[i].value);
		ck_assert_uint_eq(got.unknown, 0);
	}
	for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
		assert_unknown(AT_deadline, refused[i]);
}
END_TEST

START_TEST(test_numbers)
{
	static const char *const refused[] = {
		"11", "3.", "3.0", ".0", ".", "-0", "+1", " 1", "1 ", "0x1", "1e0", "4294967296", "4294967297",
		"18446744073709551617",
	};
	struct config got;

	for (int i = 0; i <= 10; i++) {
		char text[16];

		snprintf(text, sizeof text, "%02d", i);
		read_with("GAISHIM_RETRY", text, &got);
		assert_only(&got, AT_retry, i);
	}
	for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
		assert_unknown(AT_retry, refused[i]);
}
END_TEST

/* Options that need flights are off without them, and a complaint says so. */
START_TEST(test_needs_host)
{
	static const int places[] = { AT_hedge, AT_deadline, AT_hold };
	static const char *const modes[] = { "global", "none" };
	char text[CONFIG_COMPLAINT], wanted[CONFIG_COMPLAINT];
	int place = places[_i % 3];
	struct config got;

	read_with("GAISHIM_LOCK", modes[_i / 3], &got);
	ck_assert_uint_eq(got.needs_host, 0);
	setenv(variable_of(place), "1", 1);
	config_read(&got);
	assert_only(&got, AT_lock, _i / 3 == 0 ? lock_global : lock_none);
	ck_assert_uint_eq(got.unknown, 0);
	ck_assert_uint_eq(got.needs_host, UINT32_C(1) << place);
	snprintf(wanted, sizeof wanted, "%s has no effect: GAISHIM_LOCK is not host", variable_of(place));
	for (int i = 0; i < OPTIONS; i++)
		ck_assert_int_eq(config_complaint(&got, (unsigned)i, text), i == place);
	ck_assert_str_eq(text, wanted);
	setenv("GAISHIM_LOCK", "nonsense", 1);
	config_read(&got);
	assert_only(&got, place, place == AT_hedge ? 1 : NANOSECONDS(1));
	ck_assert_uint_eq(got.needs_host, 0);
	unsetenv("GAISHIM_LOCK");
	config_read(&got);
	assert_only(&got, place, place == AT_hedge ? 1 : NANOSECONDS(1));
	ck_assert_uint_eq(got.needs_host, 0);
	setenv("GAISHIM_LOCK", "none", 1);
	setenv(variable_of(place), "0", 1);
	config_read(&got);
	ck_assert_uint_eq(got.needs_host, 0);
}
END_TEST

static const struct {
	const char *name, *value, *text;
} described[] = {
	{ "GAISHIM_LOCK", "host", "" }, { "GAISHIM_LOCK", "none", "lock=none" },
	{ "GAISHIM_STRICT", "yes", "strict=1" }, { "GAISHIM_IDN", "off", "idn=off" },
	{ "GAISHIM_LOG", "/tmp/secret", "" }, { "GAISHIM_RETRY", "10", "retry=10" },
	{ "GAISHIM_RETRY_DELAY", "0.5", "" }, { "GAISHIM_RETRY_DELAY", "0.50001", "retry_delay=0.50001" },
	{ "GAISHIM_DEADLINE", "3599.999999999", "deadline=3599.999999999" },
	{ "GAISHIM_FORK_WAIT", "0", "fork_wait=0" }, { "GAISHIM_HEDGE", "nonsense", "" },
};

/* The options in force, as the environment would have them. */
START_TEST(test_described)
{
	char text[CONFIG_TEXT];
	struct config got;

	read_with(described[_i].name, described[_i].value, &got);
	config_describe(&got, text);
	ck_assert_str_eq(text, described[_i].text);
}
END_TEST

START_TEST(test_all_described)
{
	static const char *const longest[][2] = {
		{ "GAISHIM_STRICT", "1" }, { "GAISHIM_LOCK", "host" }, { "GAISHIM_IDN", "off" },
		{ "GAISHIM_DISABLE", "on" }, { "GAISHIM_PYTHON_IDNA", "libidn2" }, { "GAISHIM_HEDGE", "1" },
		{ "GAISHIM_DEADLINE", "3599.999999999" }, { "GAISHIM_RETRY", "10" },
		{ "GAISHIM_RETRY_DELAY", "59.999999999" }, { "GAISHIM_HOLD", "3599.999999999" },
		{ "GAISHIM_FORK_WAIT", "59.999999999" },
	};
	char text[CONFIG_TEXT];
	struct config got;

	for (size_t i = 0; i < sizeof longest / sizeof *longest; i++)
		setenv(longest[i][0], longest[i][1], 1);
	config_read(&got);
	config_describe(&got, text);
	ck_assert_str_eq(text, "strict=1 idn=off disable=1 python_idna=libidn2 hedge=1 deadline=3599.999999999 "
	                       "retry=10 retry_delay=59.999999999 hold=3599.999999999 fork_wait=59.999999999");
}
END_TEST

/* Variables that are almost an option, and the one that was an option once. */
START_TEST(test_other_variables)
{
	static const char *const others[] = {
		"GAISHIM_PATIENCE", "GAISHIM_", "GAISHIM_LOC", "GAISHIM_LOCKS", "GAISHIM_lock", "LOCK",
		"GAISHIM_IDN_",
	};
	struct config got;

	read_with(others[_i], "nonsense", &got);
	unsetenv(others[_i]);
	assert_only(&got, AT_lock, lock_host);
	ck_assert_uint_eq(got.unknown, 0);
}
END_TEST

/* Of two variables of one name the first counts, as for getenv(). */
START_TEST(test_twice)
{
	static char first[] = "GAISHIM_LOCK=none", second[] = "GAISHIM_LOCK=global";
	static char third[] = "GAISHIM_LOCK=nonsense";
	char *twice[] = { first, second, third, NULL };
	char **saved = environ;
	struct config got;

	environ = twice;
	config_read(&got);
	environ = NULL;
	assert_only(&got, AT_lock, lock_none);
	ck_assert_uint_eq(got.unknown, 0);
	config_read(&got);
	environ = saved;
	assert_only(&got, AT_lock, lock_host);
}
END_TEST

START_TEST(test_log)
{
	static const char *const values[] = { "stderr", "/tmp/a b.%p", "/" };
	struct config got;

	for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
		read_with("GAISHIM_LOG", values[i], &got);
		ck_assert_str_eq(got.log, values[i]);
	}
}
END_TEST

START_TEST(test_log_is_made_absolute)
{
	struct config got;
	char wanted[PATH_MAX + 16];
	char here[PATH_MAX];

	read_with("GAISHIM_LOG", "some.log", &got);
	snprintf(wanted, sizeof wanted, "%s/some.log", getcwd(here, sizeof here));
	ck_assert_str_eq(got.log, wanted);
}
END_TEST

/* In a directory that is gone a relative path leads nowhere. */
START_TEST(test_no_directory)
{
	struct config got;
	char gone[] = "/tmp/gaishim-config-XXXXXX";
	int here = open(".", O_DIRECTORY | O_CLOEXEC);

	ck_assert_ptr_nonnull(mkdtemp(gone));
	ck_assert_int_eq(chdir(gone), 0);
	ck_assert_int_eq(rmdir(gone), 0);
	read_with("GAISHIM_LOG", "some.log", &got);
	ck_assert_ptr_null(got.log);
	read_with("GAISHIM_LOG", "stderr", &got);
	ck_assert_str_eq(got.log, "stderr");
	ck_assert_int_eq(fchdir(here), 0);
	close(here);
}
END_TEST

/* Too long a path is no log, not a cut one. */
START_TEST(test_long_log)
{
	struct config got;
	char path[PATH_MAX + 2];

	memset(path, 'x', sizeof path);
	path[0] = '/';
	path[PATH_MAX] = '\0';
	read_with("GAISHIM_LOG", path, &got);
	ck_assert_ptr_null(got.log);
	path[PATH_MAX - 1] = '\0';
	read_with("GAISHIM_LOG", path, &got);
	ck_assert_str_eq(got.log, path);
	read_with("GAISHIM_LOG", path + 1, &got);
	ck_assert_ptr_null(got.log);
}
END_TEST

TCase *make_tests(void)
{
	TCase *tcase = tcase_create("environment");

	ADD_ROWS(tcase, test_words, options);
	ADD_ROWS(tcase, test_unknown, options);
	tcase_add_test(tcase, test_all_unknown);
	tcase_add_test(tcase, test_complaints);
	tcase_add_test(tcase, test_decimals);
	tcase_add_test(tcase, test_numbers);
	tcase_add_loop_test(tcase, test_needs_host, 0, 6);
	tcase_add_loop_test(tcase, test_other_variables, 0, 7);
	ADD_ROWS(tcase, test_described, described);
	tcase_add_test(tcase, test_all_described);
	tcase_add_test(tcase, test_twice);
	tcase_add_test(tcase, test_log);
	tcase_add_test(tcase, test_log_is_made_absolute);
	tcase_add_test(tcase, test_no_directory);
	tcase_add_test(tcase, test_long_log);
	return tcase;
}
