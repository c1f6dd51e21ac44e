/* SPDX-License-Identifier: MIT */
#include "host/literal.h"

/* Returns the value of a hexadecimal digit, or 16 and more for any other character. */
static unsigned hexadecimal(char c)
{
	static const signed char digits[256] = {
		[0 ... '0' - 1] = -1, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9,
		['9' + 1 ... 'A' - 1] = -1, 10, 11, 12, 13, 14, 15,
		['F' + 1 ... 'a' - 1] = -1, 10, 11, 12, 13, 14, 15,
		['f' + 1 ... 255] = -1,
	};

	return (unsigned)digits[(unsigned char)c];
}

/* Read an octal or hexadecimal number as in C; text is behind its first 0. Returns as
 * parse_number(). */
static const char *parse_octal_or_hex(const char *text, uint64_t *number)
{
	int bits = 3;

	if ((*text == 'x' || *text == 'X') && hexadecimal(text[1]) < 16) {
		bits = 4;
		text++;
	}
	for (unsigned digit; (digit = hexadecimal(*text)) < 1U << bits; text++) {
		*number = *number << bits | digit;
		if (*number > UINT32_MAX)
			return NULL;
	}
	return text;
}

/* Read the number at text, decimal, octal or hexadecimal as in C. Returns the text behind
 * the number, or NULL if there is no number up to UINT32_MAX. */
static const char *parse_number(const char *text, uint64_t *number)
{
	*number = literal_digit(*text++);
	if (*number > 9)
		return NULL;
	if (*number == 0 && *text != '.' && *text != '\0')
		return parse_octal_or_hex(text, number);
	for (unsigned digit; (digit = literal_digit(*text)) <= 9; text++) {
		*number = *number * 10 + digit;
		if (*number > UINT32_MAX)
			return NULL;
	}
	return text;
}

bool literal_parts(const char *text, struct in_addr *address)
{
	uint32_t high = 0; /* the parts before the last */
	uint64_t number;

	for (int shift = 32; shift > 0; shift -= 8) {
		text = parse_number(text, &number);
		if (text == NULL)
			return false;
		if (*text == '\0') {
			address->s_addr = htonl(high | (uint32_t)number);
			return number >> shift == 0; /* the last part fills the rest */
		}
		if (*text++ != '.' || number > 0xFF)
			return false;
		high |= (uint32_t)number << (shift - 8);
	}
	return false;
}

static bool is_end(char c)
{
	return c == '\0' || c == '%';
}

bool literal_ipv6(const char *text, struct in6_addr *address, const char **zone)
{
	uint16_t *groups = address->s6_addr16;
	const char *group = text;
	int count = 0;
	int gap = -1; /* how many groups stand before the "::" */

	if (*text == ':' && *++text != ':')
		return false;
	*address = (struct in6_addr){ 0 };
	for (;;) {
		unsigned digit, value = hexadecimal(*text);

		if (value > 15) { /* the second colon of "::", or the end behind it */
			if (gap == count && is_end(*text))
				break;
			if (*text++ != ':' || gap >= 0)
				return false;
			gap = count;
			continue;
		}
		group = text++;
		for (int i = 1; i < 4 && (digit = hexadecimal(*text)) <= 15; i++, text++)
			value = value << 4 | digit;
		if (count == 8)
			return false;
		groups[count++] = htons((uint16_t)value);
		if (*text != ':')
			break;
		text++;
	}
	if (*text == '.') { /* the last group begins an IPv4 address, which is two groups */
		uint32_t quad;

		text = literal_quad(group, &quad);
		if (text == NULL || count == 8)
			return false;
		groups[count - 1] = htons((uint16_t)(quad >> 16));
		groups[count++] = htons((uint16_t)quad);
	}
	if (!is_end(*text) || (gap < 0) != (count == 8))
		return false;
	if (gap >= 0) {
		for (int to = 8; count > gap;) {
			groups[--to] = groups[--count];
			groups[count] = 0;
		}
	}
	*zone = *text == '%' ? text + 1 : NULL;
	return true;
}
