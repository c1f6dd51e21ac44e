/* SPDX-License-Identifier: MIT
 *
 * dlsym(RTLD_NEXT) by hand. Before glibc 2.34 dlsym is libdl's, and a process without libdl
 * has none. Where a preload wraps dlsym, RTLD_NEXT means the object behind that preload,
 * which may be ours.
 */
#include "libc/next.h"

#include "libc/symbols.h"

#include <errno.h>
#include <gnu/libc-version.h>
#include <link.h>
#include <stdbool.h>

static __typeof__(getaddrinfo) *next;
static bool is_glibc;

struct walk {
	bool searching;    /* objects are searched from here on */
	void *getaddrinfo; /* the first one found ends the walk */
	bool is_glibc;     /* it is glibc's own */
};

#pragma weak gnu_get_libc_version /* no other libc has it, and no preload replaces it */

/* Objects come in the order in which symbols are searched: those that the process was
 * started with, then those that were opened later. libc is among the former, and so are all
 * objects before libc. */
static int visit_object(struct dl_phdr_info *object, size_t size, void *context)
{
	struct walk *walk = context;
	struct image image;
	void *found = NULL;

	(void)size;
	if (!walk->searching) {
		walk->searching = image_holds(object, &next); /* this object is ours */
		return !walk->searching && image_holds(object, (const void *)__errno_location);
	}
	if (image_read(&image, object))
		found = image_function(&image, "getaddrinfo");
	if (found != NULL && !image_holds(object, &next)) {
		walk->getaddrinfo = found;
		walk->is_glibc = gnu_get_libc_version != NULL
			&& image_holds(object, (const void *)gnu_get_libc_version);
	}
	return walk->getaddrinfo != NULL;
}

/* Take the first getaddrinfo behind ours, as RTLD_NEXT does. But if libc comes before our
 * object, ours was opened later, and the objects behind libc may be closed again. Then take
 * the first getaddrinfo of all, at the latest libc's. */
void next_find(void)
{
	struct walk walk = { .searching = false };

	dl_iterate_phdr(visit_object, &walk);
	if (walk.getaddrinfo == NULL) {
		walk.searching = true;
		dl_iterate_phdr(visit_object, &walk);
	}
	next = (__typeof__(next))walk.getaddrinfo;
	is_glibc = walk.is_glibc;
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
