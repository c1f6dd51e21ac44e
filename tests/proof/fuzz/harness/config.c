/* SPDX-License-Identifier: MIT
 *
 * The environment's parser against another. The input is the values of the variables in
 * the order of options.def, a NUL between them; those for which there is none left are
 * unset.
 */
#include "config.h"
#include "fuzz.h"

#include <ctype.h>
#include <limits.h>
#include <unistd.h>

/* The words of a flag, those that mean the same together, and the complaint about any other:
 * written down once more, to hold the table to them. */
#define WORDS "0\0false\0no\0off\0" "1\0true\0yes\0on\0"
#define NAMES "0, 1, false, true, no, yes, off or on"

static const struct option {
	const char *name;
	size_t offset;
	const char *words;   /* NUL behind each; NULL: a file, a number or seconds */
	const char *names;   /* NULL: a file */
	unsigned share;      /* this many words in turn stand for one value */
	long double one;     /* of a number, or of seconds, in the field's unit */
	long double numbers[3]; /* default, least, most */
} options[] = {
#define AT(name) #name, .offset = offsetof(struct config, name)
#define FLAG(name, help) { AT(name), .words = WORDS, .names = NAMES, .share = 4 },
#define CHOICE2(name, a, b, help) { AT(name), .words = #a "\0" #b "\0", .names = #a " or " #b, .share = 1 },
#define CHOICE3(name, a, b, c, help) \
	{ AT(name), .words = #a "\0" #b "\0" #c "\0", .names = #a ", " #b " or " #c, .share = 1 },
#define FILENAME(name, help) { AT(name) },
#define NUMBER(name, standard, least, most, help) \
	{ AT(name), .names = #least " to " #most, .one = 1, .numbers = { standard, least, most } },
#define SECONDS(name, standard, least, most, help) \
	{ AT(name), .names = #least " to " #most " seconds", .one = 1e9, .numbers = { standard, least, most } },
#include "options.def"
};
enum { OPTIONS = sizeof options / sizeof *options };

/* The variable of an option, in a buffer of the caller. */
static void name_variable(const struct option *option, char text[static 64])
{
	int used = snprintf(text, 64, "GAISHIM_");

	for (const char *p = option->name; *p != '\0'; p++)
		text[used++] = (char)toupper((unsigned char)*p);
	text[used] = '\0';
}

/* The value that it stands for, or -1. */
static int expect_choice(const struct option *option, const char *value)
{
	unsigned count = 0;

	if (value == NULL || value[0] == '\0')
		return 0;
	for (const char *word = option->words; *word != '\0'; word += strlen(word) + 1, count++)
		if (strcmp(word, value) == 0)
			return (int)(count / option->share);
	return -1;
}

static void check_file(const char *value, char *got)
{
	char *want = NULL, *directory;

	if (value == NULL || value[0] == '\0') {
		if (got != NULL)
			find("the file is \"%s\", wanted none", got);
		return;
	}
	if (value[0] == '/' || strcmp(value, "stderr") == 0) {
		want = strdup(value);
	} else {
		directory = get_current_dir_name();
		if (asprintf(&want, "%s/%s", directory, value) < 0)
			want = NULL;
		free(directory);
	}
	if (want == NULL)
		find("out of memory");
	if (strlen(want) < PATH_MAX ? got == NULL || strcmp(got, want) != 0 : got != NULL)
		find("the file is \"%s\", wanted \"%s\"", got != NULL ? got : "(none)", want);
	free(want);
	free(got);
}

/* The complaint about the option at that place is the one wanted, or none if that is NULL. */
static void check_complaint(const struct config *from, unsigned place, const char *wanted)
{
	char complaint[CONFIG_COMPLAINT];

	if (config_complaint(from, place, complaint) != (wanted != NULL))
		find("%s: wanted %s complaint", options[place].name, wanted != NULL ? "a" : "no");
	if (wanted != NULL && strcmp(wanted, complaint) != 0)
		find("the complaint is \"%s\", wanted \"%s\"", complaint, wanted);
}

/* What strtold() takes is a number here if it is digits, with at most so many decimals. */
static bool is_decimal(const char *value, size_t decimals)
{
	size_t whole = strspn(value, "0123456789"), after;

	if (value[whole] == '\0')
		return whole > 0;
	after = strspn(value + whole + 1, "0123456789");
	return value[whole] == '.' && after > 0 && after <= decimals && value[whole + 1 + after] == '\0';
}

/* The number in the field's unit; one that is above all bounds stays so. */
static int64_t in_units(const struct option *option, long double number)
{
	return (int64_t)((number < 1e9L ? number : 1e9L) * option->one + 0.5L);
}

/* The value in the field's unit, or -1. */
static int64_t expect_number(const struct option *option, const char *value)
{
	int64_t standard = in_units(option, option->numbers[0]), got;

	if (value == NULL || value[0] == '\0')
		return standard;
	if (!is_decimal(value, option->one > 1 ? 9 : 0))
		return -1;
	got = in_units(option, strtold(value, NULL));
	return got == standard || (got >= in_units(option, option->numbers[1])
				   && got <= in_units(option, option->numbers[2])) ? got : -1;
}

/* Whether the option is off because of the value of GAISHIM_LOCK. */
static bool lacks_flights(const struct option *option, const struct config *from)
{
	static const char *const names[] = { NEED_FLIGHTS };

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strcmp(option->name, names[i]) == 0)
			return from->lock != lock_host;
	return false;
}

static int64_t field_of(const struct option *option, const struct config *from)
{
	const char *field = (const char *)from + option->offset;

	if (option->one == 0)
		return *field;
	return option->one > 1 ? *(const int64_t *)field : *(const unsigned *)field;
}

static void check_value(const struct config *from, unsigned place, const char *value)
{
	const struct option *option = &options[place];
	bool is_number = option->one != 0;
	int64_t want = is_number ? expect_number(option, value) : expect_choice(option, value);
	int64_t got = field_of(option, from);
	const char *range = is_number && option->numbers[0] == 0 && option->numbers[1] > 0 ? "0 or " : "";
	char variable[64], text[256];

	name_variable(option, variable);
	if (want > 0 && lacks_flights(option, from)) {
		snprintf(text, sizeof text, "%s has no effect: GAISHIM_LOCK is not host", variable);
		check_complaint(from, place, text);
		want = 0;
	} else if (want < 0) {
		snprintf(text, sizeof text, "%s is not %s%s", variable, range, option->names);
		check_complaint(from, place, text);
		want = is_number ? expect_number(option, NULL) : 0;
	} else {
		check_complaint(from, place, NULL);
	}
	if (got != want)
		find("%s is %jd, wanted %jd", option->name, (intmax_t)got, (intmax_t)want);
}

static void check(const char *const values[])
{
	/* exactly as large as it is, and full of something else */
	struct config *got = malloc(sizeof *got);

	if (got == NULL)
		find("out of memory");
	memset(got, 0xA5, sizeof *got);
	config_read(got);
	for (unsigned i = 0; i < OPTIONS; i++)
		if (options[i].names != NULL)
			check_value(got, i, values[i]);
		else
			check_file(values[i], *(char **)((char *)got + options[i].offset));
	if ((got->unknown | got->needs_host) >> OPTIONS != 0)
		find("more is wrong than there are options");
	free(got);
}

/* An assignment for putenv() in a block that ends with it (setenv would keep a copy
 * of every value there ever was). */
static char *assign(const char *name, struct input *in)
{
	size_t length = strnlen((const char *)in->data, in->size);
	size_t before = strlen(name) + 1;
	char *text = malloc(before + length + 1);

	if (text == NULL)
		find("out of memory");
	sprintf(text, "%s=", name);
	memcpy(text + before, in->data, length);
	text[before + length] = '\0';
	length += length < in->size; /* the NUL */
	in->data += length;
	in->size -= length;
	if (putenv(text) != 0)
		find("the environment cannot be set");
	return text;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = { data, size };
	char *assigned[OPTIONS] = { NULL };
	const char *values[OPTIONS] = { NULL };
	char variable[64];

	for (unsigned i = 0; i < OPTIONS && in.size > 0; i++) {
		name_variable(&options[i], variable);
		assigned[i] = assign(variable, &in);
		values[i] = strchr(assigned[i], '=') + 1;
	}
	check(values);
	for (unsigned i = 0; i < OPTIONS; i++) {
		name_variable(&options[i], variable);
		unsetenv(variable);
		free(assigned[i]);
	}
	return 0;
}
