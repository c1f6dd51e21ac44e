/* SPDX-License-Identifier: MIT
 *
 * Finds a symbol by its name in an object that is mapped into this process: a shared
 * object, the program, or the vDSO. That is the symbol which dlsym finds.
 *
 * Nothing here allocates or takes a lock. Any thread and any signal handler may call, as
 * long as the object stays mapped.
 */
#ifndef GAISHIM_IMAGE_H
#define GAISHIM_IMAGE_H

#include <link.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct image {
	ElfW(Addr) base;                  /* added to each address in the file */
	const ElfW(Sym) *symbols;
	const char *strings;
	const uint32_t *gnu_hash;         /* NULL if the object has none */
	const Elf_Symndx *sysv_hash;      /* the same; the object has at least one of the two */
	const ElfW(Half) *versions;       /* one for each symbol; NULL if there are none */
};

/* Returns whether the address is in one of the object's segments. */
bool image_holds(const struct dl_phdr_info *object, const void *address);

/* Find the tables of an object that dl_iterate_phdr reports. Returns false, with *image
 * unchanged, if the object has no symbols to look up. */
bool image_read(struct image *image, const struct dl_phdr_info *object);

/* The kinds of symbols that are looked for. */
enum symbol_kind { SYMBOL_FUNCTION, SYMBOL_DATA };

/* Returns what the object gives to others under that name, in its default version, or NULL
 * if there is nothing of that kind. An indirect function is resolved. If a function is
 * looked for, data of that name are passed by, though dlsym returns them: nobody could call
 * them. */
void *image_find(const struct image *image, const char *name, enum symbol_kind kind);

/* The same, with the hash of the name: for a name that is looked for in several objects. */
void *image_find_hashed(const struct image *image, const char *name, uint32_t hash,
			enum symbol_kind kind);
uint32_t image_hash(const char *name);

/* A symbol that is looked for when the process starts. The name is no pointer: a pointer
 * would have to be relocated, and the text would be one page more to be read. */
struct wanted {
	char name[27];
	uint8_t kind;  /* enum symbol_kind */
	uint32_t hash; /* set when the search begins */
	void *found;   /* NULL if it is not there, or before the start */
};

#endif
