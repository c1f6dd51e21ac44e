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

/* The value of a decimal digit; 10 and more for what is none. */
static inline unsigned literal_digit(char c)
{
	return (unsigned char)c - (unsigned)'0';
}

/* Four decimal numbers, as nearly everybody writes an IPv4 address and as they may
 * end an IPv6 one: without leading zeros. Returns what is behind, or NULL. In this
 * header to be compiled into the answer: a call more would be felt. */
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

/* One to four numbers, decimal, octal or hexadecimal, the last of which fills what is
 * left: how else inet_aton lets an IPv4 address be written. */
bool literal_parts(const char *text, struct in_addr *address);

/* inet_aton's forms and not a character more: glibc's __inet_aton_exact, which it
 * does not export. *address holds anything if it returns false. */
static inline bool literal_ipv4(const char *text, struct in_addr *address)
{
	uint32_t quad;
	const char *rest = literal_quad(text, &quad);

	if (rest == NULL || *rest != '\0')
		return literal_parts(text, address);
	address->s_addr = htonl(quad);
	return true;
}

/* What inet_pton takes (RFC 4291 2.2), up to the end or a '%': *zone is what
 * follows that, or NULL. libc's inet_pton alone takes half as long as its
 * whole getaddrinfo. If it returns false *address holds anything, and *zone what it
 * held. */
bool literal_ipv6(const char *text, struct in6_addr *address, const char **zone);

#endif
