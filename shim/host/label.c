/* SPDX-License-Identifier: MIT */
#include "host/label.h"

#include "host/classify.h"
#include "host/punycode.h"

#include <idn2.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unictype.h>

#define COUNT(table) (sizeof(table) / sizeof *(table))

/* libidn2 refuses a hyphen at either end of a label, and two hyphens in places 3 and 4;
 * browsers and resolvers do not. So this control stands in for each hyphen while
 * libidn2 looks at a label: no other rule tells the two apart, and Punycode copies
 * either as it is. */
#define STAND_IN "\1"

/* libidn2 would decode its result to compare it, but cannot decode a stand-in. The labels
 * are decoded once the hyphens are back (idna.c). */
#define LOOKUP (IDN2_NFC_INPUT | IDN2_NO_ALABEL_ROUNDTRIP)

/* The categories of characters that cannot be letters of a label. */
#define SYMBOLS (UC_CATEGORY_MASK_S | UC_CATEGORY_MASK_P | UC_CATEGORY_MASK_No)

/* A label in UTF-32, with a NUL behind it. */
struct wide {
	size_t length;
	uint32_t c[LABEL_MAX + 1];
};

static bool begins(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

static bool is_ascii(const char *label, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if ((unsigned char)label[i] >= 0x80)
			return false;
	return true;
}

/* Copy a label as libidn2 shall see it. Returns the copy, which the caller frees, or NULL
 * if out of memory. */
static char *prepare(const char *label, size_t length)
{
	static const struct {
		const char *is, *seen; /* seen is not longer */
	} replaced[] = {
		{ "-", STAND_IN },
		{ "\xEF\xB9\xA3", STAND_IN },   /* U+FE63 SMALL HYPHEN-MINUS, mapped to a hyphen */
		{ "\xEF\xBC\x8D", STAND_IN },   /* U+FF0D FULLWIDTH HYPHEN-MINUS, as well */
		{ "\xE1\xBA\x9E", "\xC3\x9F" }, /* U+1E9E capital sharp s, once "ss" */
	};
	const char *end = label + length;
	char *copy = malloc(length + 1);
	char *p = copy;

	if (copy == NULL)
		return NULL;
	while (label < end) {
		size_t i = 0;

		while (i < COUNT(replaced) && !begins(label, replaced[i].is))
			i++;
		if (i == COUNT(replaced)) {
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

static void restore_hyphens(char *name)
{
	while ((name = strchr(name, *STAND_IN)) != NULL)
		*name = '-';
}

static int append(struct wide *wide, uint32_t c)
{
	if (wide->length == LABEL_MAX)
		return IDN2_TOO_BIG_LABEL;
	wide->c[wide->length++] = c;
	wide->c[wide->length] = 0;
	return IDN2_OK;
}

/* Have libidn2 convert a prepared label, or a piece of one. form is one of
 * IDN2_NONTRANSITIONAL and IDN2_TRANSITIONAL. */
static int look_up(const char *label, char **name, int form)
{
	return idn2_lookup_u8((const uint8_t *)label, (uint8_t **)name, LOOKUP | form);
}

int labels_to_unicode(const char *name, uint32_t **unicode)
{
	int rc = idn2_to_unicode_8z4z(name, unicode, 0);

	/* libidn2's own code for this when it compares */
	return rc == IDN2_PUNYCODE_BAD_INPUT ? IDN2_ALABEL_ROUNDTRIP_FAILED : rc;
}

/* Append the mapped form of a piece of a label, without its first skip characters. */
static int append_mapped(struct wide *wide, const char *piece, size_t skip)
{
	char *name = NULL;
	uint32_t *decoded = NULL;
	int rc = look_up(piece, &name, IDN2_TRANSITIONAL);

	if (rc == IDN2_OK && begins(name, ACE_PREFIX)) {
		restore_hyphens(name);
		rc = labels_to_unicode(name, &decoded);
		for (size_t i = skip; rc == IDN2_OK && decoded[i] != 0; i++)
			rc = append(wide, decoded[i]);
	} else if (rc == IDN2_OK) { /* mapped to ASCII: with its hyphens it may look encoded */
		restore_hyphens(name);
		for (size_t i = skip; rc == IDN2_OK && name[i] != '\0'; i++)
			rc = append(wide, (unsigned char)name[i]);
	}
	idn2_free(decoded);
	idn2_free(name);
	return rc;
}

/* Find the first of the four characters that the transitional form maps away, UTS #46 7
 * (Table 1). Returns its place in text, or the end of text. *size becomes its size in
 * bytes, or 0. */
static char *find_deviation(char *text, uint32_t *c, size_t *size)
{
	static const struct {
		const char *utf8;
		uint32_t c;
	} deviations[] = {
		{ "\xC3\x9F", 0xDF },       /* sharp s */
		{ "\xCF\x82", 0x3C2 },      /* final sigma */
		{ "\xE2\x80\x8C", 0x200C }, /* ZERO WIDTH NON-JOINER */
		{ "\xE2\x80\x8D", 0x200D }, /* ZERO WIDTH JOINER */
	};

	for (; *text != '\0'; text++) {
		for (size_t i = 0; i < COUNT(deviations); i++) {
			if (begins(text, deviations[i].utf8)) {
				*c = deviations[i].c;
				*size = strlen(deviations[i].utf8);
				return text;
			}
		}
	}
	*size = 0;
	return text;
}

/* Map a prepared label as UTS #46 does, non-transitional, including symbols. In wide the
 * hyphens are back. libidn2 lets symbols through only in the transitional form, which maps
 * the deviation characters away: so libidn2 gets the pieces between these. Each piece but
 * the first has a digit in front, so that a combining mark there does not seem to begin a
 * label. The prepared label is overwritten. */
static int map(char *label, struct wide *wide)
{
	char *piece = label;
	size_t size;

	wide->length = 0;
	do {
		uint32_t c;
		char *end = find_deviation(label, &c, &size);
		int rc;

		*end = '\0';
		rc = append_mapped(wide, piece, (size_t)(label - piece));
		if (rc == IDN2_OK && size > 0)
			rc = append(wide, c);
		if (rc != IDN2_OK)
			return rc;
		label = end + size;
		piece = label - 1;
		*piece = '0';
	} while (size > 0);
	return IDN2_OK;
}

/* Check a label in UTF-32 by all rules of IDNA 2008. */
static int judge(const uint32_t *label)
{
	return idn2_to_ascii_4z(label, NULL, LOOKUP | IDN2_NONTRANSITIONAL);
}

/* Find out whether a character that UTS #46 allows is a symbol: IDNA 2008 disallows it, or
 * it is no letter and libidn2's tables for IDNA 2008 are too old to know it. Returns
 * IDN2_OK or IDN2_MALLOC. */
static int find_symbol(uint32_t c, bool *symbol)
{
	uint32_t label[] = { '0', c, 0 }; /* a combining mark cannot be alone */
	int rc = judge(label);

	if (rc == IDN2_UNASSIGNED)
		*symbol = uc_is_general_category_withtable(c, SYMBOLS);
	else
		*symbol = rc == IDN2_DISALLOWED;
	return rc == IDN2_MALLOC ? rc : IDN2_OK;
}

/* Check a mapped label by the rules on all characters but symbols. Directions are checked
 * in the whole host, with its symbols (idna.c). The label is overwritten. */
static int judge_without_symbols(struct wide *wide)
{
	int rc;

	for (size_t i = 0; i < wide->length; i++) {
		bool hide = wide->c[i] == '-';

		if (wide->c[i] >= 0x80) {
			rc = find_symbol(wide->c[i], &hide);
			if (rc != IDN2_OK)
				return rc;
		}
		if (hide)
			wide->c[i] = (unsigned char)*STAND_IN;
	}
	rc = judge(wide->c);
	return rc == IDN2_BIDI ? IDN2_OK : rc;
}

/* Encode a prepared label that may have symbols: IDNA 2008 has none, but people and
 * browsers do. */
static int encode_symbols(char *label, char ascii[static LABEL_MAX + 1])
{
	struct wide wide;
	size_t prefix = strlen(ACE_PREFIX);
	int rc = map(label, &wide);

	if (rc != IDN2_OK)
		return rc;
	strcpy(ascii, ACE_PREFIX);
	if (!punycode_encode(wide.c, wide.length, ascii + prefix, LABEL_MAX + 1 - prefix))
		return IDN2_PUNYCODE_BIG_OUTPUT;
	return judge_without_symbols(&wide);
}

/* Write the ASCII form of a label that is not ASCII. *encoded says whether that is an
 * A-label made here; else the label was mapped to plain ASCII. */
static int encode(const char *label, size_t length, char ascii[static LABEL_MAX + 1], bool *encoded)
{
	char *name = NULL;
	char *prepared;
	int rc;

	*encoded = true;
	if (memchr(label, *STAND_IN, length) != NULL)
		return IDN2_ALABEL_ROUNDTRIP_FAILED; /* libidn2's code for any control here */
	prepared = prepare(label, length);
	if (prepared == NULL)
		return IDN2_MALLOC;
	rc = look_up(prepared, &name, IDN2_NONTRANSITIONAL);
	if (rc == IDN2_DISALLOWED || rc == IDN2_UNASSIGNED) {
		rc = encode_symbols(prepared, ascii);
	} else if (rc == IDN2_OK && strlen(name) > LABEL_MAX) {
		rc = IDN2_TOO_BIG_LABEL;
	} else if (rc == IDN2_OK) {
		*encoded = begins(name, ACE_PREFIX);
		strcpy(ascii, name);
		restore_hyphens(ascii);
	}
	idn2_free(name);
	free(prepared);
	return rc;
}

/* Check that an A-label is the one that its Unicode form is encoded to, UTS #46 4. */
static int check_a_label(const char *name)
{
	char again[LABEL_MAX + 1];
	char *unicode = NULL;
	bool encoded; /* true for all that lead back */
	int rc = idn2_to_unicode_8z8z(name, &unicode, 0);

	if (rc != IDN2_OK)
		return rc;
	rc = encode(unicode, strlen(unicode), again, &encoded);
	idn2_free(unicode);
	if (rc != IDN2_OK)
		return rc;
	return strcmp(again, name) == 0 ? IDN2_OK : IDN2_ALABEL_ROUNDTRIP_FAILED;
}

int label_to_ascii(const char *label, size_t length, char ascii[static LABEL_MAX + 1])
{
	bool encoded = false;
	int rc = IDN2_OK;

	if (!is_ascii(label, length)) {
		rc = encode(label, length, ascii, &encoded);
	} else if (length > LABEL_MAX) {
		rc = IDN2_TOO_BIG_LABEL;
	} else {
		for (size_t i = 0; i < length; i++)
			ascii[i] = ascii_lower(label[i]);
		ascii[length] = '\0';
	}
	if (rc == IDN2_OK && !encoded && begins(ascii, ACE_PREFIX))
		rc = check_a_label(ascii);
	return rc;
}
