/* SPDX-License-Identifier: MIT
 *
 * Unicode's own vectors for UTS #46, IdnaTestV2.txt, against the object and against
 * libidn2 called plainly. The file is Unicode's and not in this repository: the variable
 * IDNA_VECTORS names it, or the Debian package librust-idna-dev has brought one.
 */
#include "host/classify.h"
#include "host/idna.h"
#include "unit.h"

#include <glob.h>
#include <idn2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unictype.h>

#define PACKAGED "/usr/share/cargo/registry/idna-*/tests/IdnaTestV2.txt"

/* Errors that browsers overlook: hyphens (CheckHyphens), STD 3 (UseSTD3ASCIIRules), and
 * empty or long labels (VerifyDnsLength), which the object judges by itself. */
static const char *const overlooked[] = { "V2", "V3", "U1", "A4_1", "A4_2", "X4_2" };

static FILE *file;

/* Write the code point to p as UTF-8. Returns the byte behind. */
static char *put_utf8(char *p, unsigned c)
{
	if (c < 0x80) {
		*p++ = (char)c;
	} else if (c < 0x800) {
		*p++ = (char)(0xC0 | c >> 6);
		*p++ = (char)(0x80 | (c & 0x3F));
	} else if (c < 0x10000) {
		*p++ = (char)(0xE0 | c >> 12);
		*p++ = (char)(0x80 | (c >> 6 & 0x3F));
		*p++ = (char)(0x80 | (c & 0x3F));
	} else {
		*p++ = (char)(0xF0 | c >> 18);
		*p++ = (char)(0x80 | (c >> 12 & 0x3F));
		*p++ = (char)(0x80 | (c >> 6 & 0x3F));
		*p++ = (char)(0x80 | (c & 0x3F));
	}
	return p;
}

/* Take the next column off *rest, in place, without blanks and escapes. */
static char *take_column(char **rest)
{
	char *column = strsep(rest, ";"), *from, *to;
	int length;
	unsigned c;

	ck_assert_ptr_nonnull(column);
	column += strspn(column, " ");
	for (from = to = column; *from != '\0';) {
		if (sscanf(from, "\\u%4x%n", &c, &length) == 1
		    || sscanf(from, "\\x{%x}%n", &c, &length) == 1) {
			to = put_utf8(to, c);
			from += length;
		} else {
			*to++ = *from++;
		}
	}
	while (to > column && to[-1] == ' ')
		to--;
	*to = '\0';
	return column;
}

/* Is there an error in a column of them, but for those that are overlooked? */
static bool has_errors(char *status)
{
	bool found = false;
	char *code;

	while ((code = strsep(&status, "[], ")) != NULL) {
		bool known = *code == '\0';

		for (size_t i = 0; i < sizeof overlooked / sizeof *overlooked; i++)
			known = known || strcmp(code, overlooked[i]) == 0;
		found = found || !known;
	}
	return found;
}

/* Is a character of host younger than libunistring, which has its direction? */
static bool is_young(const char *host)
{
	uint32_t *wide = NULL;
	bool young = false;

	if (idn2_to_unicode_8z4z(host, &wide, 0) == IDN2_OK)
		for (const uint32_t *p = wide; *p != 0 && !young; p++)
			young = uc_is_general_category_withtable(*p, UC_CATEGORY_MASK_Cn);
	idn2_free(wide);
	return young;
}

static int look_up(const char *host, int form)
{
	return idn2_lookup_u8((const uint8_t *)host, NULL, form | IDN2_NFC_INPUT);
}

static bool is_about_hyphens(int rc)
{
	return rc == IDN2_2HYPHEN || rc == IDN2_HYPHEN_STARTEND;
}

static bool is_about_symbols(int rc)
{
	return rc == IDN2_DISALLOWED || rc == IDN2_UNASSIGNED;
}

static bool is_about_length(const char *why)
{
	return strstr(why, "BIG") != NULL;
}

