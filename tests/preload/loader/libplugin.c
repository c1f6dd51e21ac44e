/* SPDX-License-Identifier: MIT */
/*
 * A plugin that looks a host up while it is being loaded: its constructor
 * starts a thread, which asks, and joins it. dlopen holds the loader's lock
 * all the time, so a lookup that has to load something itself never ends.
 *
 * PLUGIN_HOST is what is asked, PLUGIN_FLAGS the ai_flags as a number.
 */
#include "lookup.h"

#include <pthread.h>
#include <stdlib.h>

static void *thread_main(void *arg)
{
	(void)arg;
	lookup("plugin", getenv("PLUGIN_HOST"), getenv("PLUGIN_FLAGS"));
	return NULL;
}

__attribute__((constructor)) static void load(void)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, thread_main, NULL) == 0)
		pthread_join(thread, NULL);
}
