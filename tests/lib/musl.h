/* SPDX-License-Identifier: MIT
 *
 * The programs of the tests run in processes of musl's, too (tests/proof/variants/musl.sh): there
 * answers are musl's.
 */
#ifndef MUSL_H
#define MUSL_H

#include <nss.h>
#include <stdbool.h>
#include <stddef.h>

/* The entry of musl's loader, which is in its libc. */
#pragma weak _dlstart
extern void _dlstart(void);

/* musl cannot be told where to look: it asks a nameserver for what is not in /etc/hosts. */
#pragma weak __nss_configure_lookup

static inline bool is_musl(void)
{
	return _dlstart != NULL;
}

#endif
