/* SPDX-License-Identifier: MIT
 *
 * What a fork of somebody else's process means for our state.
 */
#ifndef GAISHIM_FORKS_H
#define GAISHIM_FORKS_H

/* See to it that children start with an empty table and free locks. Call once. */
void forks_watch(void);

#endif
