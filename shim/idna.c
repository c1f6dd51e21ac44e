/* SPDX-License-Identifier: MIT */
#include "idna.h"

#include "classify.h"

#include <idn2.h>
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
static int check_usable(const char *name)
{
	size_t length = strlen(name);

	if (length > 0 && name[length - 1] == '.')
		length--;
	if (length >= HOST_MAX)
		return IDN2_TOO_BIG_DOMAIN;
	if (length == 0 || strcmp(name, "*") == 0 || strchr(name, '\\') != NULL)
		return IDN2_DISALLOWED;
	return IDN2_OK;
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

/* Both forms in libidn2's own codes. */

static int to_ascii(const char *host, char ascii[static HOST_MAX + 1])
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
	if (rc == IDN2_OK)
		rc = check_usable(name);
	if (rc == IDN2_OK)
		strcpy(ascii, name);
	idn2_free(name);
	return rc;
}

static int to_unicode(const char *name, char **unicode)
{
	return idn2_to_unicode_8z8z(name, unicode, 0);
}

/* libidn2 decodes what no host is encoded to, controls, bidi overrides and
 * dots among it: take only what leads back. */
static int check_round_trip(const char *unicode, const char *name, bool any_case)
{
	char ascii[HOST_MAX + 1];
	int rc = to_ascii(unicode, ascii);

	for (size_t i = 0; rc == IDN2_OK; i++) {
		if (ascii[i] != (any_case ? ascii_lower(name[i]) : name[i]))
			rc = IDN2_ALABEL_ROUNDTRIP_FAILED;
		else if (ascii[i] == '\0')
			break;
	}
	return rc;
}

static int eai_code(int rc)
{
	switch (rc) {
	case IDN2_OK:
		return 0;
	case IDN2_MALLOC:
		return EAI_MEMORY;
	default:
		return EAI_IDN_ENCODE;
	}
}

int idna_to_ascii(const char *host, char ascii[static HOST_MAX + 1])
{
	return eai_code(to_ascii(host, ascii));
}

int idna_to_unicode(const char *name, char **unicode)
{
	char *wide = NULL;
	int rc = to_unicode(name, &wide);

	if (rc == IDN2_OK && strcmp(wide, name) != 0)
		rc = check_round_trip(wide, name, true);
	if (rc == IDN2_OK)
		*unicode = wide;
	else
		idn2_free(wide);
	return eai_code(rc);
}

const char *idna_convert(const char *host, bool decode, char *out, size_t size)
{
	char ascii[HOST_MAX + 1];
	char *unicode = NULL;
	const char *converted = ascii;
	int rc;

	if (decode) {
		rc = to_unicode(host, &unicode);
		if (rc == IDN2_OK)
			rc = check_round_trip(unicode, host, false);
		converted = unicode;
	} else {
		rc = to_ascii(host, ascii);
	}
	if (rc == IDN2_OK && strlen(converted) >= size)
		rc = IDN2_TOO_BIG_DOMAIN;
	if (rc == IDN2_OK)
		strcpy(out, converted);
	idn2_free(unicode);
	return rc == IDN2_OK ? NULL : idn2_strerror_name(rc);
}
