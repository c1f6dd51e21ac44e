/* SPDX-License-Identifier: MIT
 *
 * Punycode, RFC 3492, in the one direction that libidn2 does not offer by itself: its
 * releases before 2.3.5 encode a label only as part of a host, by all their rules.
 */
#ifndef GAISHIM_PUNYCODE_H
#define GAISHIM_PUNYCODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Write the Punycode of length code points to out, with a NUL, without "xn--". Returns
 * false if it does not fit in size bytes; what is in out then is no Punycode. length is
 * at most 63. */
bool punycode_encode(const uint32_t *label, size_t length, char *out, size_t size);

#endif
