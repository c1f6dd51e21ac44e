/* SPDX-License-Identifier: MIT
 *
 * Addresses as text. Bytes in, bytes out: no locale, no errno, no system call.
 */
#ifndef GAISHIM_LITERAL_H
#define GAISHIM_LITERAL_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Returns the value of a decimal digit, or 10 and more for any other character. */
static inline unsigned literal_digit(char c)
{
	return (unsigned char)c - (unsigned)'0';
}

/* Read four decimal numbers without leading zeros, as nearly everybody writes an IPv4
 * address, and as an IPv6 address may end. Returns the text behind them, or NULL. The
 * function is in this header so that it is compiled into its callers: one more call would
 * show in the figures. */
static inline const char *literal_quad(const char *text, uint32_t *value)
{
	uint32_t quad = 0;

	for (int i = 0;; i++) {
		unsigned digit, part = literal_digit(*text);

		if (part > 9)
			return NULL;
		if ((digit = literal_digit(*++text)) <= 9) {
			if (part == 0)
				return NULL;
			part = part * 10 + digit;
			if ((digit = literal_digit(*++text)) <= 9) {
				part = part * 10 + digit;
				if (part > 0xFF)
					return NULL;
				text++;
			}
		}
		quad = quad << 8 | part;
		if (i == 3)
			break;
		if (*text++ != '.')
			return NULL;
	}
	*value = quad;
	return text;
}

/* Read one to four numbers, decimal, octal or hexadecimal, of which the last fills the
 * bytes that are left: the other forms in which inet_aton takes an IPv4 address. Returns
 * false, with *address undefined, for any other text. */
bool literal_parts(const char *text, struct in_addr *address);

/* Read all of inet_aton's forms, with not a character more, as glibc's
 * __inet_aton_exact does, which is not exported. Returns false, with *address
 * undefined, for any other text. */
static inline bool literal_ipv4(const char *text, struct in_addr *address)
{
	uint32_t quad;
	const char *rest = literal_quad(text, &quad);

	if (rest == NULL || *rest != '\0')
		return literal_parts(text, address);
	address->s_addr = htonl(quad);
	return true;
}

/* Read an IPv6 address as inet_pton does (RFC 4291 2.2), up to the end or a '%'. *zone
 * becomes the text behind the '%', or NULL. Returns false, with *address undefined and
 * *zone unchanged, for any other text. libc's inet_pton alone takes half as long as its
 * whole getaddrinfo. */
bool literal_ipv6(const char *text, struct in6_addr *address, const char **zone);

#endif
