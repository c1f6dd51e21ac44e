/* SPDX-License-Identifier: MIT */
#include "libc/process.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

static struct process *_Atomic own;
static atomic_bool not_wiped; /* this kernel cannot wipe */

void *process_map(size_t size)
{
	int saved = errno;
	void *mapped = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (mapped == MAP_FAILED)
		mapped = NULL;
	else if (syscall(SYS_madvise, mapped, size, MADV_WIPEONFORK) != 0)
		atomic_store(&not_wiped, true);
	errno = saved;
	return mapped;
}

/* Threads may race here: the first page stays. */
__attribute__((noinline)) static struct process *map_own(void)
{
	struct process *mapped = process_map(sizeof *mapped);
	struct process *first = NULL;

	if (mapped == NULL || atomic_compare_exchange_strong(&own, &first, mapped))
		return mapped;
	munmap(mapped, sizeof *mapped);
	return first;
}

struct process *process_own(void)
{
	struct process *mapped = atomic_load_explicit(&own, memory_order_acquire);

	return mapped != NULL ? mapped : map_own();
}

void process_reset(void)
{
	struct process *mapped = atomic_load(&own);

	if (mapped != NULL && atomic_load(&not_wiped))
		memset(mapped, 0, sizeof *mapped);
}
