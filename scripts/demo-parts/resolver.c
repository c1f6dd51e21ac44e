/* SPDX-License-Identifier: MIT
 *
 * A resolver for scripts/demo that needs no network: preloaded, it stands where
 * libc's would. It knows two hosts, both on loopback, and counts what it is
 * asked for them; other names under .test do not exist, the rest is libc's.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <netdb.h>
#include <string.h>
#include <unistd.h>

int demo_lookups;

int getaddrinfo(const char *host, const char *service, const struct addrinfo *hints,
		struct addrinfo **res)
{
	int (*next)(const char *, const char *, const struct addrinfo *, struct addrinfo **);
	const char *end = host != NULL ? strstr(host, ".test") : NULL;

	*(void **)&next = dlsym(RTLD_NEXT, "getaddrinfo");
	if (end == NULL)
		return next(host, service, hints, res);
	__atomic_add_fetch(&demo_lookups, 1, __ATOMIC_RELAXED);
	if (strcmp(host, "slow.test") == 0)
		usleep(300 * 1000);
	else if (strcmp(host, "xn--bcher-kva.test") != 0)
		return EAI_NONAME;
	return next("127.0.0.1", service, hints, res);
}
