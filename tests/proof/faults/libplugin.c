/* SPDX-License-Identifier: MIT */
/*
 * A plugin that looks hosts up: when it is told to, on its caller's thread or on
 * one of its own, and for itself when it is unloaded.
 */
#include "plugin.h"

#include <pthread.h>
#include <stdlib.h>

static int ask(const char *host, struct addrinfo **list)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM };

	return getaddrinfo(host, "80", &hints, list);
}

static void *thread_main(void *arg)
{
	struct plugin_lookup *asked = arg;

	asked->code = ask(asked->host, &asked->list);
	return NULL;
}

void plugin_ask(struct plugin_lookup *asked, int on_thread)
{
	pthread_t thread;

	if (!on_thread)
		thread_main(asked);
	else if (pthread_create(&thread, NULL, thread_main, asked) != 0 || pthread_join(thread, NULL) != 0)
		abort();
}

/* The loader's lock is held. */
__attribute__((destructor)) static void unload(void)
{
	static const char *const hosts[] = { "127.0.0.1", "quick.fake", "ms-5.shared.fake", "b\u00fccher.fake" };

	for (int i = 0; i < 4; i++) {
		struct addrinfo *list;

		if (ask(hosts[i], &list) != 0)
			abort();
		freeaddrinfo(list);
	}
}
