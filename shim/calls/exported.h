/* SPDX-License-Identifier: MIT
 *
 * Marks of the functions in this folder.
 */
#ifndef GAISHIM_EXPORTED_H
#define GAISHIM_EXPORTED_H

/* Other objects find the function by name: exports.map lists these functions. */
#define EXPORTED __attribute__((visibility("default")))

/* A function that is kept apart, so that a call which needs no lookup does not pay for its large
 * frame. */
#define NOINLINE __attribute__((noinline))

#endif
