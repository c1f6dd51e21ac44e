/* SPDX-License-Identifier: MIT
 *
 * What the process uses. Read while no thread is asking: one of the shim's, whose answer
 * nobody needs any more, may still have to end.
 */
#include "stress.h"

#include <dirent.h>
#include <malloc.h>
#include <unistd.h>

#if !__GLIBC_PREREQ(2, 33)
#define mallinfo2 mallinfo
#endif

static long count_entries(const char *path)
{
	DIR *directory = opendir(path);
	long count = 0;

	if (directory == NULL)
		return 0;
	for (struct dirent *entry; (entry = readdir(directory)) != NULL;)
		count += entry->d_name[0] != '.';
	closedir(directory);
	return count;
}

static long resident(void)
{
	FILE *file = fopen("/proc/self/statm", "r");
	long size, pages = 0;

	if (file != NULL) {
		if (fscanf(file, "%ld %ld", &size, &pages) != 2)
			pages = 0;
		fclose(file);
	}
	return pages * sysconf(_SC_PAGESIZE);
}

void usage_print_descriptors(void)
{
	char path[64], target[128];

	for (int fd = 0; fd < 1024; fd++) {
		ssize_t length;
		int domain = 0;

		snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
		length = readlink(path, target, sizeof target);
		getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &(socklen_t){ sizeof domain });
		if (length > 0)
			say("stress: descriptor %d: %.*s, family %d\n", fd, (int)length,
				target, domain);
	}
}

/* The main thread, and the watch. */
enum { IDLE_THREADS = 2 };

struct reading usage_read_idle(void)
{
	int64_t end = now() + options.limit;

	while (count_entries("/proc/self/task") > IDLE_THREADS && now() < end)
		nap(10 * MILLISECOND);

	struct reading reading = {
		.descriptors = count_entries("/proc/self/fd"),
		.threads = count_entries("/proc/self/task"),
	};

	if (!options.sanitizer) {
		malloc_trim(0);
		reading.heap = (long)(mallinfo2().uordblks + mallinfo2().hblkhd);
		reading.resident = resident();
	}
	return reading;
}
