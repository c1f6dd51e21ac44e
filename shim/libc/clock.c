/* SPDX-License-Identifier: MIT */
#include "libc/clock.h"

#include "libc/image.h"

#include <errno.h>
#include <link.h>
#include <stdatomic.h>
#include <stddef.h>
#include <sys/auxv.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define SECOND INT64_C(1000000000)
#define MILLISECOND INT64_C(1000000)

/* The kernel calls this struct __kernel_timespec. Its numbers have 64 bits, whatever time_t
 * has. */
struct instant {
	int64_t seconds;
	int64_t nanoseconds;
};

/* Returns 0, or another value on failure. */
typedef int kernel_clock(clockid_t, struct instant *);

static kernel_clock *_Atomic from_kernel; /* NULL before the first search */

/* A time that was read at most a second before the latest one. Where the kernel refuses its
 * clock, this variable is the clock. */
static _Atomic int64_t last_read;

static int ask_by_call(clockid_t id, struct instant *instant)
{
	int saved = errno;
	int rc;
#ifdef SYS_clock_gettime64
	long narrow[2];

	rc = (int)syscall(SYS_clock_gettime64, id, instant);
	if (rc != 0) { /* Linux is older than 5.1, or a filter is older than this call */
		rc = (int)syscall(SYS_clock_gettime, id, narrow);
		if (rc == 0)
			*instant = (struct instant){ narrow[0], narrow[1] };
	}
#else
	rc = (int)syscall(SYS_clock_gettime, id, instant);
#endif
	errno = saved;
	return rc;
}

/* vdso(7) lists the names: each architecture has one of the two. */
static kernel_clock *find_vdso_clock(void)
{
#ifdef SYS_clock_gettime64
	static const char *const names[] = { "__vdso_clock_gettime64", "__kernel_clock_gettime64" };
#else
	static const char *const names[] = { "__vdso_clock_gettime", "__kernel_clock_gettime" };
#endif
	const ElfW(Ehdr) *header = (const void *)getauxval(AT_SYSINFO_EHDR);
	struct dl_phdr_info vdso = { 0 };
	struct image image;
	void *function = NULL;

	if (header == NULL)
		return NULL;
	vdso.dlpi_phdr = (const void *)((const char *)header + header->e_phoff);
	vdso.dlpi_phnum = header->e_phnum;
	for (size_t i = vdso.dlpi_phnum; i-- > 0;)
		if (vdso.dlpi_phdr[i].p_type == PT_LOAD)
			vdso.dlpi_addr = (ElfW(Addr))header - vdso.dlpi_phdr[i].p_vaddr;
	if (!image_read(&image, &vdso))
		return NULL;
	for (size_t i = 0; i < sizeof names / sizeof names[0] && function == NULL; i++)
		function = image_find(&image, names[i], SYMBOL_FUNCTION);
	return (kernel_clock *)function;
}

/* Threads may race here: all find the same function. */
__attribute__((noinline, cold)) static kernel_clock *find_clock(void)
{
	int saved = errno;
	kernel_clock *found = find_vdso_clock();

	if (found == NULL)
		found = ask_by_call;
	atomic_store(&from_kernel, found);
	errno = saved;
	return found;
}

/* The kernel refuses its clock: see clock.h. */
__attribute__((noinline, cold)) static int64_t step_time(void)
{
	return atomic_fetch_add(&last_read, MILLISECOND) + MILLISECOND;
}

static int64_t read_clock(clockid_t id)
{
	kernel_clock *clock = atomic_load_explicit(&from_kernel, memory_order_relaxed);
	struct instant instant;
	int64_t time;

	if (clock == NULL)
		clock = find_clock();
	if (clock(id, &instant) != 0 && ask_by_call(id, &instant) != 0)
		return step_time();
	time = instant.seconds * SECOND + instant.nanoseconds;
	if (time - atomic_load_explicit(&last_read, memory_order_relaxed) > SECOND)
		atomic_store(&last_read, time);
	return time;
}

int64_t clock_now(void)
{
	return read_clock(CLOCK_MONOTONIC);
}

int64_t clock_coarse(void)
{
	return read_clock(CLOCK_MONOTONIC_COARSE);
}
