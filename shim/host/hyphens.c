/* SPDX-License-Identifier: MIT */
#include "host/hyphens.h"

#include <idn2.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* libidn2 would decode its result to compare it, but cannot decode a hidden hyphen. idna.c
 * decodes the labels when the hyphens are back. */
#define LOOKUP (IDN2_NFC_INPUT | IDN2_NO_ALABEL_ROUNDTRIP)

static const struct {
	const char *is, *seen; /* by libidn2; seen is not longer */
} replaced[] = {
	{ "-", HIDDEN_HYPHEN },
	{ "\xEF\xB9\xA3", HIDDEN_HYPHEN }, /* U+FE63 SMALL HYPHEN-MINUS, mapped to a hyphen */
	{ "\xEF\xBC\x8D", HIDDEN_HYPHEN }, /* U+FF0D FULLWIDTH HYPHEN-MINUS, as well */
	{ "\xE1\xBA\x9E", "\xC3\x9F" },  /* U+1E9E capital sharp s */
};
enum { REPLACED = sizeof replaced / sizeof *replaced };

static bool begins(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

char *hyphens_hide(const char *label, size_t length)
{
	const char *end = label + length;
	char *copy = malloc(length + 1);
	char *p = copy;

	if (copy == NULL)
		return NULL;
	while (label < end) {
		size_t i = 0;

		while (i < REPLACED && !begins(label, replaced[i].is))
			i++;
		if (i == REPLACED) {
			*p++ = *label++;
		} else {
			size_t size = strlen(replaced[i].seen);

			memcpy(p, replaced[i].seen, size);
			p += size;
			label += strlen(replaced[i].is);
		}
	}
	*p = '\0';
	return copy;
}

void hyphens_restore(char *name)
{
	while ((name = strchr(name, *HIDDEN_HYPHEN)) != NULL)
		*name = '-';
}

int hyphens_look_up(const char *label, char **name, int form)
{
	return idn2_lookup_u8((const uint8_t *)label, (uint8_t **)name, LOOKUP | form);
}

int hyphens_check(const uint32_t *label)
{
	return idn2_to_ascii_4z(label, NULL, LOOKUP | IDN2_NONTRANSITIONAL);
}
