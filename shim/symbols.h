/* SPDX-License-Identifier: MIT
 *
 * Functions by their names in an object that is mapped into this process: a shared
 * object, the program, or the vDSO. The choice is the loader's, for a name without a
 * version.
 *
 * No memory, no lock, no call: any thread and any signal handler may ask, as long as
 * the object stays mapped.
 */
#ifndef GAISHIM_SYMBOLS_H
#define GAISHIM_SYMBOLS_H

#include <link.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct image {
	ElfW(Addr) base;                  /* added to each address in the file */
	const ElfW(Sym) *symbols;
	const char *strings;
	const uint32_t *gnu_hash;         /* NULL if the object has none */
	const Elf_Symndx *sysv_hash;      /* the same */
	const ElfW(Half) *versions;       /* of each symbol; NULL if there are none */
};

/* True if the address is in one of the object's segments. */
bool image_holds(const struct dl_phdr_info *object, const void *address);

/* Read the tables of an object as dl_iterate_phdr tells of it. False if it has no
 * symbols to look up; image is undefined then. */
bool image_read(struct image *image, const struct dl_phdr_info *object);

/* The function of that name that the object gives to others: its default version
 * where there are many. NULL if it has none. An indirect function is resolved. */
void *image_function(const struct image *image, const char *name);

#endif
