/* SPDX-License-Identifier: MIT */
/*
 * late OBJECT: opens the object that others preload, and asks the getaddrinfo
 * in it. libc, which it hands names to, comes before it then, not behind.
 */
#include <dlfcn.h>
#include <netdb.h>
#include <stddef.h>
#include <stdio.h>

int main(int argc, char **argv)
{
	static const char *const hosts[] = { "127.0.0.1", "localhost" };
	void *object = argc == 2 ? dlopen(argv[1], RTLD_NOW) : NULL;
	__typeof__(getaddrinfo) *ask = NULL;

	if (object != NULL)
		*(void **)&ask = dlsym(object, "getaddrinfo");
	if (ask == NULL || ask == getaddrinfo)
		return 2;
	for (size_t i = 0; i < sizeof hosts / sizeof hosts[0]; i++) {
		struct addrinfo *list;
		int code = ask(hosts[i], "80", NULL, &list);

		printf("%s %d\n", hosts[i], code);
		if (code == 0)
			freeaddrinfo(list);
	}
	return dlclose(object);
}
