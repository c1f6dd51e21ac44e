/* SPDX-License-Identifier: MIT
 *
 * How a function is marked that others find by its name; exports.map lists them all.
 */
#ifndef GAISHIM_EXPORTED_H
#define GAISHIM_EXPORTED_H

#define EXPORTED __attribute__((visibility("default")))

#endif
