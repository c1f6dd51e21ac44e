/* SPDX-License-Identifier: MIT
 *
 * Normalization against libidn2 called plainly, and what must hold of any answer.
 * The input is a number, from which the sizes of buffers are made, and the host.
 */
#include "entry.c"

#include "fuzz.h"

#include <idn2.h>

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

/* May every label of NAME stand in a name, but for its symbols? */
static bool labels_are_sound(const char *name)
{
	char *copy = strdup(name), *label, *rest = copy;
	bool sound = copy != NULL;

	while (sound && (label = strsep(&rest, ".")) != NULL) {
		int rc;

		idn2_free(look_up(label, IDN2_NONTRANSITIONAL, &rc));
		sound = rc == IDN2_OK || rc == IDN2_DISALLOWED;
	}
	free(copy);
	return sound;
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

/* The oracle: libidn2's answer, to be freed, or NULL for a refusal. */
static char *expect(const char *host)
{
	static const char *const deviations[] = { "\u00DF", "\u03C2", "\u200C", "\u200D" };
	int rc;
	char *name = look_up(host, IDN2_NONTRANSITIONAL, &rc);

	for (int i = 0; rc == IDN2_DISALLOWED && i < 4; i++)
		if (strstr(host, deviations[i]) != NULL)
			return NULL;
	if (rc == IDN2_DISALLOWED) { /* the snowman's rule */
		name = look_up(host, IDN2_TRANSITIONAL, &rc);
		if (rc == IDN2_OK && !labels_are_sound(name)) {
			idn2_free(name);
			return NULL;
		}
	}
	if (rc != IDN2_OK)
		return NULL;
	if (!is_usable(name)) {
		idn2_free(name);
		name = NULL;
	}
	return name;
}

static void check_to_ascii(const char *host)
{
	char got[HOST_MAX + 1], again[HOST_MAX + 1], before[HOST_MAX + 1];
	char *want = expect(host);
	int code;

	memset(got, 0xA5, sizeof got);
	memcpy(before, got, sizeof got);
	code = idna_to_ascii(host, got);
	if (code != (want != NULL ? 0 : EAI_IDN_ENCODE))
		find("code %d, libidn2: %s", code, want != NULL ? want : "refused");
	if (code != 0 && memcmp(got, before, sizeof got) != 0)
		find("refused, and written to");
	if (code == 0) {
		if (strcmp(got, want) != 0)
			find("normalized to \"%s\", libidn2: \"%s\"", got, want);
		if (!is_ascii(got))
			find("normalized to what is not ASCII");
		code = idna_to_ascii(got, again);
		if (code != 0 || strcmp(got, again) != 0)
			find("\"%s\" again: code %d, \"%s\"", got, code, code == 0 ? again : "");
	}
	idn2_free(want);
}

/* The stage of the pipeline: ASCII, and multicast DNS, stay as they are. */
static void check_stage(const char *host)
{
	struct question q = { .host = host, .libc_flags = AI_IDN | AI_CANONIDN | AI_PASSIVE };
	enum host_kind kind = classify_host(host);
	char ascii[HOST_MAX + 1];
	bool encoded = kind == HOST_UNICODE && idna_to_ascii(host, ascii) == 0;

	config.idn = true;
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
