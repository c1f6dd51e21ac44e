/* SPDX-License-Identifier: MIT */
/*
 * A thread asks for HOST; 200 ms later a plugin is loaded that asks for it, too:
 *
 *   load HOST PLUGIN [thread]
 *
 * With "thread" the plugin's constructor asks on a thread of its own. Prints the lines
 * "thread" and "constructor" as lookup.h says.
 */
#include "lookup.h"
#include "times.h"

#include <dlfcn.h>
#include <err.h>
#include <pthread.h>
#include <stdlib.h>

static void *ask_first(void *host)
{
	lookup_timed("thread", host);
	return NULL;
}

int main(int argc, char **argv)
{
	pthread_t thread;

	if (argc < 3)
		errx(2, "usage: load HOST PLUGIN [thread]");
	begin();
	setenv("WEATHER_HOST", argv[1], 1);
	if (argc > 3)
		setenv("WEATHER_THREAD", "1", 1);
	if (pthread_create(&thread, NULL, ask_first, argv[1]) != 0)
		errx(1, "no thread");
	nap(200);
	if (dlopen(argv[2], RTLD_NOW) == NULL)
		errx(1, "%s", dlerror());
	pthread_join(thread, NULL);
	return 0;
}