/* The object took host for ascii. */
static void check_taken(const char *host, const char *ascii, const char *name, bool wrong)
{
	int plain = look_up(host, IDN2_NONTRANSITIONAL);

	ck_assert_msg(plain == IDN2_OK || is_about_hyphens(plain) || is_about_symbols(plain),
		      "%s is \"%s\", libidn2: %s", host, ascii, idn2_strerror_name(plain));
	/* Unicode's error then is one of an ASCII label beside one from right to left. */
	ck_assert_msg(!wrong || plain == IDN2_OK || is_about_hyphens(plain) || is_young(host),
		      "%s is \"%s\", and was to be refused", host, ascii);
	ck_assert_msg(wrong || strcmp(ascii, name) == 0,
		      "%s is \"%s\", not \"%s\"", host, ascii, name);
}

/* The object refused host, which Unicode does not. */
static void check_refused(const char *host, const char *why, const char *name)
{
	bool old_tables = look_up(host, IDN2_TRANSITIONAL) == IDN2_DISALLOWED
		|| (look_up(host, IDN2_NONTRANSITIONAL) == IDN2_UNASSIGNED
		    && strcmp(why, "IDN2_UNASSIGNED") == 0);
	/* libidn2 takes no other ASCII in an A-label. */
	bool odd_ascii = name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-_.")] != '\0';
	bool nothing = name[strspn(name, ".")] == '\0';

	ck_assert_msg(is_about_length(why) || old_tables || odd_ascii || nothing,
		      "%s (\"%s\") is refused: %s", host, name, why);
}

/* Does the file tell the errors of STD 3 from others? It does since Unicode 15.1. */
static bool is_recent(void)
{
	char *line = NULL;
	size_t size = 0;
	int major = 0, minor = 0;

	while (major == 0 && getline(&line, &size, file) > 0)
		sscanf(line, "# Version: %d.%d", &major, &minor);
	rewind(file);
	free(line);
	return major > 15 || (major == 15 && minor > 0);
}

START_TEST(test_vectors)
{
	int all = 0, taken = 0, errors = 0;
	char *line = NULL;
	size_t size = 0;

	while (getline(&line, &size, file) > 0) {
		char *rest = line, *source, *unicode, *unicode_status, *name, *status;
		char ascii[HOST_MAX + 1];
		const char *why;
		bool wrong;

		line[strcspn(line, "#\n")] = '\0';
		if (strchr(line, ';') == NULL)
			continue;
		/* An empty column is as the one before. */
		source = take_column(&rest);
		unicode = take_column(&rest);
		unicode_status = take_column(&rest);
		name = take_column(&rest);
		status = take_column(&rest);
		if (*name == '\0')
			name = *unicode != '\0' ? unicode : source;
		if (classify_host(source) != HOST_UNICODE && classify_host(source) != HOST_LOCAL)
			continue;
		wrong = has_errors(*status != '\0' ? status : unicode_status);
		why = idna_convert(source, false, ascii, sizeof ascii);
		if (why == NULL)
			check_taken(source, ascii, name, wrong);
		else if (!wrong)
			check_refused(source, why, name);
		all++;
		taken += why == NULL;
		errors += wrong;
	}
	free(line);
	printf("# %d hosts that are not ASCII, %d taken, %d in error\n", all, taken, errors);
	ck_assert_int_gt(all, 1000);
	ck_assert_int_gt(taken, 100);
}
END_TEST

TCase *make_tests(void)
{
	TCase *tcase;
	const char *path = getenv("IDNA_VECTORS");
	glob_t found = { 0 };

	if (path == NULL && glob(PACKAGED, 0, NULL, &found) == 0)
		path = found.gl_pathv[0];
	file = path != NULL ? fopen(path, "r") : NULL;
	if (file == NULL)
		return skip_all("no IdnaTestV2.txt: IDNA_VECTORS names none, no librust-idna-dev");
	if (!is_recent())
		return skip_all("%s is older than Unicode 15.1", path);
	globfree(&found);
	tcase = tcase_create("vectors");
	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, test_vectors);
	return tcase;
}
