/* SPDX-License-Identifier: MIT */
/*
 * Numeric hosts, looked up N times, for strace to watch.
 *
 *   syscalls N
 */
#include "bench.h"

int main(int argc, char **argv)
{
	static const struct addrinfo stream = { .ai_socktype = SOCK_STREAM };
	static const struct question questions[] = {
		{ "127.0.0.1", "80", NULL },
		{ "0x7f.1", "80", &stream },
		{ "2001:db8::1", NULL, NULL },
		{ "2001:db8::1%7", "80", &stream },
	};
	enum { QUESTIONS = sizeof questions / sizeof *questions };
	size_t n = argc == 2 ? strtoul(argv[1], NULL, 10) : 0;

	for (size_t i = 0; i < n; i++)
		ask_by(getaddrinfo, &questions[i % QUESTIONS]);
	return 0;
}
