/* SPDX-License-Identifier: MIT */
/*
 * The part of Tor that torsocks asks for names: a SOCKS 5 server on loopback whose
 * one command is Tor's RESOLVE (0xF0). The answer to every name is 192.0.2.99, and
 * each adds a line to LOG: the name, byte for byte.
 *
 *   socks PORT LOG
 *
 * Prints "ready" once it listens.
 */
#include <arpa/inet.h>
#include <err.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static bool read_all(int client, void *bytes, size_t size)
{
	return recv(client, bytes, size, MSG_WAITALL) == (ssize_t)size;
}

static void serve(int client, int logfile)
{
	static const unsigned char plain[] = {5, 0};
	static const unsigned char answer[] = {5, 0, 0, 1, 192, 0, 2, 99, 0, 0};
	unsigned char greeting[2], methods[255], head[5], name[255 + 2];

	/* Version, methods. Version, command, 0, type 3: a name; its length, the name, a port. */
	if (!read_all(client, greeting, 2) || !read_all(client, methods, greeting[1])
	    || write(client, plain, sizeof plain) != sizeof plain
	    || !read_all(client, head, 5) || head[1] != 0xF0 || head[3] != 3
	    || !read_all(client, name, head[4] + 2u))
		return;
	dprintf(logfile, "%.*s\n", head[4], (const char *)name);
	(void)!write(client, answer, sizeof answer);
}

int main(int argc, char **argv)
{
	struct sockaddr_in here = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int listener, client, logfile;

	if (argc != 3)
		errx(2, "usage: socks PORT LOG");
	here.sin_port = htons((in_port_t)atoi(argv[1]));
	signal(SIGPIPE, SIG_IGN);
	if ((logfile = open(argv[2], O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600)) < 0)
		err(1, "%s", argv[2]);
	listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (listener < 0 || bind(listener, (struct sockaddr *)&here, sizeof here) != 0 || listen(listener, 16) != 0)
		err(1, "port %s", argv[1]);
	puts("ready");
	fflush(stdout);
	for (;;) {
		if ((client = accept4(listener, NULL, NULL, SOCK_CLOEXEC)) < 0)
			err(1, "accept");
		serve(client, logfile);
		close(client);
	}
}
