/* SPDX-License-Identifier: MIT
 *
 * dlsym(RTLD_NEXT) by hand. Before glibc 2.34 dlsym is libdl's, and a process
 * without libdl has none; and a preload that wraps dlsym would have RTLD_NEXT
 * mean what comes behind that preload, which may be us.
 */
#include "next.h"

#include <elf.h>
#include <errno.h>
#include <gnu/libc-version.h>
#include <link.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

static const char name[] = "getaddrinfo";
static __typeof__(getaddrinfo) *next;
static bool is_glibc;

#pragma weak gnu_get_libc_version /* no other libc has it */
extern const char __ehdr_start[] __attribute__((visibility("hidden"))); /* where we begin */

/* The symbol in one object's table, gABI "GNU hash"; NULL if it has none. */
static void *find_in_object(const struct dl_phdr_info *info)
{
	const ElfW(Sym) *symbols = NULL;
	const char *strings = NULL;
	const uint32_t *hash = NULL;
	const ElfW(Dyn) *dynamic = NULL;

	for (int i = 0; i < info->dlpi_phnum; i++)
		if (info->dlpi_phdr[i].p_type == PT_DYNAMIC)
			dynamic = (const void *)(info->dlpi_addr + info->dlpi_phdr[i].p_vaddr);
	if (dynamic == NULL)
		return NULL;
	for (; dynamic->d_tag != DT_NULL; dynamic++) {
		/* The loader relocates these, but not on every architecture,
		 * and not the vDSO's. */
		ElfW(Addr) address = dynamic->d_un.d_ptr;
		const void *value = (const void *)(address < info->dlpi_addr
						   ? address + info->dlpi_addr : address);
		if (dynamic->d_tag == DT_SYMTAB)
			symbols = value;
		else if (dynamic->d_tag == DT_STRTAB)
			strings = value;
		else if (dynamic->d_tag == DT_GNU_HASH)
			hash = value;
	}
	if (symbols == NULL || strings == NULL || hash == NULL)
		return NULL;

	uint32_t wanted = 5381;
	for (const char *p = name; *p != '\0'; p++)
		wanted = wanted * 33 + (unsigned char)*p;

	/* nbuckets, first symbol hashed, size and shift of the Bloom filter */
	const uint32_t *buckets = hash + 4 + hash[2] * (sizeof(ElfW(Addr)) / 4);
	const uint32_t *chain = buckets + hash[0];
	uint32_t i = hash[0] > 0 ? buckets[wanted % hash[0]] : 0;
	if (i < hash[1])
		return NULL;
	for (;; i++) {
		uint32_t found = chain[i - hash[1]];
		if ((found | 1) == (wanted | 1) && symbols[i].st_shndx != SHN_UNDEF
		    && strcmp(strings + symbols[i].st_name, name) == 0)
			return (void *)(info->dlpi_addr + symbols[i].st_value);
		if (found & 1)
			return NULL;
	}
}

/* Objects come in the order in which symbols are searched; *passed: ours was
 * among them. The first behind it that has the symbol ends the walk. Where ours
 * was not preloaded but opened later, there is none: the last before it then. */
static int visit_object(struct dl_phdr_info *info, size_t size, void *passed)
{
	void *symbol;

	(void)size;
	if (info->dlpi_addr == (ElfW(Addr))__ehdr_start) {
		*(bool *)passed = true;
		return 0;
	}
	symbol = find_in_object(info);
	if (symbol != NULL)
		next = (__typeof__(next))symbol;
	return symbol != NULL && *(bool *)passed;
}

static bool holds(const struct dl_phdr_info *object, const void *address)
{
	ElfW(Addr) offset = (ElfW(Addr))address - object->dlpi_addr;

	for (int i = 0; i < object->dlpi_phnum; i++) {
		const ElfW(Phdr) *segment = &object->dlpi_phdr[i];

		if (segment->p_type == PT_LOAD && offset - segment->p_vaddr < segment->p_memsz)
			return true;
	}
	return false;
}

/* The object that has the next getaddrinfo ends the walk: it is glibc if it has a
 * function of glibc's that no preload stands in front of, and no other libc has. */
static int visit_next(struct dl_phdr_info *info, size_t size, void *unused)
{
	(void)size;
	(void)unused;
	if (!holds(info, (const void *)next))
		return 0;
	is_glibc = gnu_get_libc_version != NULL && holds(info, (const void *)gnu_get_libc_version);
	return 1;
}

void next_find(void)
{
	bool passed = false;

	dl_iterate_phdr(visit_object, &passed);
	dl_iterate_phdr(visit_next, NULL);
}

bool next_is_glibc(void)
{
	return is_glibc;
}

int next_getaddrinfo(const char *node, const char *service,
		     const struct addrinfo *hints, struct addrinfo **res)
{
	if (next == NULL) {
		errno = ENOSYS;
		return EAI_SYSTEM;
	}
	return next(node, service, hints, res);
}
