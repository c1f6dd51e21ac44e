/* SPDX-License-Identifier: MIT
 *
 * libidn2, with hyphens where browsers and resolvers take them. libidn2 refuses a hyphen at
 * either end of a label, and two hyphens in places 3 and 4. So a control stands in for each
 * hyphen while libidn2 looks at a label: all other rules treat the control as they treat a
 * hyphen, and Punycode copies both unchanged. Codes are libidn2's own. Any thread may call.
 */
#ifndef GAISHIM_HYPHENS_H
#define GAISHIM_HYPHENS_H

#include <stddef.h>
#include <stdint.h>

#define HIDDEN_HYPHEN "\1"

/* Returns a copy of a label, UTF-8 of length bytes, with its hyphens hidden, and with a
 * sharp s for the capital one, which was mapped to "ss" once. The caller frees the copy.
 * Returns NULL if out of memory. */
char *hyphens_hide(const char *label, size_t length);

/* Put the hyphens back. */
void hyphens_restore(char *name);

/* Convert such a copy, or a piece of one, to *name, which has hidden hyphens, too, and which
 * the caller frees by idn2_free. form is IDN2_NONTRANSITIONAL or IDN2_TRANSITIONAL. */
int hyphens_look_up(const char *label, char **name, int form);

/* Check a label in UTF-32, with hidden hyphens and a NUL behind it, by all rules of IDNA
 * 2008. */
int hyphens_check(const uint32_t *label);

#endif
