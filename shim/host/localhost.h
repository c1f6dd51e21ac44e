/* SPDX-License-Identifier: MIT
 *
 * The name of this machine for itself, and all names under it, are loopback addresses: RFC
 * 6761 6.3.
 */
#ifndef GAISHIM_LOCALHOST_H
#define GAISHIM_LOCALHOST_H

#include <stdbool.h>

/* Returns whether a host is "localhost", or a name under it, with or without a last dot. The
 * case of letters does not count. */
bool localhost_is(const char *host);

#endif
