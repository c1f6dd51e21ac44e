/* SPDX-License-Identifier: MIT
 *
 * What kind of string a host is, by its bytes alone: no locale, no tables.
 */
#ifndef GAISHIM_CLASSIFY_H
#define GAISHIM_CLASSIFY_H

enum host_kind {
	HOST_ASCII,      /* nothing to normalize */
	HOST_UNICODE,    /* well-formed UTF-8, not all of it ASCII */
	HOST_LOCAL,      /* the same, under .local: multicast DNS is UTF-8, RFC 6762 16 */
	HOST_ILL_FORMED, /* not UTF-8 (RFC 3629) */
};

enum host_kind classify_host(const char *host);

/* Names that differ in the case of ASCII letters alone are one name, RFC 4343, whatever the
 * locale says. */
static inline char ascii_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

#endif
