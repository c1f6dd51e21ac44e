/* SPDX-License-Identifier: MIT */
#include "host/classify.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

/* Returns the length of the well-formed UTF-8 sequence at p (RFC 3629 4), or 0 if there is
 * none. A NUL ends every sequence, so nothing behind the string is read. */
static size_t sequence_length(const unsigned char *p)
{
	unsigned char low = 0x80, high = 0xBF; /* bounds of the second byte */
	size_t length;

	if (p[0] < 0x80)
		return 1;
	if (p[0] < 0xC2 || p[0] > 0xF4)
		return 0;
	if (p[0] < 0xE0) {
		length = 2;
	} else if (p[0] < 0xF0) {
		length = 3;
		if (p[0] == 0xE0)
			low = 0xA0; /* overlong */
		else if (p[0] == 0xED)
			high = 0x9F; /* surrogates */
	} else {
		length = 4;
		if (p[0] == 0xF0)
			low = 0x90; /* overlong */
		else if (p[0] == 0xF4)
			high = 0x8F; /* beyond U+10FFFF */
	}
	if (p[1] < low || p[1] > high)
		return 0;
	for (size_t i = 2; i < length; i++)
		if ((p[i] & 0xC0) != 0x80)
			return 0;
	return length;
}

static bool ends_in_local(const char *host)
{
	static const char local[] = ".local";
	size_t length = strlen(host);
	size_t suffix = sizeof local - 1;

	if (length > 0 && host[length - 1] == '.')
		length--;
	return length > suffix && strncasecmp(host + length - suffix, local, suffix) == 0;
}

/* Returns the first byte that is not ASCII, or the NUL. It looks at eight bytes at once, as
 * nearly every host is ASCII to its end. */
static const unsigned char *skip_ascii(const char *host)
{
	const unsigned char *p = (const unsigned char *)host;
	size_t left = strlen(host);
	uint64_t eight;

	for (; left >= sizeof eight; left -= sizeof eight, p += sizeof eight) {
		memcpy(&eight, p, sizeof eight);
		if (eight & UINT64_C(0x8080808080808080))
			break;
	}
	while (*p != '\0' && *p < 0x80)
		p++;
	return p;
}

enum host_kind classify_host(const char *host)
{
	const unsigned char *p = skip_ascii(host);

	if (*p == '\0')
		return HOST_ASCII;
	while (*p != '\0') {
		size_t length = sequence_length(p);
		if (length == 0)
			return HOST_ILL_FORMED;
		p += length;
	}
	return ends_in_local(host) ? HOST_LOCAL : HOST_UNICODE;
}
