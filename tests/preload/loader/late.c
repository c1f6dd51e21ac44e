/* SPDX-License-Identifier: MIT */
/*
 * late [-p PLUGIN] OBJECT [HOST...]: opens PLUGIN, then the object that others preload,
 * or something that needs it, and asks the getaddrinfo in there. PLUGIN is closed
 * before the last host. libc, which names are handed to, comes before the object
 * then, not behind.
 */
#include <dlfcn.h>
#include <netdb.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void *open_or_say(const char *name)
{
	void *object = dlopen(name, RTLD_NOW | RTLD_LOCAL);

	if (object == NULL)
		puts(dlerror());
	return object;
}

int main(int argc, char **argv)
{
	void *plugin = NULL, *object;
	__typeof__(getaddrinfo) *ask = NULL;

	if (getopt(argc, argv, "p:") == 'p' && (plugin = open_or_say(optarg)) == NULL)
		return 2;
	object = optind < argc ? open_or_say(argv[optind]) : NULL;
	if (object != NULL)
		*(void **)&ask = dlsym(object, "getaddrinfo");
	if (ask == NULL || ask == getaddrinfo)
		return 2;
	for (int i = optind + 1; i < argc; i++) {
		struct addrinfo *list;
		int code;

		if (i == argc - 1 && plugin != NULL) {
			dlclose(plugin);
			if (dlopen(optarg, RTLD_NOW | RTLD_NOLOAD) != NULL)
				puts("the plugin is still there");
		}
		code = ask(argv[i], "80", NULL, &list);
		printf("%s %d\n", argv[i], code);
		if (code == 0)
			freeaddrinfo(list);
	}
	return dlclose(object);
}
