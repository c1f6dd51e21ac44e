/* SPDX-License-Identifier: MIT
 *
 * Internationalized host names, RFC 5891, RFC 5893 and UTS #46. Only this module and
 * label.h call libidn2; neither knows sockets. Any thread may call; nothing here loads
 * anything or looks at the locale.
 */
#ifndef GAISHIM_IDNA_H
#define GAISHIM_IDNA_H

#include "question.h"

#include <stdbool.h>
#include <stddef.h>

/* Write the ASCII form (A-labels) of host, which must be well-formed UTF-8, to
 * ascii. Returns 0; EAI_IDN_ENCODE if the host has none; EAI_MEMORY. ascii is
 * unchanged on failure. */
int idna_to_ascii(const char *host, char ascii[static HOST_MAX + 1]);

/* Write the UTF-8 form of an ASCII name to *unicode: the caller frees it. Returns as above,
 * and EAI_IDN_ENCODE also if the UTF-8 form does not lead back to the name (case does not
 * count). *unicode is unchanged on failure. */
int idna_to_unicode(const char *name, char **unicode);

/* The same for callers who want to know the reason of a failure. Writes the ASCII form of
 * host to out, which has size bytes. If decode, host is ASCII in lower case, and out gets
 * its UTF-8 form, which must lead back to host. Returns NULL, or the name of libidn2's code
 * for the reason, such as "IDN2_DISALLOWED", a constant. out is unchanged on failure. */
const char *idna_convert(const char *host, bool decode, char *out, size_t size);

#endif
