/* SPDX-License-Identifier: MIT */
#include "libc/image.h"

#include "musl.h"
#include "unit.h"

#include <dlfcn.h>
#include <elf.h>
#include <stdio.h>

/* Tables as no linker makes them: two symbols of one name, in the only bucket there is,
 * behind one of another name. */
enum { FIRST = 1, COUNT = 4 };

static const char strings[] = "\0other\0name";
static ElfW(Sym) symbols[COUNT];
static ElfW(Half) versions[COUNT];
static uint32_t gnu_hash[4 + 2 + 1 + COUNT - FIRST]; /* two words of filter at most */
static const Elf_Symndx sysv_hash[] = { 1, COUNT, 1, 0, 2, 3, 0 };

static struct image image = { .symbols = symbols, .strings = strings };
static char code[16]; /* where the functions would be: code[1] to code[3] */

static uint32_t hash_name(const char *name)
{
	uint32_t hash = 5381;

	for (; *name != '\0'; name++)
		hash = hash * 33 + (unsigned char)*name;
	return hash;
}

static void setup(void)
{
	uint32_t *chain = gnu_hash + 4 + sizeof(ElfW(Addr)) / 4 + 1;

	for (unsigned i = FIRST; i < COUNT; i++) {
		symbols[i] = (ElfW(Sym)){
			.st_name = i == FIRST ? 1 : 7,
			.st_info = ELF64_ST_INFO(STB_GLOBAL, STT_FUNC),
			.st_shndx = 1,
			.st_value = i,
		};
		versions[i] = 2;
		chain[i - FIRST] = hash_name(strings + symbols[i].st_name) & ~1u;
	}
	chain[COUNT - 1 - FIRST] |= 1;
	gnu_hash[0] = 1;     /* bucket */
	gnu_hash[1] = FIRST; /* symbol in it */
	gnu_hash[2] = 1;     /* word of filter */
	chain[-1] = FIRST;
	image.base = (ElfW(Addr))code;
	image.versions = versions;
}

/* By either table. */
static void check_function(const char *name, const void *expected)
{
	image.gnu_hash = gnu_hash;
	image.sysv_hash = NULL;
	ck_assert_ptr_eq(image_find(&image, name, SYMBOL_FUNCTION), expected);
	image.gnu_hash = NULL;
	image.sysv_hash = sysv_hash;
	ck_assert_ptr_eq(image_find(&image, name, SYMBOL_FUNCTION), expected);
}

START_TEST(test_first_of_a_name)
{
	check_function("other", code + 1);
	check_function("name", code + 2);
	check_function("nam", NULL);
	check_function("", NULL);
}
END_TEST

static const struct {
	const char *what;
	unsigned binding, type, visibility, version, section, value;
	bool taken;
} kinds[] = {
	{ "global", STB_GLOBAL, STT_FUNC, STV_DEFAULT, 2, 1, 2, true },
	{ "weak", STB_WEAK, STT_FUNC, STV_DEFAULT, 2, 1, 2, true },
	{ "unique", STB_GNU_UNIQUE, STT_FUNC, STV_DEFAULT, 2, 1, 2, true },
	{ "local", STB_LOCAL, STT_FUNC, STV_DEFAULT, 2, 1, 2, false },
	{ "no type", STB_GLOBAL, STT_NOTYPE, STV_DEFAULT, 2, 1, 2, true },
	{ "data", STB_GLOBAL, STT_OBJECT, STV_DEFAULT, 2, 1, 2, false },
	{ "thread-local", STB_GLOBAL, STT_TLS, STV_DEFAULT, 2, 1, 2, false },
	{ "protected", STB_GLOBAL, STT_FUNC, STV_PROTECTED, 2, 1, 2, true },
	{ "hidden", STB_GLOBAL, STT_FUNC, STV_HIDDEN, 2, 1, 2, false },
	{ "internal", STB_GLOBAL, STT_FUNC, STV_INTERNAL, 2, 1, 2, false },
	{ "no version", STB_GLOBAL, STT_FUNC, STV_DEFAULT, 1, 1, 2, true },
	{ "an old version", STB_GLOBAL, STT_FUNC, STV_DEFAULT, 0x8002, 1, 2, false },
	{ "undefined", STB_GLOBAL, STT_FUNC, STV_DEFAULT, 2, SHN_UNDEF, 2, false },
	{ "a number", STB_GLOBAL, STT_FUNC, STV_DEFAULT, 2, SHN_ABS, 2, false },
	{ "nowhere", STB_GLOBAL, STT_FUNC, STV_DEFAULT, 2, 1, 0, false },
};

