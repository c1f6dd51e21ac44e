/* SPDX-License-Identifier: MIT */
/*
 * The allocator of alloc.h, preloaded. What it watches it overwrites before it
 * frees it, so that who looks at it later sees rubbish.
 */
#include "alloc.h"

#include <dlfcn.h>
#include <errno.h>
#include <link.h>
#include <malloc.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static _Thread_local struct {
	bool armed, failed;
	volatile bool looking; /* dlsym is said to call nothing of this file */
	enum whose whose;
	unsigned nth, calls;
} self;

static atomic_int linger_ms;

/* Where the shim's code is. */
static uintptr_t shim_begin, shim_end;

enum { BLOCKS = 4096 };
static void *blocks[BLOCKS];
static size_t block_count;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* for the two above */

static int find_shim(struct dl_phdr_info *info, size_t size, void *unused)
{
	(void)size;
	(void)unused;
	if (strstr(info->dlpi_name, "/libgaishim.so") == NULL)
		return 0;
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *segment = &info->dlpi_phdr[i];

		if (segment->p_type == PT_LOAD && segment->p_flags & PF_X) {
			shim_begin = info->dlpi_addr + segment->p_vaddr;
			shim_end = shim_begin + segment->p_memsz;
		}
	}
	return 1;
}

__attribute__((constructor)) static void begin(void)
{
	dl_iterate_phdr(find_shim, NULL);
}

static bool fails(const void *caller)
{
	if (!self.armed || (self.whose == SHIM
	    && ((uintptr_t)caller < shim_begin || (uintptr_t)caller >= shim_end)))
		return false;
	if (++self.calls != self.nth) {
		/* As glibc's may be, though it succeeds: without /sys, that of 2.31 is. */
		if (self.whose == SHIM)
			errno = ENOENT;
		return false;
	}
	self.failed = true;
	if (linger_ms > 0)
		poll(NULL, 0, linger_ms);
	errno = ENOMEM;
	return true;
}

static void *watch(void *block)
{
	if (self.armed && block != NULL) {
		pthread_mutex_lock(&lock);
		if (block_count == BLOCKS)
			abort();
		blocks[block_count++] = block;
		pthread_mutex_unlock(&lock);
	}
	return block;
}

/* True if the block was watched. */
static bool forget(void *block)
{
	bool found = false;

	if (block == NULL)
		return false;
	pthread_mutex_lock(&lock);
	for (size_t i = 0; i < block_count && !found; i++)
		if (blocks[i] == block) {
			blocks[i] = blocks[--block_count];
			found = true;
		}
	pthread_mutex_unlock(&lock);
	return found;
}

static void api_arm(unsigned nth, enum whose whose)
{
	if (shim_begin == 0)
		abort();
	self.nth = nth;
	self.whose = whose;
	self.calls = 0;
	self.failed = false;
	self.armed = true;
}

static void api_linger(int ms)
{
	linger_ms = ms;
}

static bool api_disarm(void)
{
	self.armed = false;
	return self.failed;
}

static size_t api_outstanding(void)
{
	size_t count;

	pthread_mutex_lock(&lock);
	count = block_count;
	pthread_mutex_unlock(&lock);
	return count;
}

const struct allocator faulty_allocator = {
	.arm = api_arm,
	.linger = api_linger,
	.disarm = api_disarm,
	.outstanding = api_outstanding,
};

/* libc's own, by dlsym: valgrind replaces them there. */
#define NEXT(function) \
	static __typeof__(function) *next; \
	if (next == NULL) { \
		self.looking = true; \
		next = (__typeof__(function) *)dlsym(RTLD_NEXT, #function); \
		self.looking = false; \
	}

/* The dlsym of glibc 2.31 allocates while it looks for the allocator. */
static _Alignas(16) char room[1024];

static void *early(size_t size)
{
	static atomic_size_t used;
	size_t at = atomic_fetch_add(&used, (size + 15) / 16 * 16);

	return at + size <= sizeof room ? room + at : NULL;
}

static bool is_early(const void *block)
{
	return (uintptr_t)block - (uintptr_t)room < sizeof room;
}

static void *allocate(size_t size)
{
	if (self.looking)
		return early(size);
	NEXT(malloc);
	return watch(next(size));
}

void *malloc(size_t size)
{
	return fails(__builtin_return_address(0)) ? NULL : allocate(size);
}

/* Interposed because the call in libc's would be libc's. */
char *strdup(const char *string)
{
	size_t size = strlen(string) + 1;
	char *copy = fails(__builtin_return_address(0)) ? NULL : allocate(size);

	return copy == NULL ? NULL : memcpy(copy, string, size);
}

void *calloc(size_t count, size_t size)
{
	if (self.looking)
		return early(count * size);
	NEXT(calloc);
	return fails(__builtin_return_address(0)) ? NULL : watch(next(count, size));
}

void *realloc(void *block, size_t size)
{
	NEXT(realloc);
	void *moved;

	if (fails(__builtin_return_address(0)))
		return NULL;
	/* Before it goes: another thread may be given the same place. */
	bool watched = forget(block);
	moved = next(block, size);
	if (block == NULL)
		return watch(moved);
	if (watched)
		watch(moved != NULL ? moved : block);
	return moved;
}

void free(void *block)
{
	if (is_early(block))
		return;
	NEXT(free);

	if (forget(block))
		memset(block, 0xdd, malloc_usable_size(block));
	next(block);
}

/* A thread's own block stays with its stack, and libc keeps both for the next thread. */
int pthread_create(pthread_t *restrict thread, const pthread_attr_t *restrict attributes,
		   void *(*function)(void *), void *restrict argument)
{
	NEXT(pthread_create);
	bool armed = self.armed;
	int rc;

	self.armed = false;
	rc = next(thread, attributes, function, argument);
	self.armed = armed;
	return rc;
}
