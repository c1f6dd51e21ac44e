/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "unit.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *const variables[] = {
	"GAISHIM_DISABLE", "GAISHIM_STRICT", "GAISHIM_IDN", "GAISHIM_LOCK", "GAISHIM_PYTHON_IDNA",
	"GAISHIM_LOG", "GAISHIM_PATIENCE", /* these two have no unknown values */
};
enum { VARIABLES = sizeof variables / sizeof variables[0], CHOICES = VARIABLES - 2 };

/* Each row sets one variable; the others are unset. */
static const struct {
	const char *name;
	const char *value;
	struct config wanted;
} cases[] = {
#define DISABLE "GAISHIM_DISABLE is not 1, true, yes, on, 0, false, no or off"
#define DEFAULTS .idn = true
	{ "GAISHIM_DISABLE", "", { DEFAULTS } },
	{ "GAISHIM_DISABLE", "0", { DEFAULTS } },
	{ "GAISHIM_DISABLE", "false", { DEFAULTS } },
	{ "GAISHIM_DISABLE", "no", { DEFAULTS } },
	{ "GAISHIM_DISABLE", "off", { DEFAULTS } },
	{ "GAISHIM_DISABLE", "1", { DEFAULTS, .disabled = true } },
	{ "GAISHIM_DISABLE", "true", { DEFAULTS, .disabled = true } },
	{ "GAISHIM_DISABLE", "yes", { DEFAULTS, .disabled = true } },
	{ "GAISHIM_DISABLE", "on", { DEFAULTS, .disabled = true } },
	{ "GAISHIM_DISABLE", "TRUE", { DEFAULTS, .unknown = { DISABLE } } },
	{ "GAISHIM_DISABLE", "2", { DEFAULTS, .unknown = { DISABLE } } },
	{ "GAISHIM_STRICT", "1", { DEFAULTS, .strict = true } },
	{ "GAISHIM_STRICT", "yes", { DEFAULTS, .unknown = { "GAISHIM_STRICT is not 0 or 1" } } },
	{ "GAISHIM_IDN", "on", { DEFAULTS } },
	{ "GAISHIM_IDN", "off", { .idn = false } },
	{ "GAISHIM_IDN", "OFF", { DEFAULTS, .unknown = { "GAISHIM_IDN is not on or off" } } },
	{ "GAISHIM_LOCK", "host", { DEFAULTS } },
	{ "GAISHIM_LOCK", "global", { DEFAULTS, .lock = LOCK_GLOBAL } },
	{ "GAISHIM_LOCK", "none", { DEFAULTS, .lock = LOCK_NONE } },
	{ "GAISHIM_LOCK", "hosts", { DEFAULTS, .unknown = { "GAISHIM_LOCK is not host, global or none" } } },
	{ "GAISHIM_PATIENCE", "10", { DEFAULTS } }, /* a setting of the past: any value will do */
	{ "GAISHIM_PATIENCE", "-1", { DEFAULTS } },
	{ "GAISHIM_PATIENCE", "5s", { DEFAULTS } },
	{ "GAISHIM_PYTHON_IDNA", "off", { DEFAULTS } },
	{ "GAISHIM_PYTHON_IDNA", "libidn2", { DEFAULTS } },
	{ "GAISHIM_PYTHON_IDNA", "on", { DEFAULTS, .unknown = { "GAISHIM_PYTHON_IDNA is not off or libidn2" } } },
	{ "GAISHIM_LOG", "", { DEFAULTS } },
	{ "GAISHIM_LOG", "stderr", { DEFAULTS, .log = "stderr" } },
	{ "GAISHIM_LOG", "/tmp/a b.%p", { DEFAULTS, .log = "/tmp/a b.%p" } },
};

static void set_only(const char *name, const char *value)
{
	for (int i = 0; i < VARIABLES; i++)
		unsetenv(variables[i]);
	if (name != NULL)
		setenv(name, value, 1);
}

static void assert_config(const struct config *got, const struct config *wanted)
{
	ck_assert_int_eq(got->disabled, wanted->disabled);
	ck_assert_int_eq(got->strict, wanted->strict);
	ck_assert_int_eq(got->idn, wanted->idn);
	ck_assert_int_eq(got->lock, wanted->lock);
	ck_assert_str_eq(got->log, wanted->log);
	for (int i = 0; got->unknown[i] != NULL || wanted->unknown[i] != NULL; i++)
		ck_assert_pstr_eq(got->unknown[i], wanted->unknown[i]);
}

START_TEST(test_value)
{
	struct config config;

	set_only(cases[_i].name, cases[_i].value);
	config_read(&config);
	assert_config(&config, &cases[_i].wanted);
}
END_TEST

START_TEST(test_all_unknown)
{
	struct config config;

	for (int i = 0; i < VARIABLES; i++)
		setenv(variables[i], "nonsense", 1);
	config_read(&config);
	for (int i = 0; i < CHOICES; i++)
		ck_assert_ptr_nonnull(config.unknown[i]);
	ck_assert_ptr_null(config.unknown[CHOICES]);
}
END_TEST

START_TEST(test_log_is_made_absolute)
{
	struct config config;
	char wanted[PATH_MAX + 16];
	char here[PATH_MAX];

	set_only("GAISHIM_LOG", "some.log");
	config_read(&config);
	snprintf(wanted, sizeof wanted, "%s/some.log", getcwd(here, sizeof here));
	ck_assert_str_eq(config.log, wanted);
}
END_TEST

/* In a directory that is gone a relative path leads nowhere. */
START_TEST(test_no_directory)
{
	struct config config;
	char gone[] = "/tmp/gaishim-config-XXXXXX";
	int here = open(".", O_DIRECTORY | O_CLOEXEC);

	ck_assert_ptr_nonnull(mkdtemp(gone));
	ck_assert_int_eq(chdir(gone), 0);
	ck_assert_int_eq(rmdir(gone), 0);
	set_only("GAISHIM_LOG", "some.log");
	config_read(&config);
	ck_assert_str_eq(config.log, "");
	set_only("GAISHIM_LOG", "stderr");
	config_read(&config);
	ck_assert_str_eq(config.log, "stderr");
	ck_assert_int_eq(fchdir(here), 0);
	close(here);
}
END_TEST

/* Too long a path is no log, not a cut one. */
START_TEST(test_long_log)
{
	struct config config;
	char path[PATH_MAX + 2];

	memset(path, 'x', sizeof path);
	path[0] = '/';
	path[PATH_MAX] = '\0';
	set_only("GAISHIM_LOG", path);
	config_read(&config);
	ck_assert_str_eq(config.log, "");
	path[PATH_MAX - 1] = '\0';
	set_only("GAISHIM_LOG", path);
	config_read(&config);
	ck_assert_str_eq(config.log, path);
	set_only("GAISHIM_LOG", path + 1);
	config_read(&config);
	ck_assert_str_eq(config.log, "");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("config");
	TCase *tcase = tcase_create("environment");

	suite_add_tcase(suite, tcase);
	ADD_ROWS(tcase, test_value, cases);
	tcase_add_test(tcase, test_all_unknown);
	tcase_add_test(tcase, test_log_is_made_absolute);
	tcase_add_test(tcase, test_no_directory);
	tcase_add_test(tcase, test_long_log);
	return run_suite(suite);
}
