/* SPDX-License-Identifier: MIT */
/*
 * huge UNIT BYTES: asks for a host of that many bytes, UNIT over and over, that has
 * to be an address, on a thread with as small a stack as there may be. Prints the
 * code, and how many milliseconds it took.
 */
#include <err.h>
#include <limits.h>
#include <netdb.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { STACK = 64 * 1024 };

static void *ask(void *host)
{
	const struct addrinfo hints = { .ai_flags = AI_NUMERICHOST };
	struct addrinfo *list;
	struct timespec begin, end;
	int code;

	clock_gettime(CLOCK_MONOTONIC, &begin);
	code = getaddrinfo(host, "80", &hints, &list);
	clock_gettime(CLOCK_MONOTONIC, &end);
	printf("%d %ld\n", code, (end.tv_sec - begin.tv_sec) * 1000 + (end.tv_nsec - begin.tv_nsec) / 1000000);
	return NULL;
}

int main(int argc, char **argv)
{
	size_t unit = argc == 3 ? strlen(argv[1]) : 0;
	size_t count = unit > 0 ? strtoul(argv[2], NULL, 10) / unit : 0;
	char *host = malloc(count * unit + 1);
	pthread_attr_t small;
	pthread_t thread;

	if (count == 0 || host == NULL)
		errx(2, "usage: huge UNIT BYTES");
	for (size_t i = 0; i < count; i++)
		memcpy(host + i * unit, argv[1], unit);
	host[count * unit] = '\0';
	pthread_attr_init(&small);
	if (pthread_attr_setstacksize(&small, STACK) != 0 || pthread_create(&thread, &small, ask, host) != 0)
		errx(2, "no thread of %d bytes of stack", STACK);
	pthread_join(thread, NULL);
	free(host);
	return 0;
}
