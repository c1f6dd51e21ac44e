/* SPDX-License-Identifier: MIT */
/*
 * Distance: hands queries to the nameserver at UPSTREAM, and sends each answer MS
 * milliseconds after its query came.
 *
 *   delay ADDRESS UPSTREAM MS
 *
 * IPv4 and port 53 on both sides, UDP alone. Unlike net/slow.c it is one thread, and has
 * room for all queries of a herd: what is measured is the herd, not what is lost of it.
 * So that UPSTREAM loses none either, it has a few at a time. Prints "ready" once it
 * listens.
 */
#include "bench.h"

#include <arpa/inet.h>
#include <err.h>
#include <poll.h>
#include <sys/socket.h>

enum { SLOTS = 1 << 16, WINDOW = 64, PACKET = 512 };

/* Queries in the order they came in. The number of one, modulo SLOTS, is its id upstream. */
static struct query {
	struct sockaddr_in client;
	double came;
	unsigned char packet[PACKET];
	ssize_t length;
	bool answered;
} queries[SLOTS];
static unsigned come, handed, done, open_upstream;

static struct sockaddr_in port53(const char *text)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(53) };

	if (inet_pton(AF_INET, text, &address.sin_addr) != 1)
		errx(2, "%s: not an IPv4 address", text);
	return address;
}

static void receive(int front)
{
	while (come - done < SLOTS) {
		struct query *q = &queries[come % SLOTS];
		socklen_t size = sizeof q->client;

		q->length = recvfrom(front, q->packet, PACKET, MSG_DONTWAIT, (struct sockaddr *)&q->client, &size);
		if (q->length < 2)
			return;
		q->came = now_ns();
		q->answered = false;
		come++;
	}
}

static void hand(int back)
{
	for (; handed != come && open_upstream < WINDOW; handed++, open_upstream++) {
		struct query *q = &queries[handed % SLOTS];
		unsigned char copy[PACKET];

		memcpy(copy, q->packet, PACKET);
		copy[0] = (unsigned char)(handed % SLOTS >> 8);
		copy[1] = (unsigned char)handed;
		if (send(back, copy, (size_t)q->length, 0) < 0)
			err(1, "upstream");
	}
}

static void collect(int back)
{
	unsigned char packet[PACKET];
	ssize_t length;

	while ((length = recv(back, packet, PACKET, MSG_DONTWAIT)) >= 2) {
		struct query *q = &queries[packet[0] << 8 | packet[1]];

		memcpy(q->packet + 2, packet + 2, (size_t)length - 2); /* the id is the client's */
		q->length = length;
		q->answered = true;
		open_upstream--;
	}
}

/* Sends what is due; nanoseconds until the next is, negative if none is on its way. */
static double deliver(int front, double delay)
{
	for (; done != handed && queries[done % SLOTS].answered; done++) {
		struct query *q = &queries[done % SLOTS];
		double wait = q->came + delay - now_ns();

		if (wait > 0)
			return wait;
		sendto(front, q->packet, (size_t)q->length, 0, (struct sockaddr *)&q->client, sizeof q->client);
	}
	return -1;
}

int main(int argc, char **argv)
{
	if (argc != 4)
		errx(2, "usage: delay ADDRESS UPSTREAM MS");
	struct sockaddr_in here = port53(argv[1]), upstream = port53(argv[2]);
	double delay = atof(argv[3]) * 1e6;
	int front = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int back = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	setsockopt(front, SOL_SOCKET, SO_RCVBUFFORCE, &(int){ 16 << 20 }, sizeof(int));
	if (front < 0 || bind(front, (struct sockaddr *)&here, sizeof here) != 0)
		err(1, "%s", argv[1]);
	if (back < 0 || connect(back, (struct sockaddr *)&upstream, sizeof upstream) != 0)
		err(1, "%s", argv[2]);
	puts("ready");
	fflush(stdout);
	for (;;) {
		struct pollfd fds[] = { { .fd = front, .events = POLLIN }, { .fd = back, .events = POLLIN } };
		double wait = deliver(front, delay);
		struct timespec timeout = { .tv_nsec = (long)wait };

		if (wait >= 1e9)
			timeout = (struct timespec){ .tv_sec = 1 };
		ppoll(fds, 2, wait < 0 ? NULL : &timeout, NULL);
		receive(front);
		collect(back);
		hand(back);
	}
}
