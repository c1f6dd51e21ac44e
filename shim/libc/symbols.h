/* SPDX-License-Identifier: MIT
 *
 * Finds a function by its name in an object that is mapped into this process: a shared
 * object, the program, or the vDSO. That is the function which dlsym finds.
 *
 * Nothing here allocates or takes a lock. Any thread and any signal handler may call, as
 * long as the object stays mapped.
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
	const Elf_Symndx *sysv_hash;      /* the same; the object has one of the two */
	const ElfW(Half) *versions;       /* one for each symbol; NULL if there are none */
};

/* Returns whether the address is in one of the object's segments. */
bool image_holds(const struct dl_phdr_info *object, const void *address);

/* Find the tables of an object that dl_iterate_phdr reports. Returns false, with *image
 * unchanged, if the object has no symbols to look up. */
bool image_read(struct image *image, const struct dl_phdr_info *object);

/* Returns the function of that name that the object gives to others, in its default
 * version, or NULL if there is none. An indirect function is resolved. Data of that name
 * are passed by, though dlsym returns them: nobody could call them. */
void *image_function(const struct image *image, const char *name);

/* The same for data. */
void *image_data(const struct image *image, const char *name);

#endif
