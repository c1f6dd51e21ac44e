/* SPDX-License-Identifier: MIT */
#include "host/idna.h"

#include "host/classify.h"
#include "host/label.h"

#include <idn2.h>
#include <stdlib.h>
#include <string.h>
#include <unictype.h>

/* Refuse names that libidn2 lets through and no resolver should see. A backslash starts an
 * escape in libc's resolver, so libc refuses a Unicode host with a backslash, too. "*"
 * would mean that there is no host. A host that had only ignored characters is empty. */
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

static bool is_right_to_left(uint32_t c)
{
	int category = uc_bidi_category(c);

	return category == UC_BIDI_R || category == UC_BIDI_AL || category == UC_BIDI_AN;
}

/* The six rules of RFC 5893 2. */
static bool obeys_bidi_rule(const uint32_t *label, size_t length)
{
	int first = uc_bidi_category(*label);
	bool rtl = first == UC_BIDI_R || first == UC_BIDI_AL;
	bool european = false, arabic = false; /* digits */
	bool ends = false;                     /* whether the label may end here */

	if (!rtl && first != UC_BIDI_L)
		return false;
	for (size_t i = 0; i < length; i++) {
		int category = uc_bidi_category(label[i]);

		switch (category) {
		case UC_BIDI_NSM: /* a mark, which may follow the last character */
			break;
		case UC_BIDI_ES:
		case UC_BIDI_CS:
		case UC_BIDI_ET:
		case UC_BIDI_ON:
		case UC_BIDI_BN:
			ends = false;
			break;
		case UC_BIDI_EN:
			european = ends = true;
			break;
		case UC_BIDI_L:
			if (rtl)
				return false;
			ends = true;
			break;
		case UC_BIDI_R:
		case UC_BIDI_AL:
		case UC_BIDI_AN:
			if (!rtl)
				return false;
			arabic |= category == UC_BIDI_AN;
			ends = true;
			break;
		default:
			return false;
		}
	}
	return ends && !(rtl && european && arabic);
}

/* Returns the end of a label and whether any of it is not ASCII. */
static const uint32_t *end_of_label(const uint32_t *label, bool *unicode)
{
	*unicode = false;
	for (; *label != 0 && *label != '.'; label++)
		*unicode |= *label >= 0x80;
	return label;
}

/* Returns whether the Unicode form of a label has the prefix. UTS #46 4.1 does not allow
 * that. */
static bool begins_as_a_label(const uint32_t *label)
{
	static const char prefix[] = ACE_PREFIX;

	for (size_t i = 0; prefix[i] != '\0'; i++)
		if (label[i] != (unsigned char)prefix[i])
			return false;
	return true;
}

/* Check a decoded host by the rules that label.h leaves to its caller. If any character
 * goes from right to left, each label that is not ASCII must obey RFC 5893. An ASCII label
 * passes as it passes alone: the RFC would refuse "1" and "_dmarc" beside Hebrew, but
 * libidn2 never did. */
static int check_host(const uint32_t *host)
{
	bool bidi = false, unicode;

	for (const uint32_t *p = host; *p != 0 && !bidi; p++)
		bidi = is_right_to_left(*p);
	for (;; host++) {
		const uint32_t *end = end_of_label(host, &unicode);

		if (begins_as_a_label(host))
			return IDN2_PUNYCODE_BAD_INPUT;
		if (bidi && unicode && !obeys_bidi_rule(host, (size_t)(end - host)))
			return IDN2_BIDI;
		host = end;
		if (*host == 0)
			return IDN2_OK;
	}
}

/* Returns the number of bytes before the first dot of text (UTS #46 2.3), or before its
 * end. *dot becomes the size of that dot, or 0. */
static size_t label_length(const char *text, size_t *dot)
{
	static const char *const dots[] = {
		".",
		"\xE3\x80\x82", /* U+3002 */
		"\xEF\xBC\x8E", /* U+FF0E */
		"\xEF\xBD\xA1", /* U+FF61 */
	};
	const char *p = text;

	for (; *p != '\0'; p++) {
		for (size_t i = 0; i < sizeof dots / sizeof *dots; i++) {
			*dot = strlen(dots[i]);
			if (strncmp(p, dots[i], *dot) == 0)
				return (size_t)(p - text);
		}
	}
	*dot = 0;
	return (size_t)(p - text);
}

/* Write the ASCII forms of the labels of host, with dots between, to name. */
static int join_labels(const char *host, char name[static HOST_MAX + 1])
{
	size_t length = 0, dot;

	do {
		char label[LABEL_MAX + 1];
		size_t span = label_length(host, &dot), size;
		int rc = label_to_ascii(host, span, label);

		if (rc != IDN2_OK)
			return rc;
		size = strlen(label);
		if (length + size + (dot > 0) > HOST_MAX)
			return IDN2_TOO_BIG_DOMAIN;
		memcpy(name + length, label, size);
		length += size;
		if (dot > 0)
			name[length++] = '.';
		host += span + dot;
	} while (dot > 0);
	name[length] = '\0';
	return IDN2_OK;
}

/* The next three return libidn2's own codes. */

static int to_ascii(const char *host, char ascii[static HOST_MAX + 1])
{
	char name[HOST_MAX + 1];
	uint32_t *unicode = NULL;
	int rc = join_labels(host, name);

	if (rc == IDN2_OK)
		rc = check_usable(name);
	if (rc == IDN2_OK)
		rc = labels_to_unicode(name, &unicode);
	if (rc == IDN2_OK)
		rc = check_host(unicode);
	if (rc == IDN2_OK)
		strcpy(ascii, name);
	idn2_free(unicode);
	return rc;
}

static int to_unicode(const char *name, char **unicode)
{
	return idn2_to_unicode_8z8z(name, unicode, 0);
}

/* libidn2 also decodes names that no host is encoded to, even to controls, bidi overrides
 * and dots. So take a decoded form only if it leads back to its name. */
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
