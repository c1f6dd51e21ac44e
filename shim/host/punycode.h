/* SPDX-License-Identifier: MIT
 *
 * Encodes to Punycode, RFC 3492. libidn2 offers that by itself only from 2.3.5 on: older
 * releases encode a label only as part of a host, by all their rules.
 */
#ifndef GAISHIM_PUNYCODE_H
#define GAISHIM_PUNYCODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Write the Punycode of length code points to out, with a NUL, without "xn--". Returns
 * false if that does not fit in size bytes; out is undefined then. length is at most 63. */
bool punycode_encode(const uint32_t *label, size_t length, char *out, size_t size);

#endif
