/* SPDX-License-Identifier: MIT */
#include "literal.h"

#include <stdint.h>
#include <string.h>

/* The value of a digit; 10 and more, or 16 and more, for what is none. */

static unsigned decimal(char c)
{
	return (unsigned char)c - (unsigned)'0';
}

static unsigned hexadecimal(char c)
{
	static const unsigned char one_more[256] = {
		['0'] = 1, 2, 3, 4, 5, 6, 7, 8, 9, 10,
		['A'] = 11, 12, 13, 14, 15, 16,
		['a'] = 11, 12, 13, 14, 15, 16,
	};

	return one_more[(unsigned char)c] - 1U;
}

/* An octal or hexadecimal number as in C, from behind its first 0. */
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

/* The number at text, decimal, octal or hexadecimal as in C. Returns what is
 * behind it, or NULL if there is none up to UINT32_MAX. */
static const char *parse_number(const char *text, uint64_t *number)
{
	*number = decimal(*text++);
	if (*number > 9)
		return NULL;
	if (*number == 0 && *text != '.' && *text != '\0')
		return parse_octal_or_hex(text, number);
	for (unsigned digit; (digit = decimal(*text)) <= 9; text++) {
		*number = *number * 10 + digit;
		if (*number > UINT32_MAX)
			return NULL;
	}
	return text;
}

bool literal_ipv4(const char *text, struct in_addr *address)
{
	uint32_t high = 0; /* the parts before the last */
	uint64_t number;

	for (int shift = 32; shift > 0; shift -= 8) {
		text = parse_number(text, &number);
		if (text == NULL)
			return false;
		if (*text == '\0') {
			address->s_addr = htonl(high | (uint32_t)number);
			return number >> shift == 0; /* the last fills what is left */
		}
		if (*text++ != '.' || number > 0xFF)
			return false;
		high |= (uint32_t)number << (shift - 8);
	}
	return false;
}

/* The IPv4 address that may end an IPv6 one: four decimal numbers. Returns what
 * is behind it, or NULL if there is none. */
static const char *parse_quad(const char *text, uint32_t *value)
{
	*value = 0;
	for (int i = 0; i < 4; i++) {
		const char *part = text;
		unsigned sum = 0;

		if (i > 0 && *part++ != '.')
			return NULL;
		for (text = part; decimal(*text) <= 9 && sum <= 0xFF; text++)
			sum = sum * 10 + decimal(*text);
		if (text == part || sum > 0xFF || (*part == '0' && text - part > 1))
			return NULL;
		*value = *value << 8 | sum;
	}
	return text;
}

static bool is_end(char c)
{
	return c == '\0' || c == '%';
}

bool literal_ipv6(const char *text, struct in6_addr *address, const char **zone)
{
	uint16_t groups[8] = { 0 };
	int count = 0;
	int gap = -1; /* how many groups stand before the "::" */

	if (*text == ':' && *++text != ':')
		return false;
	while (!is_end(*text)) {
		const char *group = text;
		unsigned value = 0;

		for (; hexadecimal(*text) < 16; text++)
			value = value << 4 | hexadecimal(*text);
		if (text == group) { /* the second colon of "::" */
			if (*text++ != ':' || gap >= 0)
				return false;
			gap = count;
			continue;
		}
		if (*text == '.') {
			text = parse_quad(group, &value);
			if (text == NULL || count > 6)
				return false;
			groups[count++] = htons((uint16_t)(value >> 16));
			groups[count++] = htons((uint16_t)value);
			break;
		}
		if (text - group > 4 || count == 8)
			return false;
		groups[count++] = htons((uint16_t)value);
		if (*text != ':')
			break;
		if (is_end(*++text))
			return false;
	}
	if (!is_end(*text) || (gap < 0) != (count == 8))
		return false;
	if (gap >= 0) {
		for (int to = 8; count > gap;) {
			groups[--to] = groups[--count];
			groups[count] = 0;
		}
	}
	memcpy(address, groups, sizeof *address);
	*zone = *text == '%' ? text + 1 : NULL;
	return true;
}
