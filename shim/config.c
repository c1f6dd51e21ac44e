/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct config config;

enum { WORDS = 9, WORD = 16 };

/* The options, by the names that the environment has for them. Texts are in the table, and
 * not behind pointers, for the reason that struct wanted gives. */
static const struct option {
	char name[16];
	enum { IS_FLAG, IS_CHOICE, IS_FILE } kind;
	char words[WORDS][WORD]; /* those of a choice or a flag, and "" */
	size_t offset;           /* that of the option's field in struct config */
} options[] = {
#define FLAG(name, help) { #name, IS_FLAG, { FLAG_WORDS }, offsetof(struct config, name) },
#define CHOICE2(name, a, b, help) { #name, IS_CHOICE, { #a, #b }, offsetof(struct config, name) },
#define CHOICE3(name, a, b, c, help) \
	{ #name, IS_CHOICE, { #a, #b, #c }, offsetof(struct config, name) },
#define FILENAME(name, help) { #name, IS_FILE, { "" }, offsetof(struct config, name) },
#include "options.def"
};

const unsigned config_options = sizeof options / sizeof *options;
_Static_assert(sizeof options / sizeof *options <= 32, "struct config has 32 bits for what is unknown");

enum { VARIABLE = 64 };

/* Write the name of the option's variable. */
static void name_variable(const struct option *option, char name[static VARIABLE])
{
	static const char prefix[] = "GAISHIM_";
	size_t used = sizeof prefix - 1;

	memcpy(name, prefix, used);
	for (const char *p = option->name; *p != '\0' && used < VARIABLE - 1; p++)
		name[used++] = *p >= 'a' && *p <= 'z' ? (char)(*p - 'a' + 'A') : *p; /* in any locale */
	name[used] = '\0';
}

/* Returns the index of value in the list, or -1. */
static int find_word(const char *value, const char words[static WORDS][WORD])
{
	for (int i = 0; *words[i] != '\0'; i++)
		if (strcmp(value, words[i]) == 0)
			return i;
	return -1;
}

/* Returns the file's name, allocated and absolute, so that a chdir does not move the file;
 * or NULL. */
static char *read_filename(const char *value)
{
	bool is_relative = value[0] != '/' && strcmp(value, "stderr") != 0;
	const char *separator = is_relative ? "/" : "";
	char *directory = is_relative ? getcwd(NULL, 0) : strdup("");
	char *name = NULL;
	size_t size;

	if (directory == NULL)
		return NULL;
	size = strlen(directory) + strlen(separator) + strlen(value) + 1;
	if (size <= PATH_MAX)
		name = malloc(size);
	if (name != NULL) {
		strcpy(name, directory);
		strcat(name, separator);
		strcat(name, value);
	}
	free(directory);
	return name;
}

/* Returns whether the value is known. */
static bool read_value(const struct option *option, const char *value, struct config *into)
{
	void *field = (char *)into + option->offset;
	int found;

	if (option->kind == IS_FILE) {
		*(char **)field = read_filename(value);
		return true;
	}
	found = find_word(value, option->words);
	if (found < 0)
		return false;
	if (option->kind == IS_FLAG)
		*(bool *)field = found % 2;
	else
		*(uint8_t *)field = (uint8_t)found;
	return true;
}

void config_read(struct config *into)
{
	*into = (struct config){ 0 };
	for (unsigned i = 0; i < config_options; i++) {
		char name[VARIABLE];
		const char *value;

		name_variable(&options[i], name);
		value = secure_getenv(name);
		if (value != NULL && *value != '\0' && !read_value(&options[i], value, into))
			into->unknown |= UINT32_C(1) << i;
	}
}

bool config_complaint(const struct config *from, unsigned place, char text[static CONFIG_COMPLAINT])
{
	const char (*words)[WORD] = options[place].words;
	char name[VARIABLE];
	size_t used;

	if (!(from->unknown & UINT32_C(1) << place))
		return false;
	name_variable(&options[place], name);
	used = (size_t)snprintf(text, CONFIG_COMPLAINT, "%s is not ", name);
	for (; **words != '\0'; words++)
		used += (size_t)snprintf(text + used, CONFIG_COMPLAINT - used, "%s%s", *words,
					 *words[1] == '\0' ? "" : *words[2] == '\0' ? " or " : ", ");
	return true;
}
