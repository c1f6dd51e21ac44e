/* SPDX-License-Identifier: MIT */
/*
 * Asks getaddrinfo for HOST on a thread that has so little stack:
 *
 *   stack KIB HOST
 *
 * Prints how many bytes of it were used, by the thread's start too. Below the stack is a
 * page that must not be touched: one that is too small ends the program by SIGSEGV. The
 * exit status is 0 if there is an answer.
 */
#include <err.h>
#include <netdb.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { PAINT = 0xa5, GUARD = 64 * 1024 };

static int code;

static void *ask(void *host)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM }, *list;

	code = getaddrinfo(host, "80", &hints, &list);
	if (code == 0)
		freeaddrinfo(list);
	return NULL;
}

int main(int argc, char **argv)
{
	size_t size = argc == 3 ? strtoul(argv[1], NULL, 10) * 1024 : 0, left = 0;
	unsigned char *stack;
	pthread_attr_t attributes;
	pthread_t thread;

	if (size == 0)
		errx(2, "usage: stack KIB HOST");
	stack = mmap(NULL, GUARD + size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (stack == MAP_FAILED || mprotect(stack, GUARD, PROT_NONE) != 0)
		err(2, "mmap");
	stack += GUARD;
	memset(stack, PAINT, size);
	pthread_attr_init(&attributes);
	if (pthread_attr_setstack(&attributes, stack, size) != 0
	    || pthread_create(&thread, &attributes, ask, argv[2]) != 0)
		errx(2, "no thread on such a stack");
	pthread_join(thread, NULL);
	while (left < size && stack[left] == PAINT)
		left++;
	printf("%zu\n", size - left);
	return code != 0;
}
