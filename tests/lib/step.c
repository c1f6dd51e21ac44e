/* SPDX-License-Identifier: MIT */
#include "step.h"

#ifdef CAN_STEP

#include <check.h>
#include <fcntl.h>
#include <link.h>
#include <malloc.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <ucontext.h>
#include <unistd.h>

enum { POISON = 0x5A };

extern void __libc_free(void *);
#pragma weak __libc_free /* musl has none: there nothing is stepped */
static struct { void *block; size_t size; } kept[256];
static int kept_count;
bool keeping, freed_twice;
static pthread_mutex_t keeper = PTHREAD_MUTEX_INITIALIZER;

void free(void *block)
{
	bool keep;

	pthread_mutex_lock(&keeper);
	keep = keeping && block != NULL && kept_count < (int)(sizeof kept / sizeof *kept);
	for (int i = 0; keep && i < kept_count; i++) {
		if (kept[i].block == block) {
			freed_twice = true;
			pthread_mutex_unlock(&keeper);
			return;
		}
	}
	if (keep) {
		kept[kept_count].block = block;
		kept[kept_count].size = malloc_usable_size(block);
		memset(block, POISON, kept[kept_count++].size);
	}
	pthread_mutex_unlock(&keeper);
	if (!keep)
		__libc_free(block);
}

bool is_poison_left(void)
{
	bool left = true;

	keeping = false;
	for (int i = 0; i < kept_count; i++) {
		for (size_t at = 0; at < kept[i].size; at++)
			left = left && ((unsigned char *)kept[i].block)[at] == POISON;
		__libc_free(kept[i].block);
	}
	kept_count = 0;
	return left;
}

static struct { uintptr_t begin, end; } ranges[128]; /* the functions that are stepped through */
static int functions;

static int find_base(struct dl_phdr_info *info, size_t size, void *base)
{
	(void)size;
	*(uintptr_t *)base = info->dlpi_addr;
	return 1; /* the program comes first */
}

/* Add the functions of a source file, by the program's symbol table: there they follow its
 * name, but for hidden ones, which have the prefix. There are at least that many. */
static void find_functions(const char *source, const char *prefix, int least)
{
	int file = open("/proc/self/exe", O_RDONLY);
	struct stat status;
	uintptr_t base = 0;
	bool inside_source = false;
	int before = functions;

	ck_assert_int_eq(fstat(file, &status), 0);
	const char *image = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, file, 0);
	ck_assert_ptr_ne(image, MAP_FAILED);
	dl_iterate_phdr(find_base, &base);
	const ElfW(Ehdr) *header = (const void *)image;
	const ElfW(Shdr) *sections = (const void *)(image + header->e_shoff), *table = sections;
	while (table < sections + header->e_shnum && table->sh_type != SHT_SYMTAB)
		table++;
	ck_assert_msg(table < sections + header->e_shnum, "the program has no symbols");
	const ElfW(Sym) *symbol = (const void *)(image + table->sh_offset);
	const char *names = image + sections[table->sh_link].sh_offset;
	for (size_t i = 0; i < table->sh_size / sizeof *symbol; i++, symbol++) {
		const char *name = names + symbol->st_name;
		if (ELF64_ST_TYPE(symbol->st_info) == STT_FILE)
			inside_source = strcmp(name, source) == 0;
		if (ELF64_ST_TYPE(symbol->st_info) != STT_FUNC || symbol->st_size == 0
		    || (!inside_source && strncmp(name, prefix, strlen(prefix)) != 0))
			continue;
		ck_assert_int_lt(functions, sizeof ranges / sizeof *ranges);
		ranges[functions].begin = base + symbol->st_value;
		ranges[functions++].end = base + symbol->st_value + symbol->st_size;
	}
	ck_assert_int_ge(functions - before, least);
	munmap((void *)image, (size_t)status.st_size);
	close(file);
}

/* A static function at least besides a public one, but where there is none. */
void find_flights(void)
{
	find_functions("flight.c", "flight_", 2);
	find_functions("caller.c", "caller_", 2);
	find_functions("asks.c", "ask_", 2);
	find_functions("askers.c", "askers_", 2);
	find_functions("this_call.c", "this_call_", 1);
	find_functions("table.c", "table_", 2);
}

static bool is_inside(uintptr_t at)
{
	for (int i = 0; i < functions; i++)
		if (at >= ranges[i].begin && at < ranges[i].end)
			return true;
	return false;
}

int steps, last_step;
sigjmp_buf out;

/* What the stepped code calls is not stepped, it takes far more steps: it returns to this
 * trap. */
extern char returned[];
__asm__(".text\nreturned:\n\tint3\n");

void on_step(int number, siginfo_t *info, void *context)
{
	static uintptr_t caller;
	static bool was_inside;
	greg_t *registers = ((ucontext_t *)context)->uc_mcontext.gregs;
	uintptr_t *stack = (uintptr_t *)registers[REG_RSP];

	(void)number, (void)info;
	if (registers[REG_RIP] == (greg_t)returned + 1) {
		registers[REG_RIP] = (greg_t)caller;
		registers[REG_EFL] |= TRAP_FLAG;
	}
	if (is_inside((uintptr_t)registers[REG_RIP])) {
		was_inside = true;
		if (++steps == last_step)
			siglongjmp(out, 1); /* the kernel has cleared the flag for this handler */
	} else if (was_inside) {
		was_inside = false;
		see_call((uintptr_t)registers[REG_RIP]);
		if (is_inside(*stack)) {
			caller = *stack;
			*stack = (uintptr_t)returned;
			registers[REG_EFL] &= ~TRAP_FLAG;
		}
	}
}

#endif
