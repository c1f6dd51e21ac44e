/* SPDX-License-Identifier: MIT */
/*
 * A program whose lock an NSS module takes inside a lookup:
 *
 *   lock HOST
 *
 * The main thread takes the lock, which is recursive. A thread asks for HOST, and so waits
 * for the lock; 100 ms later the main thread asks for it, too, and then lets go of the
 * lock. Prints the lines "thread" and "holder" as lookup.h says.
 */
#include "lookup.h"
#include "times.h"

#include <dlfcn.h>
#include <err.h>
#include <pthread.h>

static void *ask_first(void *host)
{
	lookup_timed("thread", host);
	return NULL;
}

int main(int argc, char **argv)
{
	void *module = dlopen("libnss_locked.so.2", RTLD_NOW);
	pthread_mutex_t *lock = module != NULL ? dlsym(module, "weather_lock") : NULL;
	pthread_t thread;

	if (argc != 2)
		errx(2, "usage: lock HOST");
	if (lock == NULL)
		errx(1, "%s", dlerror());
	begin();
	pthread_mutex_lock(lock);
	if (pthread_create(&thread, NULL, ask_first, argv[1]) != 0)
		errx(1, "no thread");
	nap(100);
	lookup_timed("holder", argv[1]);
	pthread_mutex_unlock(lock);
	pthread_join(thread, NULL);
	return 0;
}
