/* SPDX-License-Identifier: MIT */
#include "idna.h"

#include <idn2.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* The four characters that IDNA 2003 mapped away and IDNA 2008 keeps, UTS #46
 * 7 (Table 1). */
static bool has_deviation(const char *host)
{
	static const char *const deviations[] = {
		"\xC3\x9F",     /* U+00DF sharp s */
		"\xCF\x82",     /* U+03C2 final sigma */
		"\xE2\x80\x8C", /* U+200C ZERO WIDTH NON-JOINER */
		"\xE2\x80\x8D", /* U+200D ZERO WIDTH JOINER */
	};

	for (size_t i = 0; i < sizeof deviations / sizeof deviations[0]; i++)
		if (strstr(host, deviations[i]) != NULL)
			return true;
	return false;
}

static int lookup(const char *host, char **name, int flags)
{
	return idn2_lookup_u8((const uint8_t *)host, (uint8_t **)name, flags | IDN2_NFC_INPUT);
}

/* What libidn2 lets through and no resolver should see. A backslash starts an
 * escape in libc's resolver, which refuses it here too; "*" would come to mean
 * no host; nothing is left of a host of ignored characters. */
static bool is_usable(const char *name)
{
	size_t length = strlen(name);

	if (length > 0 && name[length - 1] == '.')
		length--;
	return length > 0 && length < HOST_MAX && strcmp(name, "*") != 0
		&& strchr(name, '\\') == NULL;
}

/* The transitional form skips the other rules along with the one on symbols:
 * hold each of its labels against them. */
static int check_labels(const char *name)
{
	char label[HOST_MAX + 1];

	for (; *name != '\0'; name += *name == '.') {
		size_t length = strcspn(name, ".");
		char *again = NULL;
		int rc;

		if (length >= sizeof label)
			return IDN2_TOO_BIG_LABEL;
		memcpy(label, name, length);
		label[length] = '\0';
		name += length;
		rc = lookup(label, &again, IDN2_NONTRANSITIONAL);
		idn2_free(again);
		if (rc != IDN2_OK && rc != IDN2_DISALLOWED)
			return rc;
	}
	return IDN2_OK;
}

int idna_to_ascii(const char *host, char ascii[static HOST_MAX + 1])
{
	char *name = NULL;
	int rc = lookup(host, &name, IDN2_NONTRANSITIONAL);

	/* IDNA 2008 has no symbols, but people and browsers have. Without a
	 * deviation character both forms map alike, so this sends nobody to
	 * another name. */
	if (rc == IDN2_DISALLOWED && !has_deviation(host)) {
		rc = lookup(host, &name, IDN2_TRANSITIONAL);
		if (rc == IDN2_OK)
			rc = check_labels(name);
	}
	if (rc != IDN2_OK) {
		idn2_free(name);
		return rc == IDN2_MALLOC ? EAI_MEMORY : EAI_IDN_ENCODE;
	}

	bool usable = is_usable(name);
	if (usable)
		strcpy(ascii, name);
	idn2_free(name);
	return usable ? 0 : EAI_IDN_ENCODE;
}

int idna_to_unicode(const char *name, char **unicode)
{
	char *wide = NULL;
	int rc = idn2_to_unicode_8z8z(name, &wide, 0);

	if (rc == IDN2_MALLOC)
		return EAI_MEMORY;
	if (rc != IDN2_OK)
		return EAI_IDN_ENCODE;
	*unicode = wide;
	return 0;
}