/* The next of that name is found where the first is not to be taken. */
START_TEST(test_kinds)
{
	symbols[2].st_info = (unsigned char)ELF64_ST_INFO(kinds[_i].binding, kinds[_i].type);
	symbols[2].st_other = (unsigned char)kinds[_i].visibility;
	symbols[2].st_shndx = (ElfW(Half))kinds[_i].section;
	symbols[2].st_value = kinds[_i].value;
	versions[2] = (ElfW(Half))kinds[_i].version;
	check_function("name", kinds[_i].taken ? code + 2 : code + 3);
	symbols[3] = symbols[2];
	versions[3] = versions[2];
	check_function("name", kinds[_i].taken ? code + 2 : NULL);
}
END_TEST

START_TEST(test_data)
{
	image.gnu_hash = gnu_hash;
	ck_assert_ptr_null(image_find(&image, "name", SYMBOL_DATA));
	symbols[2].st_info = ELF64_ST_INFO(STB_GLOBAL, STT_OBJECT);
	ck_assert_ptr_eq(image_find(&image, "name", SYMBOL_DATA), code + 2);
	image.gnu_hash = NULL;
	image.sysv_hash = sysv_hash;
	ck_assert_ptr_eq(image_find(&image, "name", SYMBOL_DATA), code + 2);
}
END_TEST

START_TEST(test_no_versions)
{
	versions[2] = 0x8002;
	image.versions = NULL;
	check_function("name", code + 2);
}
END_TEST

START_TEST(test_empty_tables)
{
	static const uint32_t empty_gnu[] = { 0, 1, 1, 0, 0, 0 }, no_symbols[] = { 1, 1, 1, 0, 0, 0, 0 };
	static const Elf_Symndx empty_sysv[] = { 0, 0 };

	image.gnu_hash = empty_gnu;
	ck_assert_ptr_null(image_find(&image, "name", SYMBOL_FUNCTION));
	image.gnu_hash = no_symbols;
	ck_assert_ptr_null(image_find(&image, "name", SYMBOL_FUNCTION));
	image.gnu_hash = NULL;
	image.sysv_hash = empty_sysv;
	ck_assert_ptr_null(image_find(&image, "name", SYMBOL_FUNCTION));
}
END_TEST

/* An object as dl_iterate_phdr tells of it: a segment from address 0x1000 on, and in it
 * the addresses of tables, as the loader leaves them: it has added the base, or not. */
static struct { ElfW(Dyn) dynamic[6]; char tables[64]; } segment;
static ElfW(Phdr) headers[] = {
	{ .p_type = PT_NOTE },
	{ .p_type = PT_LOAD, .p_vaddr = 0x1000, .p_memsz = sizeof segment },
	{ .p_type = PT_DYNAMIC, .p_vaddr = 0x1000 },
};

