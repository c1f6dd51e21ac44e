/* SPDX-License-Identifier: MIT */
/*
 * A preload whose getaddrinfo is the next one's, by the loader's own search.
 */
#include <dlfcn.h>
#include <netdb.h>
#include <stddef.h>

int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints, struct addrinfo **list)
{
	static __typeof__(getaddrinfo) *next;

	if (next == NULL)
		*(void **)&next = dlsym(RTLD_NEXT, "getaddrinfo");
	return next == NULL ? EAI_SYSTEM : next(node, service, hints, list);
}
