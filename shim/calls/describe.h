/* SPDX-License-Identifier: MIT
 *
 * Addresses as text, for the log.
 */
#ifndef GAISHIM_DESCRIBE_H
#define GAISHIM_DESCRIBE_H

#include <stdbool.h>
#include <stddef.h>

/* Append an address of this family to the text in a buffer of that size, behind a comma if there
 * is text. Returns false, with the text unchanged but for "..." at its end, if there is no
 * room. */
bool describe_address(int family, const void *address, char *text, size_t size);

#endif