START_TEST(test_read)
{
	static const int tags[] = { DT_SYMTAB, DT_STRTAB, DT_GNU_HASH, DT_HASH, DT_VERSYM, DT_NULL };
	struct dl_phdr_info object = { .dlpi_addr = (ElfW(Addr))&segment - 0x1000, .dlpi_phdr = headers };
	ElfW(Addr) tables = _i == 0 ? (ElfW(Addr))segment.tables : 0x1000 + offsetof(__typeof__(segment), tables);
	struct image read;

	for (unsigned i = 0; i < 6; i++)
		segment.dynamic[i] = (ElfW(Dyn)){ .d_tag = tags[i], .d_un.d_ptr = tables + i };
	object.dlpi_phnum = 2;
	ck_assert(!image_read(&read, &object));
	object.dlpi_phnum = 3;
	ck_assert(image_read(&read, &object));
	ck_assert_uint_eq(read.base, object.dlpi_addr);
	ck_assert_ptr_eq((const char *)read.symbols, segment.tables);
	ck_assert_ptr_eq(read.strings, segment.tables + 1);
	ck_assert_ptr_eq((const char *)read.gnu_hash, segment.tables + 2);
	ck_assert_ptr_eq((const char *)read.sysv_hash, segment.tables + 3);
	ck_assert_ptr_eq((const char *)read.versions, segment.tables + 4);
	for (unsigned without = 0; without < 4; without++) {
		/* One of the hash tables will do, and no more is left out than that. */
		segment.dynamic[without].d_tag = DT_DEBUG;
		ck_assert_int_eq(image_read(&read, &object), without >= 2);
		segment.dynamic[without].d_tag = tags[without];
	}
	segment.dynamic[2].d_tag = segment.dynamic[3].d_tag = DT_DEBUG;
	ck_assert(!image_read(&read, &object));
}
END_TEST

START_TEST(test_holds)
{
	struct dl_phdr_info object = {
		.dlpi_addr = (ElfW(Addr))&segment - 0x1000, .dlpi_phdr = headers, .dlpi_phnum = 3,
	};
	ElfW(Addr) begin = (ElfW(Addr))&segment, end = begin + sizeof segment;

	ck_assert(!image_holds(&object, (const void *)(begin - 1)));
	ck_assert(image_holds(&object, (const void *)begin));
	ck_assert(image_holds(&object, (const void *)(end - 1)));
	ck_assert(!image_holds(&object, (const void *)end));
}
END_TEST

/* Real objects: in each, what dlsym finds. */
static int visit_object(struct dl_phdr_info *object, size_t size, void *found)
{
	static const char *const names[] = {
		"getaddrinfo", "freeaddrinfo", "gethostbyname_r", "memcpy", "strlen", "dl_iterate_phdr",
	};
	struct image read;

	(void)size;
	if (strstr(object->dlpi_name, "/libc.") == NULL || !image_read(&read, object))
		return 0;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		ck_assert_ptr_nonnull(image_find(&read, names[i], SYMBOL_FUNCTION));
		ck_assert_ptr_eq(image_find(&read, names[i], SYMBOL_FUNCTION), dlsym(RTLD_DEFAULT, names[i]));
	}
	ck_assert_ptr_null(image_find(&read, "no_such_function", SYMBOL_FUNCTION));
	*(bool *)found = true;
	return 1;
}

START_TEST(test_libc)
{
	bool found = false;

	dl_iterate_phdr(visit_object, &found);
	ck_assert(found);
}
END_TEST

TCase *make_tests(void)
{
	TCase *tcase = tcase_create("symbols");

	tcase_add_checked_fixture(tcase, setup, NULL);
	tcase_add_test(tcase, test_first_of_a_name);
	ADD_ROWS(tcase, test_kinds, kinds);
	tcase_add_test(tcase, test_data);
	tcase_add_test(tcase, test_no_versions);
	tcase_add_test(tcase, test_empty_tables);
	tcase_add_loop_test(tcase, test_read, 0, 2);
	tcase_add_test(tcase, test_holds);
	if (SANITIZER(""))
		puts("# SKIP libc's functions as dlsym finds them: the sanitizer puts its own before them");
	else if (is_musl())
		puts("# SKIP glibc's functions as dlsym finds them: this is musl");
	else
		tcase_add_test(tcase, test_libc);
	return tcase;
}
