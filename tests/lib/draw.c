/* SPDX-License-Identifier: MIT */
#include "draw.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

uint64_t random_state;

/* splitmix64 */
uint64_t random64(void)
{
	uint64_t z = random_state += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

unsigned pick(size_t n)
{
	return random64() % n;
}

bool one_in(unsigned n)
{
	return pick(n) == 0;
}

void mutate(char *text, size_t size, const char *alphabet)
{
	for (int edits = 1 + pick(3); edits; edits--) {
		size_t length = strlen(text), at = pick(length + 1);
		char c = alphabet[pick(strlen(alphabet))];

		switch (pick(3)) {
		case 0:
			if (length + 2 <= size) {
				memmove(text + at + 1, text + at, length - at + 1);
				text[at] = c;
			}
			break;
		case 1:
			if (at < length)
				memmove(text + at, text + at + 1, length - at);
			break;
		default:
			if (at < length)
				text[at] = c;
		}
	}
}

void random_ipv4(char *text, size_t size)
{
	static const char *const formats[] = { "%" PRIu64, "0%" PRIo64, "0x%" PRIx64, "0X%" PRIX64, "%03" PRIu64 };
	static const uint64_t edges[] = { 0, 255, 256, 65535, 65536, 0xffffff, 0x1000000, 0xffffffff, 0x100000000 };
	int parts = 1 + pick(one_in(16) ? 5 : 4);

	text[0] = '\0';
	for (int i = 0; i < parts; i++) {
		uint64_t part = i + 1 < parts ? pick(256) : random64() & (0xffffffff >> 8 * (parts > 4 ? 3 : i));
		size_t length = strlen(text);

		if (one_in(8))
			part = PICK(edges);
		snprintf(text + length, size - length, PICK(formats), part);
		if (i + 1 < parts)
			strcat(text, ".");
	}
}

void random_ipv6(char *text, size_t size)
{
	static const char *const heads[] = { "::", "fe80::", "febf::", "fec0::", "ff01::", "ff02::", "ff05::", "::ffff:", "2001:db8:" };
	static const char *const formats[] = { "%x", "%04x", "%X", "%04X" };
	static const char *const zones[] = { "lo", "1", "0", "4294967295", "4294967296", "", "nosuch", "lo%1", "+1", "0x1" };
	const char *format = PICK(formats);
	bool dotted = one_in(4);
	int groups = 8 - 2 * dotted, gap = one_in(4) ? -1 : (int)pick(groups);

	text[0] = '\0';
	if (one_in(2)) {
		strcpy(text, PICK(heads));
		groups = pick(6 - 2 * dotted);
		gap = -1;
	}
	for (int i = 0; i < groups; i++) {
		size_t length = strlen(text);

		if (i == gap) {
			strcat(text, i ? ":" : "::");
			i += pick(groups - i);
			continue;
		}
		snprintf(text + length, size - length, format, pick(0x10000) >> 4 * pick(4));
		if (i + 1 < groups || dotted)
			strcat(text, ":");
	}
	if (dotted)
		snprintf(text + strlen(text), size - strlen(text), "%u.%u.%u.%u", pick(256), pick(256), pick(256), pick(260));
	if (one_in(4))
		snprintf(text + strlen(text), size - strlen(text), "%%%s", PICK(zones));
	else if (one_in(8))
		snprintf(text + strlen(text), size - strlen(text), "%%%" PRIu64, random64() >> pick(64));
}

void disguise(char *text, char *ascii)
{
	static const char *const dots[] = { "。", "．", "｡" };
	size_t last = strlen(ascii) - 1;
	bool disguised = false;

	for (size_t i = 0; i <= last; i++) {
		char c = ascii[i];

		ascii[i] = tolower(c);
		if (one_in(2) && (disguised || i < last)) {
			*text++ = c;
			continue;
		}
		disguised = true;
		if (c == '.') {
			text = stpcpy(text, PICK(dots));
		} else if (isdigit((unsigned char)c) && one_in(2)) {
			/* U+1D7CE to U+1D7FF: five mathematical alphabets of digits */
			unsigned u = 0x1d7ce + 10 * pick(5) + (c - '0');

			*text++ = (char)0xf0;
			*text++ = (char)(0x80 | u >> 12);
			*text++ = (char)(0x80 | (u >> 6 & 0x3f));
			*text++ = (char)(0x80 | (u & 0x3f));
		} else {
			/* U+FF01 to U+FF5E: full width */
			unsigned u = 0xff01 + (c - '!');

			*text++ = (char)(0xe0 | u >> 12);
			*text++ = (char)(0x80 | (u >> 6 & 0x3f));
			*text++ = (char)(0x80 | (u & 0x3f));
		}
	}
	*text = '\0';
}
