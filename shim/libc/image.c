/* SPDX-License-Identifier: MIT
 *
 * The gABI describes the tables ("Symbol Table", "Hash Table"); glibc's elf/dl-lookup.c has
 * the GNU hash table, and the rules by which a symbol is taken or passed by.
 */
#include "libc/image.h"

#include <elf.h>
#include <string.h>
#include <sys/auxv.h>

enum { VERSION_HIDDEN = 0x8000 }; /* this bit of a version says that it is not the default */

bool image_holds(const struct dl_phdr_info *object, const void *address)
{
	ElfW(Addr) offset = (ElfW(Addr))address - object->dlpi_addr;

	for (size_t i = 0; i < object->dlpi_phnum; i++) {
		const ElfW(Phdr) *segment = &object->dlpi_phdr[i];

		if (segment->p_type == PT_LOAD && offset - segment->p_vaddr < segment->p_memsz)
			return true;
	}
	return false;
}

bool image_read(struct image *image, const struct dl_phdr_info *object)
{
	ElfW(Addr) base = object->dlpi_addr, missing;
	ElfW(Addr) symbols = 0, strings = 0, gnu_hash = 0, sysv_hash = 0, versions = 0;
	const ElfW(Dyn) *dynamic = NULL;

	for (size_t i = 0; i < object->dlpi_phnum; i++)
		if (object->dlpi_phdr[i].p_type == PT_DYNAMIC)
			dynamic = (const void *)(base + object->dlpi_phdr[i].p_vaddr);
	if (dynamic == NULL)
		return false;
	for (; dynamic->d_tag != DT_NULL; dynamic++) {
		switch (dynamic->d_tag) {
		case DT_SYMTAB: symbols = dynamic->d_un.d_ptr; break;
		case DT_STRTAB: strings = dynamic->d_un.d_ptr; break;
		case DT_GNU_HASH: gnu_hash = dynamic->d_un.d_ptr; break;
		case DT_HASH: sysv_hash = dynamic->d_un.d_ptr; break;
		case DT_VERSYM: versions = dynamic->d_un.d_ptr; break;
		}
	}
	if (symbols == 0 || strings == 0 || (gnu_hash == 0 && sysv_hash == 0))
		return false;

	/* glibc's loader has added the base to these addresses, but not on every
	 * architecture and not for the vDSO; musl's loader never has. */
	missing = image_holds(object, (const void *)symbols) ? 0 : base;
	*image = (struct image){
		.base = base,
		.symbols = (const void *)(missing + symbols),
		.strings = (const void *)(missing + strings),
		.gnu_hash = gnu_hash == 0 ? NULL : (const void *)(missing + gnu_hash),
		.sysv_hash = sysv_hash == 0 ? NULL : (const void *)(missing + sysv_hash),
		.versions = versions == 0 ? NULL : (const void *)(missing + versions),
	};
	return true;
}

/* Returns whether this symbol has that name and kind, and is visible to other objects. */
static bool is_taken(const struct image *image, size_t i, const char *name, enum symbol_kind kind)
{
	const ElfW(Sym) *symbol = &image->symbols[i];
	unsigned char type = ELF64_ST_TYPE(symbol->st_info); /* the same for 32 bits */
	unsigned char binding = ELF64_ST_BIND(symbol->st_info);
	unsigned char visibility = ELF64_ST_VISIBILITY(symbol->st_other);

	if (strcmp(image->strings + symbol->st_name, name) != 0)
		return false;
	if (symbol->st_shndx == SHN_UNDEF || symbol->st_shndx == SHN_ABS || symbol->st_value == 0)
		return false;
	if (kind == SYMBOL_DATA && type != STT_OBJECT)
		return false;
	if (kind == SYMBOL_FUNCTION && type != STT_FUNC && type != STT_NOTYPE && type != STT_GNU_IFUNC)
		return false;
	if (binding == STB_LOCAL || visibility == STV_HIDDEN || visibility == STV_INTERNAL)
		return false;
	return image->versions == NULL || !(image->versions[i] & VERSION_HIDDEN);
}

uint32_t image_hash(const char *name)
{
	uint32_t hash = 5381;

	for (; *name != '\0'; name++)
		hash = hash * 33 + (unsigned char)*name;
	return hash;
}

static const ElfW(Sym) *find_by_gnu_hash(const struct image *image, const char *name, uint32_t hash,
					 enum symbol_kind kind)
{
	/* the number of buckets, the first symbol in them, the Bloom filter's size and shift */
	const uint32_t *table = image->gnu_hash;
	const uint32_t *buckets = table + 4 + table[2] * (sizeof(ElfW(Addr)) / 4);
	const uint32_t *chain = buckets + table[0];
	uint32_t i = table[0] > 0 ? buckets[hash % table[0]] : 0;

	if (i < table[1])
		return NULL; /* the bucket is empty */
	for (;; i++) {
		uint32_t found = chain[i - table[1]];

		if ((found | 1) == (hash | 1) && is_taken(image, i, name, kind))
			return &image->symbols[i];
		if (found & 1)
			return NULL; /* the bucket's last */
	}
}

static const ElfW(Sym) *find_by_sysv_hash(const struct image *image, const char *name,
					  enum symbol_kind kind)
{
	/* the numbers of buckets and of symbols */
	const Elf_Symndx *table = image->sysv_hash;
	const Elf_Symndx *buckets = table + 2;
	const Elf_Symndx *chain = buckets + table[0];
	uint32_t hash = 0;

	for (const char *p = name; *p != '\0'; p++) {
		hash = (hash << 4) + (unsigned char)*p;
		hash = (hash ^ (hash >> 24 & 0xf0)) & 0x0fffffff;
	}
	if (table[0] == 0)
		return NULL;
	for (Elf_Symndx i = buckets[hash % table[0]]; i != STN_UNDEF; i = chain[i])
		if (is_taken(image, i, name, kind))
			return &image->symbols[i];
	return NULL;
}

/* The symbol of an indirect function is that of its resolver, which returns the function's
 * address. Each architecture calls resolvers in its own way (glibc's dl-irel.h). Returns
 * NULL on architectures that are not listed here. */
static void *resolve(uintptr_t address)
{
#if defined __x86_64__ || defined __i386__
	void *(*resolver)(void) = (void *(*)(void))address;

	return resolver();
#elif defined __aarch64__
	struct { unsigned long size, hwcap, hwcap2; } capabilities = {
		sizeof capabilities, getauxval(AT_HWCAP), getauxval(AT_HWCAP2),
	};
	void *(*resolver)(uint64_t, const void *) = (void *(*)(uint64_t, const void *))address;

	return resolver(capabilities.hwcap | UINT64_C(1) << 62, &capabilities);
#else
	(void)address;
	return NULL;
#endif
}

void *image_find_hashed(const struct image *image, const char *name, uint32_t hash,
			enum symbol_kind kind)
{
	const ElfW(Sym) *symbol = image->gnu_hash != NULL ? find_by_gnu_hash(image, name, hash, kind)
							  : find_by_sysv_hash(image, name, kind);

	if (symbol == NULL)
		return NULL;
	if (ELF64_ST_TYPE(symbol->st_info) == STT_GNU_IFUNC)
		return resolve(image->base + symbol->st_value);
	return (void *)(image->base + symbol->st_value);
}

void *image_find(const struct image *image, const char *name, enum symbol_kind kind)
{
	return image_find_hashed(image, name, image_hash(name), kind);
}
