/* SPDX-License-Identifier: MIT */
/*
 * repeat N HOST [FLAGS]: asks for HOST N times, in the locale of the
 * environment, for strace to watch. Exit status 1 if an answer fails.
 */
#include <locale.h>
#include <netdb.h>
#include <stdlib.h>
#include <sys/socket.h>

int main(int argc, char **argv)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM };
	int status = 0;

	if (argc < 3)
		return 2;
	setlocale(LC_ALL, "");
	hints.ai_flags = argc > 3 ? atoi(argv[3]) : 0;
	for (int i = atoi(argv[1]); i > 0; i--) {
		struct addrinfo *list;
		if (getaddrinfo(argv[2], "80", &hints, &list) == 0)
			freeaddrinfo(list);
		else
			status = 1;
	}
	return status;
}
