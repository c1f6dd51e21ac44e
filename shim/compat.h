/* SPDX-License-Identifier: MIT
 *
 * Symbols whose version became GLIBC_2.34 when libpthread was folded into
 * libc. Named by their older versions, and weak, so that one build loads
 * on glibc 2.31 too, in processes without libpthread: there the address is NULL,
 * and who uses the symbol does without.
 */
#ifndef GAISHIM_COMPAT_H
#define GAISHIM_COMPAT_H

#include <features.h>

#if defined __x86_64__
#define FIRST_GLIBC "GLIBC_2.2.5"
#elif defined __aarch64__ || (defined __powerpc64__ && defined __LITTLE_ENDIAN__)
#define FIRST_GLIBC "GLIBC_2.17"
#endif

/* Not with a glibc before 2.34: there these versions are libpthread's, and to name
 * one makes the linker ask for it. Nor under sanitizers, whose runtimes export these
 * functions without versions. */
#if defined FIRST_GLIBC && __GLIBC_PREREQ(2, 34) && !defined NATIVE_SYMBOLS
#define OLD_SYMBOL(symbol, version) \
	extern __typeof__(symbol) symbol __attribute__((weak)); \
	__asm__(".symver " #symbol ", " #symbol "@" version)
#else
#define OLD_SYMBOL(symbol, version) \
	extern __typeof__(symbol) symbol __attribute__((weak))
#endif

#endif
