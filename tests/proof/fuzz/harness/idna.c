/* SPDX-License-Identifier: MIT
 *
 * Normalization against libidn2 called plainly, against its own labels one by one, and
 * what must hold of any answer.
 * The input is a number, from which the sizes of buffers are made, and the host.
 */
#include "calls/codec.c"
#include "calls/getaddrinfo.c"

#include "host/classify.h"
#include "host/idna.h"
#include "host/normalize.h"
#include "fuzz.h"

#include <idn2.h>
#include <unictype.h>

static bool is_ascii(const char *text)
{
	while (*text != '\0')
		if ((unsigned char)*text++ >= 0x80)
			return false;
	return true;
}

static char *look_up(const char *host, int form, int *rc)
{
	char *name = NULL;

	*rc = idn2_lookup_u8((const uint8_t *)host, (uint8_t **)&name, form | IDN2_NFC_INPUT);
	return name;
}

/* At most 253 octets and a last dot; no name that libc would take for something
 * else (resolver's escapes, its "*", nothing). */
static bool is_usable(const char *name)
{
	size_t length = strlen(name);

	return length <= 254 && (length < 254 || name[253] == '.')
		&& strcmp(name, "") != 0 && strcmp(name, ".") != 0 && strcmp(name, "*") != 0
		&& strchr(name, '\\') == NULL;
}

static bool has_any(const char *host, const char *const *texts)
{
	for (; *texts != NULL; texts++)
		if (strstr(host, *texts) != NULL)
			return true;
	return false;
}

/* libidn2 called plainly: the same name where both take a host. Only the directions over
 * the host, and A-labels of what is mapped to something else, are refused beyond it; only
 * symbols and hyphens are taken. GOT is the name, or NULL for WHY not. */
static void check_beside_libidn2(const char *host, const char *got, const char *why)
{
	/* Old releases map the capital sharp s otherwise. The control is label.c's own. */
	static const char *const apart[] = { "\u1E9E", "\1", NULL };
	static const char *const deviations[] = { "\u00DF", "\u03C2", "\u200C", "\u200D", NULL };
	int rc, symbols_rc;
	char *strict = look_up(host, IDN2_NONTRANSITIONAL, &rc);
	char *symbols = look_up(host, IDN2_TRANSITIONAL, &symbols_rc);

	if (has_any(host, apart))
		got = why = NULL;
	if (got != NULL && rc == IDN2_OK && strcmp(got, strict) != 0)
		find("normalized to \"%s\", libidn2: \"%s\"", got, strict);
	if (got != NULL && rc != IDN2_OK && rc != IDN2_DISALLOWED && rc != IDN2_UNASSIGNED
	    && rc != IDN2_2HYPHEN && rc != IDN2_HYPHEN_STARTEND)
		find("normalized to \"%s\", libidn2 refuses: %s", got, idn2_strerror_name(rc));
	if (got != NULL && symbols_rc == IDN2_OK && !has_any(host, deviations)
	    && strcmp(got, symbols) != 0)
		find("normalized to \"%s\", libidn2, transitional: \"%s\"", got, symbols);
	if (why != NULL && rc == IDN2_OK && is_usable(strict) && strcmp(why, "IDN2_BIDI") != 0
	    && (strcmp(why, "IDN2_ALABEL_ROUNDTRIP_FAILED") != 0 || strstr(strict, "xn--") == NULL))
		find("refused (%s), libidn2: \"%s\"", why, strict);
	idn2_free(strict);
	idn2_free(symbols);
}

/* No label goes both ways, whatever symbols it has (a part of RFC 5893 2). */
static void check_directions(const char *name)
{
	bool left = false, right = false;
	uint32_t *wide = NULL;

	if (idn2_to_unicode_8z4z(name, &wide, 0) != IDN2_OK)
		find("normalized to \"%s\", which libidn2 cannot decode", name);
	for (const uint32_t *p = wide; *p != 0; p++) {
		int category = uc_bidi_category(*p);

		left = *p != '.' && (left || category == UC_BIDI_L);
		right = *p != '.' && (right || category == UC_BIDI_R || category == UC_BIDI_AL);
		if (left && right)
			find("normalized to \"%s\", a label goes both ways", name);
	}
	idn2_free(wide);
}

/* Cut the first label off *HOST. Returns it, ended by a NUL; *HOST is NULL behind the last. */
static char *take_label(char **host)
{
	static const char *const dots[] = { ".", "\u3002", "\uFF0E", "\uFF61" };
	char *label = *host;

	for (char *p = label; *p != '\0'; p++) {
		for (int i = 0; i < 4; i++) {
			if (strncmp(p, dots[i], strlen(dots[i])) == 0) {
				*host = p + strlen(dots[i]);
				*p = '\0';
				return label;
			}
		}
	}
	*host = NULL;
	return label;
}

/* A host is what its labels are one by one, but for directions and its length. Each is
 * asked for with an "x" behind, beside which it may be "*", or come to nothing. */
