/* SPDX-License-Identifier: MIT */
/*
 * An object whose constructor looks hosts up, on its thread and on one of its
 * own: it may run before the shim's constructor has.
 *
 * EARLY_HOSTS is a list of hosts, by spaces. EARLY_PLUGIN is loaded as well.
 */
#include "lookup.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void lookup_all(const char *who)
{
	const char *hosts = getenv("EARLY_HOSTS");
	char *copy = strdup(hosts == NULL ? "" : hosts), *rest = copy, *host;

	while ((host = strsep(&rest, " ")) != NULL)
		if (*host != '\0')
			lookup(who, host, NULL);
	free(copy);
}

static void *thread_main(void *arg)
{
	(void)arg;
	lookup_all("early thread");
	return NULL;
}

__attribute__((constructor)) static void load(void)
{
	const char *plugin = getenv("EARLY_PLUGIN");
	pthread_t thread;

	lookup_all("early");
	if (pthread_create(&thread, NULL, thread_main, NULL) == 0)
		pthread_join(thread, NULL);
	if (plugin != NULL && dlopen(plugin, RTLD_NOW) == NULL)
		puts(dlerror());
}
