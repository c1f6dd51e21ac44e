/* SPDX-License-Identifier: MIT
 *
 * A plugin for scripts/demo: while the loader runs its constructor, and so
 * holds its lock, a thread resolves a Unicode host. The host is 127.0.0.1 in
 * full-width digits, so no name server is needed.
 */
#define _GNU_SOURCE
#include <netdb.h>
#include <pthread.h>
#include <stddef.h>

int demo_code = -1;

static void *resolve(void *unused)
{
	const struct addrinfo hints = { .ai_flags = AI_IDN, .ai_socktype = SOCK_STREAM };
	struct addrinfo *list;

	demo_code = getaddrinfo("\uff11\uff12\uff17.\uff10.\uff10.\uff11", "80", &hints, &list);
	if (demo_code == 0)
		freeaddrinfo(list);
	return unused;
}

__attribute__((constructor)) static void load(void)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, resolve, NULL) == 0)
		pthread_join(thread, NULL);
}
