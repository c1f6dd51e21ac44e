/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#pragma weak secure_getenv /* musl before 1.1.24 has none, and is left alone */

struct config config;

enum { WORDS = 9, WORD = 16, VALUE = 32 };

/* The options, by the names that the environment has for them. Texts are in the table, and
 * not behind pointers, for the reason that struct wanted gives. */
static const struct option {
	char name[16];
	enum { IS_FLAG, IS_CHOICE, IS_FILE, IS_NUMBER, IS_SECONDS } kind;
	/* Those of a choice or a flag, and "". Of a number or seconds: default, least, most. */
	char words[WORDS][WORD];
	size_t offset;           /* that of the option's field in struct config */
} options[] = {
#define FLAG(name, help) { #name, IS_FLAG, { FLAG_WORDS }, offsetof(struct config, name) },
#define CHOICE2(name, a, b, help) { #name, IS_CHOICE, { #a, #b }, offsetof(struct config, name) },
#define CHOICE3(name, a, b, c, help) \
	{ #name, IS_CHOICE, { #a, #b, #c }, offsetof(struct config, name) },
#define FILENAME(name, help) { #name, IS_FILE, { "" }, offsetof(struct config, name) },
#define NUMBER(name, standard, least, most, help) \
	{ #name, IS_NUMBER, { #standard, #least, #most }, offsetof(struct config, name) },
#define SECONDS(name, standard, least, most, help) \
	{ #name, IS_SECONDS, { #standard, #least, #most }, offsetof(struct config, name) },
#include "options.def"
};

const unsigned config_options = sizeof options / sizeof *options;
_Static_assert(sizeof options / sizeof *options <= 32, "struct config has 32 bits for what is unknown");

static const char need_flights[][WORD] = { NEED_FLIGHTS, "" };

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
static int find_word(const char *value, const char words[][WORD])
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
	char directory[PATH_MAX] = "", name[PATH_MAX];
	int length;

	if (is_relative && getcwd(directory, sizeof directory) == NULL)
		return NULL;
	length = snprintf(name, sizeof name, "%s%s%s", directory, is_relative ? "/" : "", value);
	return length < (int)sizeof name ? strdup(name) : NULL;
}

enum { SECOND = 1000000000 };

/* Returns the number in units of 1/one, or -1 if the text is no number, has too many decimals
 * or is too large. What a decimal point is does not depend on the locale. */
static int64_t read_decimal(const char *text, int64_t one)
{
	int64_t number = 0;
	bool is_fraction = false;

	for (const char *p = text; *p != '\0'; p++) {
		unsigned digit = (unsigned char)*p - '0';

		if (*p == '.' && !is_fraction && p[1] != '\0') {
			is_fraction = true;
			continue;
		}
		if (is_fraction)
			one /= 10;
		else
			number *= 10;
		if (digit > 9 || one == 0 || number > INT64_MAX / 20)
			return -1;
		number += digit * one;
	}
	return number;
}

/* Set a number or seconds. Returns whether the value is in range. */
static bool read_number(const struct option *option, const char *value, struct config *into)
{
	void *field = (char *)into + option->offset;
	int64_t one = option->kind == IS_SECONDS ? SECOND : 1;
	int64_t number = read_decimal(value, one);

	if (number != read_decimal(option->words[0], one)
	    && (number < read_decimal(option->words[1], one) || number > read_decimal(option->words[2], one)))
		return false;
	if (option->kind == IS_SECONDS)
		*(int64_t *)field = number;
	else
		*(unsigned *)field = (unsigned)number;
	return true;
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
	if (option->kind == IS_NUMBER || option->kind == IS_SECONDS)
		return read_number(option, value, into);
	found = find_word(value, option->words);
	if (found < 0)
		return false;
	if (option->kind == IS_FLAG)
		*(bool *)field = found % 2;
	else
		*(uint8_t *)field = (uint8_t)found;
	return true;
}

/* Of a flag, a number or seconds. Returns whether the option was on. */
static bool switch_off(const struct option *option, struct config *into)
{
	static const int64_t off;
	char *field = (char *)into + option->offset;
	size_t size = option->kind == IS_FLAG ? sizeof(bool)
		      : option->kind == IS_NUMBER ? sizeof(unsigned) : sizeof(int64_t);
	bool was_on = memcmp(field, &off, size) != 0;

	memcpy(field, &off, size);
	return was_on;
}

void config_read(struct config *into)
{
	*into = (struct config){ 0 };
	for (unsigned i = 0; i < config_options; i++) {
		char name[VARIABLE];
		const char *value;

		if (options[i].kind == IS_NUMBER || options[i].kind == IS_SECONDS)
			read_number(&options[i], options[i].words[0], into);
		name_variable(&options[i], name);
		value = secure_getenv != NULL ? secure_getenv(name) : NULL;
		if (value != NULL && *value != '\0' && !read_value(&options[i], value, into))
			into->unknown |= UINT32_C(1) << i;
	}
	for (unsigned i = 0; into->lock != lock_host && i < config_options; i++)
		if (find_word(options[i].name, need_flights) >= 0 && switch_off(&options[i], into))
			into->needs_host |= UINT32_C(1) << i;
}

/* Append the words of a list to text, which has used so much of itself. */
static void list_words(const char (*words)[WORD], size_t used, char text[static CONFIG_COMPLAINT])
{
	for (; **words != '\0'; words++)
		used += (size_t)snprintf(text + used, CONFIG_COMPLAINT - used, "%s%s", *words,
					 *words[1] == '\0' ? "" : *words[2] == '\0' ? " or " : ", ");
}

bool config_complaint(const struct config *from, unsigned place, char text[static CONFIG_COMPLAINT])
{
	const struct option *option = &options[place];
	const char (*words)[WORD] = option->words;
	char name[VARIABLE];
	size_t used;

	if (!((from->unknown | from->needs_host) & UINT32_C(1) << place))
		return false;
	name_variable(option, name);
	if (from->needs_host & UINT32_C(1) << place) {
		(void)snprintf(text, CONFIG_COMPLAINT, "%s has no effect: GAISHIM_LOCK is not host", name);
		return true;
	}
	used = (size_t)snprintf(text, CONFIG_COMPLAINT, "%s is not ", name);
	if (option->kind == IS_NUMBER || option->kind == IS_SECONDS)
		(void)snprintf(text + used, CONFIG_COMPLAINT - used, "%s%s to %s%s",
			 strcmp(words[0], "0") == 0 && strcmp(words[1], "0") != 0 ? "0 or " : "", words[1],
			 words[2], option->kind == IS_SECONDS ? " seconds" : "");
	else
		list_words(words, used, text);
	return true;
}

/* Write the value of an option that is no file. Returns whether it is the default. */
static bool describe(const struct option *option, const struct config *from, char text[static VALUE])
{
	const void *field = (const char *)from + option->offset;
	int64_t one = option->kind == IS_SECONDS ? SECOND : 1, number;
	size_t used;

	if (option->kind == IS_CHOICE) {
		(void)snprintf(text, VALUE, "%s", option->words[*(const uint8_t *)field]);
		return *(const uint8_t *)field == 0;
	}
	number = option->kind == IS_FLAG ? *(const bool *)field
		 : option->kind == IS_NUMBER ? *(const unsigned *)field : *(const int64_t *)field;
	used = (size_t)snprintf(text, VALUE, "%lld", (long long)(number / one));
	if (number % one != 0) {
		used += (size_t)snprintf(text + used, VALUE - used, ".%09lld", (long long)(number % one));
		while (text[used - 1] == '0')
			text[--used] = '\0';
	}
	return number == (option->kind == IS_FLAG ? 0 : read_decimal(option->words[0], one));
}

void config_describe(const struct config *from, char text[static CONFIG_TEXT])
{
	size_t used = 0;

	text[0] = '\0';
	for (unsigned i = 0; i < config_options; i++) {
		char value[VALUE];

		if (options[i].kind != IS_FILE && !describe(&options[i], from, value) && used < CONFIG_TEXT)
			used += (size_t)snprintf(text + used, CONFIG_TEXT - used, "%s%s=%s", used > 0 ? " " : "",
						 options[i].name, value);
	}
}
