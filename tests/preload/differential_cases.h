/* SPDX-License-Identifier: MIT
 *
 * What test_differential.c asks beside hosts: the tables.
 */
#ifndef DIFFERENTIAL_CASES_H
#define DIFFERENTIAL_CASES_H

#include <netdb.h>
#include <netinet/in.h>
#include <stddef.h>
#include <sys/socket.h>

static const char *const services[] = {
	NULL, "", "*", "0", "1", "80", "443", "080", "0000000000000000000000080", "65535", "65536", "65537", "131151",
	" 80", "\t80", "\n 80", "+80", " +80", "-65456", "2147483647", "4294967296", "4294967376", "-4294967295",
	"9223372036854775808", "18446744073709551360",
	/* negative as an int: libc takes them for names */
	"-1", "-80", "2147483648", "4294967295", "9223372036854775807", "18446744073709551615", "18446744073709551616",
	"-18446744073709551615", "99999999999999999999999999",
	/* names */
	"http", "HTTP", "domain", "ssh", "tftp", "syslog", "nosuch", "www", "80 ", "80x", "0x50", "8 0", "+", "-", "--1", "+-1",
	" ", "x", "**", "* ", "80.", "\xff",
};

static const int families[] = { AF_UNSPEC, AF_INET, AF_INET6, AF_UNIX, 12345, -1 };

static const int socktypes[] = {
	0, SOCK_STREAM, SOCK_DGRAM, SOCK_RAW, SOCK_RDM, SOCK_SEQPACKET, SOCK_DCCP, SOCK_PACKET, 99, -1,
	SOCK_STREAM | SOCK_NONBLOCK, SOCK_DGRAM | SOCK_CLOEXEC, SOCK_NONBLOCK | SOCK_CLOEXEC, SOCK_RAW | SOCK_CLOEXEC,
	SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 99 | SOCK_NONBLOCK,
};

static const int protocols[] = {
	0, IPPROTO_TCP, IPPROTO_UDP, IPPROTO_UDPLITE, IPPROTO_SCTP, IPPROTO_DCCP, IPPROTO_ICMP, 262 /* MPTCP */, 255, -1,
};

static const struct {
	int socktype, protocol;
} usual[] = {
	{ 0, 0 }, { 0, 0 }, { SOCK_STREAM, 0 }, { SOCK_STREAM, 0 }, { SOCK_DGRAM, 0 }, { SOCK_STREAM, IPPROTO_TCP },
	{ SOCK_DGRAM, IPPROTO_UDP }, { 0, IPPROTO_TCP }, { 0, IPPROTO_UDP }, { SOCK_RAW, 0 }, { SOCK_RAW, IPPROTO_ICMP },
	{ 0, IPPROTO_SCTP }, { SOCK_DCCP, 0 },
};

/* Every flag that libc knows; 0x300 are its deprecated AI_IDN options. */
#define KNOWN_FLAGS \
	(AI_PASSIVE | AI_CANONNAME | AI_NUMERICHOST | AI_V4MAPPED | AI_ALL | AI_ADDRCONFIG | AI_IDN | AI_CANONIDN | 0x300 | \
	 AI_NUMERICSERV)

#endif
