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
	const char *words; /* NUL behind each; NULL: a file */
	const char *names;
	unsigned share; /* this many words in turn stand for one value */
	size_t offset;
} options[] = {
#define FLAG(name, help) { #name, WORDS, NAMES, 4, offsetof(struct config, name) },
#define CHOICE2(name, a, b, help) \
	{ #name, #a "\0" #b "\0", #a " or " #b, 1, offsetof(struct config, name) },
#define CHOICE3(name, a, b, c, help) \
	{ #name, #a "\0" #b "\0" #c "\0", #a ", " #b " or " #c, 1, offsetof(struct config, name) },
#define FILENAME(name, help) { #name, NULL, NULL, 1, offsetof(struct config, name) },
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

static void check_choice(const struct config *from, unsigned place, const char *value)
{
	const struct option *option = &options[place];
	int want = expect_choice(option, value);
	int got = *((const char *)from + option->offset);
	char variable[64], text[256], complaint[CONFIG_COMPLAINT];

	if (got != (want < 0 ? 0 : want))
		find("%s is %d, wanted %d", option->name, got, want);
	if (config_complaint(from, place, complaint) != (want < 0))
		find("%s: wanted %s complaint", option->name, want < 0 ? "a" : "no");
	if (want >= 0)
		return;
	name_variable(option, variable);
	snprintf(text, sizeof text, "%s is not %s", variable, option->names);
	if (strcmp(text, complaint) != 0)
		find("the complaint is \"%s\", wanted \"%s\"", complaint, text);
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
		if (options[i].words != NULL)
			check_choice(got, i, values[i]);
		else
			check_file(values[i], *(char **)((char *)got + options[i].offset));
	if (got->unknown >> OPTIONS != 0)
		find("more is unknown than there are options");
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
