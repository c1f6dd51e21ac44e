/* SPDX-License-Identifier: MIT
 *
 * Internationalized host names, RFC 5891 and UTS #46. The only caller of
 * libidn2; knows no sockets. Any thread may call; nothing here loads anything
 * or looks at the locale.
 */
#ifndef GAISHIM_IDNA_H
#define GAISHIM_IDNA_H

#include "question.h"

/* Write the ASCII form (A-labels) of host, which must be well-formed UTF-8, to
 * ascii. Returns 0; EAI_IDN_ENCODE if the host has none; EAI_MEMORY. ascii is
 * unchanged on failure. */
int idna_to_ascii(const char *host, char ascii[static HOST_MAX + 1]);

/* Write the UTF-8 form of an ASCII name to *unicode: the caller frees it.
 * Returns as above; *unicode is unchanged on failure. */
int idna_to_unicode(const char *name, char **unicode);

#endif