static void check_labels(const char *host, const char *got, const char *why)
{
	char *copy = strdup(host), *rest = copy, *beside;
	char label[1024], joined[1024] = "";

	while (rest != NULL && strlen(joined) <= HOST_MAX) {
		const char *alone = take_label(&rest), *why_not;

		if (asprintf(&beside, "%s.x", alone) < 0)
			find("out of memory");
		why_not = idna_convert(beside, false, label, sizeof label);
		free(beside);
		if (why_not != NULL && got != NULL)
			find("normalized to \"%s\", a label alone is refused: %s", got, alone);
		if (why_not != NULL)
			goto out;
		label[strlen(label) - strlen(rest != NULL ? "x" : ".x")] = '\0';
		strcat(joined, label);
	}
	if (got != NULL && strcmp(got, joined) != 0)
		find("normalized to \"%s\", its labels to \"%s\"", got, joined);
	if (got == NULL && is_usable(joined) && strcmp(why, "IDN2_BIDI") != 0)
		find("refused (%s), its labels make \"%s\"", why, joined);
out:
	free(copy);
}

static void check_to_ascii(const char *host)
{
	char got[HOST_MAX + 1], again[HOST_MAX + 1], before[HOST_MAX + 1], why_not[1024];
	const char *why = idna_convert(host, false, why_not, sizeof why_not);
	int code;

	memset(got, 0xA5, sizeof got);
	memcpy(before, got, sizeof got);
	code = idna_to_ascii(host, got);
	if (code != (why == NULL ? 0 : EAI_IDN_ENCODE))
		find("code %d, the reason: %s", code, why == NULL ? "none" : why);
	if (code != 0 && memcmp(got, before, sizeof got) != 0)
		find("refused, and written to");
	check_beside_libidn2(host, code == 0 ? got : NULL, why);
	check_labels(host, code == 0 ? got : NULL, why);
	if (code == 0) {
		if (!is_usable(got))
			find("normalized to what no name is: \"%s\"", got);
		if (!is_ascii(got))
			find("normalized to what is not ASCII");
		check_directions(got);
		code = idna_to_ascii(got, again);
		if (code != 0 || strcmp(got, again) != 0)
			find("\"%s\" again: code %d, \"%s\"", got, code, code == 0 ? again : "");
	}
}

/* The stage of the pipeline: ASCII, and multicast DNS, stay as they are. */
static void check_stage(const char *host)
{
	struct question q = { .host = host, .libc_flags = AI_IDN | AI_CANONIDN | AI_PASSIVE };
	enum host_kind kind = classify_host(host);
	char ascii[HOST_MAX + 1];
	bool encoded = kind == HOST_UNICODE && idna_to_ascii(host, ascii) == 0;

	config.idn = idn_on;
	if (normalize(&q) != NOT_MINE)
		find("the stage refuses it");
	if (q.host != (encoded ? q.ascii : host))
		find("the host was exchanged");
	if (q.written != (kind == HOST_UNICODE || kind == HOST_ILL_FORMED ? host : NULL))
		find("the host as it is written was exchanged");
	if (q.libc_flags != AI_PASSIVE)
		find("libc sees the flags %#x", (unsigned)q.libc_flags);
}

/* To Unicode and back, into a buffer of exactly that size. */
static void check_convert(const char *host, bool decode, size_t size)
{
	char *out = malloc(size), *before = malloc(size), *unicode = NULL;
	char ascii[HOST_MAX + 1];
	const char *reason;

	if (out == NULL || before == NULL)
		find("out of memory");
	memset(out, 0xA5, size);
	memcpy(before, out, size);
	reason = gaishim_idna(host, decode, out, size);
	if (reason != NULL) {
		if (memcmp(out, before, size) != 0)
			find("refused (%s), and written to", reason);
		if (strncmp(reason, "IDN2_", 5) != 0)
			find("the reason is %s", reason);
	} else if (strnlen(out, size) == size) {
		find("there is no end");
	} else if (classify_host(host) == HOST_ILL_FORMED || classify_host(out) == HOST_ILL_FORMED) {
		find("ill-formed, and converted");
	} else if (decode) {
		if (idna_to_ascii(out, ascii) != 0 || strcmp(ascii, host) != 0)
			find("decoded to \"%s\", which does not lead back", out);
		if (idna_to_unicode(host, &unicode) != 0 || strcmp(unicode, out) != 0)
			find("decoded to \"%s\", and to something else", out);
	} else if (idna_to_ascii(host, ascii) != 0 || strcmp(ascii, out) != 0) {
		find("converted to \"%s\", and to something else", out);
	}
	free(unicode);
	free(before);
	free(out);
}

/* A canonical name is as it came from somewhere: any bytes. */
static void check_to_unicode(const char *name)
{
	static char untouched[] = "";
	char *unicode = untouched;
	int code = idna_to_unicode(name, &unicode);

	if (code != 0 && code != EAI_IDN_ENCODE)
		find("to Unicode: code %d", code);
	if ((code == 0) == (unicode == untouched))
		find("to Unicode: code %d, and %s", code, code == 0 ? "nothing" : "something");
	if (code == 0)
		free(unicode);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = { data, size };
	void *block;
	size_t room = take_number(&in);
	char *host = take_text(&in, 0, &block);
	char ascii[HOST_MAX + 1];

	subject = host;
	if (classify_host(host) != HOST_ILL_FORMED)
		check_to_ascii(host);
	check_stage(host);
	for (int decode = 0; decode < 2; decode++) {
		check_convert(host, decode, room);
		check_convert(host, decode, 1024);
	}
	/* What was encoded can be decoded. */
	if (classify_host(host) != HOST_ILL_FORMED && idna_to_ascii(host, ascii) == 0)
		check_convert(ascii, true, 1024);
	check_to_unicode(host);
	free(block);
	return 0;
}
