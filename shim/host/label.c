/* SPDX-License-Identifier: MIT */
#include "host/label.h"

#include "host/classify.h"
#include "host/hyphens.h"
#include "host/punycode.h"

#include <idn2.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unictype.h>

#define COUNT(table) (sizeof(table) / sizeof *(table))

/* The categories of characters that cannot be letters of a label. */
#define SYMBOLS (UC_CATEGORY_MASK_S | UC_CATEGORY_MASK_P | UC_CATEGORY_MASK_No)

/* A label in UTF-32, with a NUL behind it. */
struct utf32_label {
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

static int append(struct utf32_label *mapped, uint32_t c)
{
	if (mapped->length == LABEL_MAX)
		return IDN2_TOO_BIG_LABEL;
	mapped->c[mapped->length++] = c;
	mapped->c[mapped->length] = 0;
	return IDN2_OK;
}

int labels_to_unicode(const char *name, uint32_t **unicode)
{
	int rc = idn2_to_unicode_8z4z(name, unicode, 0);

	/* libidn2's own code for this when it compares */
	return rc == IDN2_PUNYCODE_BAD_INPUT ? IDN2_ALABEL_ROUNDTRIP_FAILED : rc;
}

/* Append the mapped form of a piece of a label, without its first skip characters. */
static int append_mapped(struct utf32_label *mapped, const char *piece, size_t skip)
{
	char *name = NULL;
	uint32_t *decoded = NULL;
	int rc = hyphens_look_up(piece, &name, IDN2_TRANSITIONAL);

	if (rc == IDN2_OK && begins(name, ACE_PREFIX)) {
		hyphens_restore(name);
		rc = labels_to_unicode(name, &decoded);
		for (size_t i = skip; rc == IDN2_OK && decoded[i] != 0; i++)
			rc = append(mapped, decoded[i]);
	} else if (rc == IDN2_OK) { /* mapped to ASCII: with its hyphens it may look encoded */
		hyphens_restore(name);
		for (size_t i = skip; rc == IDN2_OK && name[i] != '\0'; i++)
			rc = append(mapped, (unsigned char)name[i]);
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

/* Map a label with hidden hyphens as UTS #46 does, non-transitional, including symbols. In
 * *mapped the hyphens are back. libidn2 lets symbols through only in the transitional form,
 * which maps the deviation characters away: so libidn2 gets the pieces between these
 * characters. Each piece but the first has a digit in front, so that a combining mark there
 * does not seem to begin a label. The label is overwritten. */
static int map_label(char *label, struct utf32_label *mapped)
{
	char *piece = label;
	size_t size;

	mapped->length = 0;
	do {
		uint32_t c;
		char *end = find_deviation(label, &c, &size);
		int rc;

		*end = '\0';
		rc = append_mapped(mapped, piece, (size_t)(label - piece));
		if (rc == IDN2_OK && size > 0)
			rc = append(mapped, c);
		if (rc != IDN2_OK)
			return rc;
		label = end + size;
		piece = label - 1;
		*piece = '0';
	} while (size > 0);
	return IDN2_OK;
}

/* Find out whether a character that UTS #46 allows is a symbol: IDNA 2008 disallows it, or
 * it is no letter and libidn2's tables for IDNA 2008 are too old to know it. Returns
 * IDN2_OK or IDN2_MALLOC. */
static int find_symbol(uint32_t c, bool *symbol)
{
	const uint32_t label[] = { '0', c, 0 }; /* a combining mark cannot be alone */
	int rc = hyphens_check(label);

	if (rc == IDN2_UNASSIGNED)
		*symbol = uc_is_general_category_withtable(c, SYMBOLS);
	else
		*symbol = rc == IDN2_DISALLOWED;
	return rc == IDN2_MALLOC ? rc : IDN2_OK;
}

/* Check a mapped label by the rules on all characters but symbols. Directions are checked
 * in the whole host, with its symbols (idna.c). The label is overwritten. */
static int check_without_symbols(struct utf32_label *mapped)
{
	int rc;

	for (size_t i = 0; i < mapped->length; i++) {
		bool hide = mapped->c[i] == '-';

		if (mapped->c[i] >= 0x80) {
			rc = find_symbol(mapped->c[i], &hide);
			if (rc != IDN2_OK)
				return rc;
		}
		if (hide)
			mapped->c[i] = (unsigned char)*HIDDEN_HYPHEN;
	}
	rc = hyphens_check(mapped->c);
	return rc == IDN2_BIDI ? IDN2_OK : rc;
}

/* Encode a label with hidden hyphens that may have symbols. IDNA 2008 allows no symbols, but
 * people and browsers use them. */
static int encode_symbols(char *label, char ascii[static LABEL_MAX + 1])
{
	struct utf32_label mapped;
	size_t prefix = strlen(ACE_PREFIX);
	int rc = map_label(label, &mapped);

	if (rc != IDN2_OK)
		return rc;
	strcpy(ascii, ACE_PREFIX);
	if (!punycode_encode(mapped.c, mapped.length, ascii + prefix, LABEL_MAX + 1 - prefix))
		return IDN2_PUNYCODE_BIG_OUTPUT;
	return check_without_symbols(&mapped);
}

/* Write the ASCII form of a label that is not ASCII. *encoded says whether that is an
 * A-label made here; else the label was mapped to plain ASCII. */
static int encode(const char *label, size_t length, char ascii[static LABEL_MAX + 1], bool *encoded)
{
	char *name = NULL;
	char *hidden;
	int rc;

	*encoded = true;
	if (memchr(label, *HIDDEN_HYPHEN, length) != NULL)
		return IDN2_ALABEL_ROUNDTRIP_FAILED; /* libidn2's code for any control here */
	hidden = hyphens_hide(label, length);
	if (hidden == NULL)
		return IDN2_MALLOC;
	rc = hyphens_look_up(hidden, &name, IDN2_NONTRANSITIONAL);
	if (rc == IDN2_DISALLOWED || rc == IDN2_UNASSIGNED) {
		rc = encode_symbols(hidden, ascii);
	} else if (rc == IDN2_OK && strlen(name) > LABEL_MAX) {
		rc = IDN2_TOO_BIG_LABEL;
	} else if (rc == IDN2_OK) {
		*encoded = begins(name, ACE_PREFIX);
		strcpy(ascii, name);
		hyphens_restore(ascii);
	}
	idn2_free(name);
	free(hidden);
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
