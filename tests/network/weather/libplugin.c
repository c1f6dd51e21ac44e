/* SPDX-License-Identifier: MIT */
/*
 * A plugin whose constructor looks WEATHER_HOST up while the loader's lock is held, on a
 * thread that it waits for if WEATHER_THREAD is set. It prints a line as lookup.h says.
 */
#include "lookup.h"
#include "times.h"

#include <pthread.h>
#include <stdlib.h>

static void *ask_there(void *host)
{
	lookup_timed("constructor", host);
	return NULL;
}

__attribute__((constructor)) static void load(void)
{
	char *host = getenv("WEATHER_HOST");
	pthread_t thread;

	begun = now();
	if (getenv("WEATHER_THREAD") == NULL)
		ask_there(host);
	else if (pthread_create(&thread, NULL, ask_there, host) == 0)
		pthread_join(thread, NULL);
}
