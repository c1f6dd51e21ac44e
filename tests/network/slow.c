/* SPDX-License-Identifier: MIT */
/*
 * A nameserver that is far away: hands each UDP query to the nameserver at
 * UPSTREAM and holds its answer for MS milliseconds, each query by itself:
 *
 *   slow ADDRESS UPSTREAM MS [N]
 *
 * IPv4 and port 53 on both sides, no TCP. Of N queries the last is lost. Prints "ready"
 * once it listens, and "lost" for each that is lost.
 */
#include <arpa/inet.h>
#include <err.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

struct query {
	struct sockaddr_in client;
	size_t length;
	char packet[1500];
};

static int front;
static struct sockaddr_in upstream;
static useconds_t delay;

static struct sockaddr_in port53(const char *text)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(53)};

	if (inet_pton(AF_INET, text, &address.sin_addr) != 1)
		errx(2, "%s: not an IPv4 address", text);
	return address;
}

static void *answer(void *argument)
{
	struct query *query = argument;
	int back = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	ssize_t length = -1;

	if (back >= 0 && connect(back, (struct sockaddr *)&upstream, sizeof upstream) == 0 &&
	    send(back, query->packet, query->length, 0) >= 0)
		length = recv(back, query->packet, sizeof query->packet, 0);
	if (back >= 0)
		close(back);
	usleep(delay);
	if (length >= 0)
		sendto(front, query->packet, (size_t)length, 0,
		       (struct sockaddr *)&query->client, sizeof query->client);
	free(query);
	return NULL;
}

int main(int argc, char **argv)
{
	pthread_attr_t detached;

	if (argc != 4 && argc != 5)
		errx(2, "usage: slow ADDRESS UPSTREAM MS [N]");
	struct sockaddr_in here = port53(argv[1]);
	upstream = port53(argv[2]);
	delay = (useconds_t)atoi(argv[3]) * 1000;
	unsigned long loses = argc == 5 ? strtoul(argv[4], NULL, 10) : 0, queries = 0;

	pthread_attr_init(&detached);
	pthread_attr_setdetachstate(&detached, PTHREAD_CREATE_DETACHED);
	pthread_attr_setstacksize(&detached, 64 * 1024);

	/* Room for a herd; where it is refused a query may be lost and sent again. */
	front = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	setsockopt(front, SOL_SOCKET, SO_RCVBUFFORCE, &(int){4 << 20}, sizeof(int));
	if (front < 0 || bind(front, (struct sockaddr *)&here, sizeof here) != 0)
		err(1, "%s", argv[1]);
	puts("ready");
	fflush(stdout);
	for (;;) {
		struct query *query = malloc(sizeof *query);
		if (query == NULL)
			err(1, "malloc");
		socklen_t size = sizeof query->client;
		ssize_t length = recvfrom(front, query->packet, sizeof query->packet, 0,
					  (struct sockaddr *)&query->client, &size);
		if (length < 0)
			err(1, "recvfrom");
		if (loses > 0 && ++queries % loses == 0) {
			puts("lost");
			fflush(stdout);
			free(query);
			continue;
		}
		query->length = (size_t)length;
		pthread_t thread;
		if (pthread_create(&thread, &detached, answer, query) != 0)
			free(query); /* as the network would: dropped */
	}
}
