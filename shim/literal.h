/* SPDX-License-Identifier: MIT
 *
 * Addresses as text. Bytes in, bytes out: no locale, no errno, no system call.
 */
#ifndef GAISHIM_LITERAL_H
#define GAISHIM_LITERAL_H

#include <netinet/in.h>
#include <stdbool.h>

/* inet_aton's forms (1 to 4 parts; decimal, octal, hexadecimal) and not a
 * character more: glibc's __inet_aton_exact, which it does not export. *address
 * holds anything if it returns false. */
bool literal_ipv4(const char *text, struct in_addr *address);

/* What inet_pton takes (RFC 4291 2.2), up to the end or a '%': *zone is what
 * follows that, or NULL. libc's inet_pton alone takes half as long as its
 * whole getaddrinfo. Nothing is written if it returns false. */
bool literal_ipv6(const char *text, struct in6_addr *address, const char **zone);

#endif
