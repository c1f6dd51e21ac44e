/* SPDX-License-Identifier: MIT
 *
 * The mark of functions that other objects find by name; exports.map lists these functions.
 */
#ifndef GAISHIM_EXPORTED_H
#define GAISHIM_EXPORTED_H

#define EXPORTED __attribute__((visibility("default")))

#endif
