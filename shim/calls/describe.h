/* SPDX-License-Identifier: MIT
 *
 * Addresses as text, for the log.
 */
#ifndef GAISHIM_DESCRIBE_H
#define GAISHIM_DESCRIBE_H

#include <stdbool.h>
#include <stddef.h>

/* Append an address of this family to the text in a buffer of that size, behind a comma if there
 * is text. If there is no room for the address, append ",..." and return false. */
bool describe_address(int family, const void *address, char *text, size_t size);

#endif
