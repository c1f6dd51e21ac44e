/* SPDX-License-Identifier: MIT */
/*
 * The questions that latency is measured with: every form of a numeric host, then
 * names. The bar is for the time beside libc's.
 */
#ifndef CASES_H
#define CASES_H

#include <netdb.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

static const struct addrinfo any = { 0 };
static const struct addrinfo stream = { .ai_socktype = SOCK_STREAM };
static const struct addrinfo stream4 = { .ai_family = AF_INET, .ai_socktype = SOCK_STREAM };
static const struct addrinfo numbers = {
	.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV,
};

static const struct bench_case {
	const char *name, *host, *service;
	const struct addrinfo *hints;
	const char *bar;
	bool resolved; /* it takes a resolver */
} cases[] = {
	{ "127.0.0.1, port, SOCK_STREAM", "127.0.0.1", "80", &stream, "0.30", false },
	{ "127.0.0.1, port, AI_NUMERICHOST", "127.0.0.1", "80", &numbers, "0.30", false },
	{ "127.0.0.1, port, any type", "127.0.0.1", "80", &any, "0.35", false },
	{ "127.0.0.1, hints NULL, 1 thread", "127.0.0.1", NULL, NULL, "0.010", false },
	{ "0x7f.1", "0x7f.1", "80", &stream, "0.50", false },
	{ "0177.1", "0177.1", "80", &stream, "0.50", false },
	{ "2130706433", "2130706433", "80", &stream, "0.50", false },
	{ "::1", "::1", "80", &stream, "0.45", false },
	{ "2001:db8:1:2:3:4:5:6", "2001:db8:1:2:3:4:5:6", "80", &stream, "0.45", false },
	{ "::ffff:1.2.3.4", "::ffff:1.2.3.4", "80", &stream, "0.45", false },
	{ "::ffff:1.2.3.4, AF_INET", "::ffff:1.2.3.4", "80", &stream4, "0.45", false },
	{ "fe80::1%lo, zone by name", "fe80::1%lo", "80", &stream, "1.02", false },
	{ "fe80::1%1, zone by number", "fe80::1%1", "80", &stream, "1.02", false },
	{ "2001:db8::1%7, zone by number", "2001:db8::1%7", "80", &stream, "0.60", false },
	{ "127.0.0.1, service by name", "127.0.0.1", "http", &stream, "-", false },
	{ "localhost, nobody else asking", "localhost", "80", &stream4, "1.05", true },
};

enum { CASES = sizeof cases / sizeof *cases };

#endif
