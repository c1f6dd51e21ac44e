/* SPDX-License-Identifier: MIT */
/*
 * Preloaded into the nameserver: gives its sockets room for the queries of a thousand
 * threads. Where one is lost three times libc answers with half of the addresses.
 */
#include <dlfcn.h>
#include <sys/socket.h>

int bind(int fd, const struct sockaddr *address, socklen_t length)
{
	int (*next)(int, const struct sockaddr *, socklen_t);

	*(void **)&next = dlsym(RTLD_NEXT, "bind");
	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &(int){ 16 << 20 }, sizeof(int));
	return next(fd, address, length);
}
