/* SPDX-License-Identifier: MIT */
/*
 * A nameserver in the hands of an attacker: any name is an alias, and the first
 * label of its canonical name is what the first label of the question spells in
 * hexadecimal digits, byte by byte (1b5b.test: ESC and "[", then ".test"); a
 * label that spells nothing stands for itself. Its address is 192.0.2.66.
 *
 *   aliases ADDRESS
 *
 * IPv4, UDP, port 53. Prints "ready" once it listens.
 */
#include <arpa/inet.h>
#include <ctype.h>
#include <err.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum { HEADER = 12, TYPE_A = 1, TYPE_CNAME = 5, POINTER = 0xC0 };

static unsigned char packet[1500];
static size_t used;

static void put(const void *bytes, size_t length)
{
	memcpy(packet + used, bytes, length);
	used += length;
}

/* Type, class IN, a minute to live, and the length of what follows. */
static void put_record(unsigned type, size_t length)
{
	unsigned char head[10] = { 0, (unsigned char)type, 0, 1, 0, 0, 0, 60, 0, (unsigned char)length };

	put(head, sizeof head);
}

/* What the label spells, in at most 31 bytes; returns how many. */
static size_t spell(const unsigned char *label, size_t length, unsigned char *bytes)
{
	size_t count = 0;

	for (size_t i = 0; i + 1 < length; i += 2, count++) {
		char digits[3] = { (char)label[i], (char)label[i + 1], '\0' };
		if (!isxdigit(label[i]) || !isxdigit(label[i + 1]))
			return 0;
		bytes[count] = (unsigned char)strtoul(digits, NULL, 16);
	}
	return count;
}

/* The question, with length bytes of packet, becomes the answer. */
static void answer(size_t length)
{
	const unsigned char *first = packet + HEADER;
	const unsigned char *end = first;
	unsigned char bytes[64];
	unsigned char pointer[2] = { POINTER, HEADER };
	size_t count;
	size_t alias;
	bool is_address;

	while (end < packet + length && *end != 0)
		end += *end + 1;
	used = (size_t)(end - packet) + 5; /* the root, type, class */
	if (used > length || *first == 0 || *first > 63)
		return;
	is_address = end[2] == TYPE_A;
	count = spell(first + 1, *first, bytes + 1);
	if (count == 0)
		memcpy(bytes + 1, first + 1, count = *first);
	bytes[0] = (unsigned char)count;

	memcpy(packet + 2, "\x81\x80\0\1\0\0\0\0\0\0", 10); /* a response; one question */
	packet[7] = is_address ? 2 : 1;
	put(pointer, sizeof pointer);
	alias = used + 10;
	put_record(TYPE_CNAME, count + 3);
	put(bytes, count + 1);
	pointer[1] = (unsigned char)(HEADER + 1 + *first);
	put(pointer, sizeof pointer);
	if (is_address) {
		pointer[0] = (unsigned char)(POINTER | alias >> 8);
		pointer[1] = (unsigned char)alias;
		put(pointer, sizeof pointer);
		put_record(TYPE_A, 4);
		put("\xC0\x00\x02\x42", 4);
	}
}

int main(int argc, char **argv)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(53) };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (argc != 2 || inet_pton(AF_INET, argv[1], &address.sin_addr) != 1)
		errx(2, "usage: aliases ADDRESS");
	if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof address) != 0)
		err(2, "%s", argv[1]);
	puts("ready");
	fflush(stdout);
	for (;;) {
		struct sockaddr_in client;
		socklen_t size = sizeof client;
		ssize_t length = recvfrom(fd, packet, 512, 0, (struct sockaddr *)&client, &size);

		if (length < HEADER)
			continue;
		answer((size_t)length);
		sendto(fd, packet, used, 0, (struct sockaddr *)&client, size);
	}
}
