/* SPDX-License-Identifier: MIT
 *
 * The differential walk over gethostbyname, gethostbyname2, gethostbyaddr and their _r
 * forms: each question is put to the preloaded function and to libc's own, and each answer
 * is compared field by field, with errno, h_errno and what is written where.
 *
 * There are two documented differences, both in default mode. A host that is Unicode is
 * normalized, unless libc finds it as it is written; and names under localhost are loopback
 * addresses if libc does not find them. expect_host_answer() asks libc the question that has
 * this answer.
 */
#include "differential.h"
#include "draw.h"
#include "host_answer.h"
#include "hosts.h"
#include "musl.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdio.h>
#include <unistd.h>

enum { QUESTIONS_PER_RUN = 150000 }; /* drawn after some 67,000 others; four runs */

static struct host_calls libc;
static const struct host_calls ours = { gethostbyname,	    gethostbyname2, gethostbyname_r,
					gethostbyname2_r, gethostbyaddr,  gethostbyaddr_r };

static const int families[] = { AF_INET, AF_INET6, AF_UNSPEC, AF_UNIX, 99, -1 };

static const enum host_call name_calls[] = { BY_NAME, BY_NAME2, BY_NAME_R, BY_NAME2_R };

/* --- asking --- */

static void compare(const struct host_question *q, struct host_answer want, struct host_answer got, bool layout)
{
	asked++;
	answered += got.entry != NULL;
	if (same_host_answer(q, want, got, layout) || differences++ >= REPORTED)
		return;
	printf("# %s, question %lu:", run->name, asked);
	print_host_question(q);
	print_host_answer("wanted", want);
	print_host_answer("got", got);
}

static void ask_name(const struct host *host, struct host_question q)
{
	static bool without_hosts, told;
	struct host_answer want, got;
	const char *ascii = host->spelling == UNICODE ? host->ascii : NULL;

	/* What libc leaves in errno for a host that is refused by the shim cannot be told then. */
	without_hosts = without_hosts || access("/etc/hosts", F_OK) != 0;
	if (without_hosts && !run->strict && host->spelling != PLAIN) {
		if (!told)
			printf("# SKIP Unicode hosts: there is no /etc/hosts: %s\n", run->name);
		told = true;
		return;
	}

	/* Such a host is never found. Where it has no ASCII form, libc is not asked at all, and
	 * cannot say that there is no room. */
	if (host->spelling == UNICODE && host->ascii == host->text && strchr(host->text, '%') != NULL)
		q.room = MOST_ROOM;
	q.host = text_at_the_edge(0, host->text);
	spare_libc(&libc, &q);
	const bool layout = !is_musl() && is_decided_at_once(&libc, looked_up(host), q.family);
	got = answer_of(&ours, &q, 1);
	if (host->spelling == PLAIN)
		ascii = q.host;
	want = run->strict ? answer_of(&libc, &q, 0) : expect_host_answer(&libc, &q, ascii);
	compare(&q, want, got, layout);
}

static void ask_address(struct host_question q)
{
	q.address = at_the_edge(0, q.address, q.length < 64 ? q.length : 64);
	compare(&q, answer_of(&libc, &q, 0), answer_of(&ours, &q, 1), false);
}

/* --- drawing --- */

/* Around what an answer takes, which is some 50 to 250 bytes, or plenty. */
static void draw_buffer(struct host_question *q, const char *host)
{
	q->misaligned = one_in(4) ? pick(16) : 0;
	switch (pick(8)) {
	case 0:
		q->room = pick(300);
		break;
	case 1:
		q->room = NUMERIC_ROOM + (host != NULL ? strlen(host) + 1 : 0) + pick(8) - 4;
		break;
	case 2:
		q->room = pick(MOST_ROOM);
		break;
	default:
		q->room = 1024;
	}
	if (q->room > MOST_ROOM)
		q->room = MOST_ROOM;
}

/* A name of HOSTS_FILE in another spelling; one in eight is not there. */
static struct host draw_name(void)
{
	static const char *const names[] = { "localhost", "canon.test", "alias.test", "both.test", "six.test", "many.test", "beef",
					     "m1.test", "m2.test", "mapped.test", "localhost.", "x.localhost", "a.b.localhost.", "compatible.test", "deep.sub.canon.test" };
	static char text[64];

	strcpy(text, PICK(names));
	for (char *c = text; *c != '\0'; c++)
		if (one_in(4))
			*c = (char)toupper(*c);
	if (one_in(8))
		mutate(text, sizeof text, ".. abc01-");
	return (struct host){ .text = text, .spelling = PLAIN };
}

/* Mostly the family that HOST may have. */
static int draw_family(const char *host)
{
	if (one_in(8))
		return PICK(families);
	return strchr(host, ':') != NULL || one_in(8) ? AF_INET6 : AF_INET;
}

struct address {
	unsigned char bytes[64];
	socklen_t length;
	int family;
};

static struct address parse(const char *text)
{
	struct address a = { .family = strchr(text, ':') != NULL ? AF_INET6 : AF_INET };

