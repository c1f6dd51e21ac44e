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
#include "options.def"
#undef FLAG
#undef CHOICE2
#undef CHOICE3
#undef FILENAME
	OPTIONS
};

/* A word and the value that it stands for. */
struct word {
	const char *text;
	int value;
};

/* The words of a flag are written down once more, to hold the table to their meaning. */
static const struct option {
	const char *name;
	struct word words[9]; /* of a file: none */
	size_t offset;
} options[] = {
#define FLAG(name, help) \
	{ #name, { { "1", 1 }, { "true", 1 }, { "yes", 1 }, { "on", 1 }, \
	  { "0", 0 }, { "false", 0 }, { "no", 0 }, { "off", 0 } }, offsetof(struct config, name) },
#define CHOICE2(name, a, b, help) \
	{ #name, { { #a, 0 }, { #b, 1 } }, offsetof(struct config, name) },
#define CHOICE3(name, a, b, c, help) \
	{ #name, { { #a, 0 }, { #b, 1 }, { #c, 2 } }, offsetof(struct config, name) },
#define FILENAME(name, help) { #name, { { NULL, 0 } }, offsetof(struct config, name) },
#include "options.def"
};

static bool is_file(int place)
{
	return options[place].words[0].text == NULL;
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

/* The option at that place has the value, and every other option its default. */
static void assert_only(const struct config *got, int place, int value)
{
	for (int i = 0; i < OPTIONS; i++) {
		const char *field = (const char *)got + options[i].offset;
		char *file = NULL;

		if (is_file(i))
			memcpy(&file, field, sizeof file);
		ck_assert_msg(is_file(i) ? file == NULL : *field == (i == place ? value : 0),
			      "GAISHIM_%s: %s is %d", options[place].name, options[i].name, *field);
	}
}

START_TEST(test_words)
{
	struct config got;

	read_with(variable_of(_i), "", &got);
	assert_only(&got, _i, 0);
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
	assert_only(&got, place, 0);
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
	for (const struct word *word = options[place].words; word->text != NULL; word++)
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
		snprintf(near, sizeof near, "%s2", word->text);
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
	assert_only(&got, 0, 0);
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
	tcase_add_loop_test(tcase, test_other_variables, 0, 7);
	tcase_add_test(tcase, test_twice);
	tcase_add_test(tcase, test_log);
	tcase_add_test(tcase, test_log_is_made_absolute);
	tcase_add_test(tcase, test_no_directory);
	tcase_add_test(tcase, test_long_log);
	return tcase;
}
