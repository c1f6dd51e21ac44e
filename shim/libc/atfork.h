/* SPDX-License-Identifier: MIT
 *
 * The object's fork handlers.
 */
#ifndef GAISHIM_ATFORK_H
#define GAISHIM_ATFORK_H

/* Register them with libc. Call once. */
void atfork_register(void);

#endif
