/* SPDX-License-Identifier: MIT
 *
 * The programs of the tests run in processes of musl's, too (tests/proof/variants/musl.sh): there
 * answers are musl's.
 */
#ifndef MUSL_H
#define MUSL_H

#include <stdbool.h>
#include <stddef.h>

#pragma weak gnu_get_libc_version
extern const char *gnu_get_libc_version(void);

static inline bool is_musl(void)
{
	return gnu_get_libc_version == NULL;
}

#endif
