/* SPDX-License-Identifier: MIT
 *
 * classify_host() against libc's decoder. The input is the host.
 */
#include "host/classify.h"
#include "fuzz.h"

#include <fnmatch.h>
#include <locale.h>
#include <stdbool.h>
#include <wchar.h>

static locale_t utf8;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	utf8 = newlocale(LC_ALL_MASK, "C.UTF-8", NULL);
	if (utf8 == NULL) {
		puts("Bail out! there is no locale C.UTF-8");
		exit(2);
	}
	return 0;
}

/* libc takes a few sequences that RFC 3629 does not. */
static bool is_well_formed(const char *host)
{
	locale_t before = uselocale(utf8);
	size_t left = strlen(host);
	mbstate_t state = { 0 };
	bool good = true;

	while (good && left > 0) {
		wchar_t wide;
		size_t length = mbrtowc(&wide, host, left, &state);

		good = length <= left && wide <= 0x10FFFF && !(wide >= 0xD800 && wide <= 0xDFFF);
		if (good) {
			host += length;
			left -= length;
		}
	}
	uselocale(before);
	return good;
}

static enum host_kind expect(const char *host)
{
	bool ascii = true;

	for (const char *p = host; *p != '\0'; p++)
		ascii = ascii && ((unsigned char)*p & 0x80) == 0;
	if (ascii)
		return HOST_ASCII;
	if (!is_well_formed(host))
		return HOST_ILL_FORMED;
	if (fnmatch("?*.local", host, FNM_CASEFOLD) == 0 || fnmatch("?*.local.", host, FNM_CASEFOLD) == 0)
		return HOST_LOCAL;
	return HOST_UNICODE;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in;
	void *block;

	for (size_t skip = 0; skip < 2; skip++) {
		in = (struct input){ data, size };
		char *host = take_text(&in, skip * (1 + size % 7), &block);
		subject = host;
		enum host_kind want = expect(host), got = classify_host(host);

		if (got != want)
			find("classify_host says %d, wanted %d", (int)got, (int)want);
		free(block);
	}
	return 0;
}
