/* SPDX-License-Identifier: MIT
 *
 * What the Makefile says of this build.
 */
#ifndef GAISHIM_BUILT_H
#define GAISHIM_BUILT_H

extern const char built_version[]; /* as in "0.1.0" */

#endif