	inet_pton(a.family, text, a.bytes);
	a.length = a.family == AF_INET ? 4 : 16;
	return a;
}

static const char *const addresses[] = {
	"127.0.0.1", "0.0.0.0", "255.255.255.255", "192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.6", "192.0.2.9", "192.0.2.10",
	"192.0.2.11", "192.0.2.12", "192.0.2.13", "192.0.2.15", "203.0.113.9", "::1", "::", "2001:db8::2", "2001:db8::6",
	"2001:db8::99", "::ffff:127.0.0.1", "::ffff:192.0.2.1", "::ffff:192.0.2.13", "::192.0.2.14", "::127.0.0.1", "fe80::1",
	"ff02::1",
};

static struct address draw_address(void)
{
	struct address a = parse(PICK(addresses));

	if (one_in(4))
		a.bytes[pick(a.length)] ^= 1u << pick(8);
	if (one_in(8))
		a.length = pick(sizeof a.bytes);
	if (one_in(8))
		a.family = PICK(families);
	return a;
}

/* --- the walk --- */

static struct host_question about(struct address *a, enum host_call call, size_t room, size_t misaligned)
{
	return (struct host_question){ .call = call, .family = a->family, .address = a->bytes, .length = a->length,
				       .room = room, .misaligned = misaligned };
}

/* Every host x family x call, with room and without. */
static void walk_hosts(void)
{
	for (const struct host *host = hosts; host < hosts + n_hosts; host++)
		for (size_t f = 0; host->text != NULL && f < COUNT(families); f++)
			for (size_t c = 0; c < COUNT(name_calls); c++) {
				struct host_question q = { .call = name_calls[c], .family = families[f], .room = MOST_ROOM };

				ask_name(host, q);
				draw_buffer(&q, looked_up(host));
				ask_name(host, q);
			}
}

/* Every size of a buffer, at some places. */
static void walk_sizes(void)
{
	static const struct host some[] = {
		{ .text = "127.0.0.1" }, { .text = "::1" }, { .text = "256.1.1.1" }, { .text = "localhost" }, { .text = "canon.test" },
		{ .text = "ALIAS.test" }, { .text = "both.test" }, { .text = "many.test" }, { .text = "nosuch.test" },
		{ "BÜCHER.test", "xn--bcher-kva.test", UNICODE, false }, { "１２７.０.０.１", "127.0.0.1", UNICODE, false },
	};
	static const size_t places[] = { 0, 1, 4, 5, 8 };

	for (size_t p = 0; p < COUNT(places); p++)
		for (size_t room = 0; room < 260; room++) {
			for (size_t n = 0; n < COUNT(some); n++)
				ask_name(&some[n], (struct host_question){ .call = BY_NAME2_R, .family = families[pick(2)], .room = room,
									   .misaligned = places[p] });
			for (size_t n = 0; n < COUNT(addresses); n++) {
				struct address a = parse(addresses[n]);
				ask_address(about(&a, BY_ADDRESS_R, room, places[p]));
			}
		}
}

/* Every address x length x family. */
static void walk_addresses(void)
{
	static const socklen_t lengths[] = { 0, 1, 3, 4, 5, 8, 15, 16, 17, 28, (socklen_t)-1 };

	for (size_t n = 0; n < COUNT(addresses); n++)
		for (size_t l = 0; l < COUNT(lengths); l++)
			for (size_t f = 0; f < COUNT(families); f++) {
				struct address a = parse(addresses[n]);

				a.length = lengths[l];
				a.family = families[f];
				ask_address(about(&a, BY_ADDRESS, 0, 0));
				ask_address(about(&a, BY_ADDRESS_R, 1024, 0));
			}
}

static bool walk(unsigned long draws)
{
	void **functions[] = { (void **)&libc.by_name,	 (void **)&libc.by_name2,   (void **)&libc.by_name_r,
			       (void **)&libc.by_name2_r, (void **)&libc.by_address, (void **)&libc.by_address_r };

	/* An option that has no effect any more, in 2.31 to 2.43 at least. */
	if (run->isolated)
		setenv("RES_OPTIONS", "inet6", 1);
	for (size_t i = 0; i < COUNT(functions); i++)
		*functions[i] = libc_symbol(host_call_names[i]);
	collect_hosts();
	walk_hosts();
	walk_sizes();
	walk_addresses();

	const unsigned long fixed = asked, found = answered;
	while (asked - fixed < draws) {
		if (one_in(8)) {
			struct address a = draw_address();
			struct host_question q = about(&a, one_in(4) ? BY_ADDRESS : BY_ADDRESS_R, 0, 0);

			draw_buffer(&q, NULL);
			ask_address(q);
			continue;
		}
		const struct host name = draw_name(), *host = one_in(8) ? &name : random_host();
		if (host->text == NULL)
			continue;
		struct host_question q = { .call = PICK(name_calls), .family = draw_family(looked_up(host)) };
		draw_buffer(&q, looked_up(host));
		ask_name(host, q);
	}
	return answered - found >= draws / 10;
}

TCase *make_tests(void)
{
	return walk_tests(walk, QUESTIONS_PER_RUN);
}
