/* SPDX-License-Identifier: MIT */
/*
 * The loopback server that the programs reach:
 *
 *   server PORT LOG
 *
 * Listens on every address of both families. Each connection adds a line to LOG:
 * the address of ours that it came to, which tells the host that was asked for.
 * Whatever the client says is answered with one small HTTP response; its body is
 * also a git reference advertisement. A client that waits to be spoken to gets
 * that response too, soon, and leaves. Prints "ready" once it listens.
 */
#include <arpa/inet.h>
#include <err.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static const char response[] =
	"HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n"
	"Connection: close\r\n\r\n"
	"0123456789abcdef0123456789abcdef01234567\trefs/heads/reached\n";

static int logfile;

static void log_connection(int client)
{
	struct sockaddr_in6 here;
	socklen_t size = sizeof here;
	char text[INET6_ADDRSTRLEN];

	if (getsockname(client, (struct sockaddr *)&here, &size) != 0)
		return;
	if (IN6_IS_ADDR_V4MAPPED(&here.sin6_addr))
		inet_ntop(AF_INET, &here.sin6_addr.s6_addr[12], text, sizeof text);
	else
		inet_ntop(AF_INET6, &here.sin6_addr, text, sizeof text);
	dprintf(logfile, "%s\n", text);
}

static void *serve(void *argument)
{
	int client = (int)(intptr_t)argument;
	struct pollfd readable = {.fd = client, .events = POLLIN};
	char buffer[4096];

	log_connection(client);
	if (poll(&readable, 1, 300) > 0)
		(void)!read(client, buffer, sizeof buffer);
	(void)!write(client, response, sizeof response - 1);
	shutdown(client, SHUT_WR);
	/* Closing with bytes unread would reset the connection under the client. */
	while (poll(&readable, 1, 2000) > 0 && read(client, buffer, sizeof buffer) > 0)
		;
	close(client);
	return NULL;
}

int main(int argc, char **argv)
{
	struct sockaddr_in6 any = {.sin6_family = AF_INET6};
	int listener, client;
	pthread_t thread;

	if (argc != 3)
		errx(2, "usage: server PORT LOG");
	any.sin6_port = htons((in_port_t)atoi(argv[1]));
	signal(SIGPIPE, SIG_IGN);
	if ((logfile = open(argv[2], O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600)) < 0)
		err(1, "%s", argv[2]);
	listener = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (listener < 0 ||
	    setsockopt(listener, IPPROTO_IPV6, IPV6_V6ONLY, &(int){0}, sizeof(int)) != 0 ||
	    bind(listener, (struct sockaddr *)&any, sizeof any) != 0 || listen(listener, 16) != 0)
		err(1, "port %s", argv[1]);
	puts("ready");
	fflush(stdout);
	for (;;) {
		if ((client = accept4(listener, NULL, NULL, SOCK_CLOEXEC)) < 0)
			err(1, "accept");
		if (pthread_create(&thread, NULL, serve, (void *)(intptr_t)client) != 0)
			close(client);
		else
			pthread_detach(thread);
	}
}
