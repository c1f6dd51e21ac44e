/* SPDX-License-Identifier: MIT
 *
 * One label of a host, judged by itself: UTS #46 with CheckHyphens=false, as browsers do
 * (WHATWG URL, "domain to ASCII"). Any thread may call; nothing here loads anything or
 * looks at the locale.
 */
#ifndef GAISHIM_LABEL_H
#define GAISHIM_LABEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The longest label, RFC 1035 2.3.4, without a NUL. */
#define LABEL_MAX 63

/* An ASCII label with this prefix says that it is an A-label, RFC 5890 2.3.2.1. */
#define ACE_PREFIX "xn--"

/* Write the ASCII form of a label, length bytes of well-formed UTF-8 without a dot, to
 * ascii. An ASCII label is its own form, in lower case; only with the prefix above must it
 * be an A-label. Returns IDN2_OK, or libidn2's code for the reason; ascii is undefined on
 * failure. Two rules are the caller's to check: RFC 5893 on directions, and that no label
 * in its Unicode form begins with the prefix. */
int label_to_ascii(const char *label, size_t length, char ascii[static LABEL_MAX + 1]);

/* Decode the labels of a name, each made by the function above, to *unicode: UTF-32 with a
 * NUL, which the caller frees by idn2_free. Returns as above, and *unicode is unchanged on
 * failure. The code is IDN2_ALABEL_ROUNDTRIP_FAILED where an A-label has ASCII other than
 * [a-z0-9_-], which the function above lets through. */
int labels_to_unicode(const char *name, uint32_t **unicode);

#endif
