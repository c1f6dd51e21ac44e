/* SPDX-License-Identifier: MIT
 *
 * The differential walk over getnameinfo: each question is put to the preloaded function and
 * to libc's own, and the codes and texts are compared.
 *
 * There is one documented difference: in default mode the object decodes a name for NI_IDN by
 * itself, to UTF-8 in any locale, and only if the decoded name leads back to the name.
 * predict() asks libc for the name and finds its form in a table. musl does not know the flag.
 */
#include "answer.h"
#include "differential.h"
#include "draw.h"
#include "musl.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/un.h>

enum { QUESTIONS_PER_RUN = 60000 }; /* drawn after some 24,000 others; four runs */

/* The flags that libc knows, two of which have no names any more. */
enum { KNOWN_FLAGS = NI_NUMERICHOST | NI_NUMERICSERV | NI_NOFQDN | NI_NAMEREQD | NI_DGRAM | NI_IDN | 0x40 | 0x80 };

enum { MOST_ROOM = 2048 }; /* of a buffer, whatever its length is said to be */

static int (*libc_getnameinfo)(const struct sockaddr *, socklen_t, char *, socklen_t, char *, socklen_t, int);

static const char *const addresses[] = {
	"127.0.0.1", "0.0.0.0", "192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4", "192.0.2.5", "192.0.2.6", "192.0.2.7",
	"192.0.2.8", "192.0.2.9", "192.0.2.10", "192.0.2.13", "192.0.2.15", "192.0.2.16", "192.0.2.17", "192.0.2.18", "192.0.2.19",
	"192.0.2.20", "192.0.2.21", "192.0.2.22", "192.0.2.23", "203.0.113.9", "::1", "::", "2001:db8::2", "2001:db8::3",
	"2001:db8::99", "::ffff:192.0.2.1", "::ffff:203.0.113.9", "::192.0.2.14", "fe80::1", "fe80::2", "ff01::1", "ff02::1", "ff05::1",
};

/* Names of HOSTS_FILE that have a form in UTF-8 which leads back to them. */
static const struct {
	const char *name, *unicode;
} decoded[] = {
	{ "xn--bcher-kva.test", "bücher.test" },
	{ "xn--n3h.test", "☃.test" },
	{ "xn--fa-hia.test", "faß.test" },
	{ "xn--fiq228c.xn--bcher-kva.test", "中文.bücher.test" },
	{ "xn--80ak6aa92e.test", "аррӏе.test" },
	{ "XN--BCHER-KVA.test", "BüCHER.test" },
	{ "_sip.xn--n3h.test", "_sip.☃.test" },
};

static const in_port_t ports[] = { 0, 1, 53, 80, 443, 514, 9999, 65535 };

union socket_address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
	struct sockaddr_un local;
	char bytes[sizeof(struct sockaddr_storage)];
};

struct question {
	union socket_address address;
	socklen_t length;
	bool wants_host, wants_service; /* else the pointer is NULL */
	socklen_t host_room, service_room;
	int flags;
};

struct name {
	int code, error, h_error;
	const char *host, *service; /* of an answer; NULL: not wanted */
};

typedef int asked_function(const struct sockaddr *, socklen_t, char *, socklen_t, char *, socklen_t, int);

static struct name ask(asked_function *f, const struct question *q, int side)
{
	const size_t host_room = q->host_room < MOST_ROOM ? q->host_room : MOST_ROOM;
	const size_t service_room = q->service_room < MOST_ROOM ? q->service_room : MOST_ROOM;
	/* libc reads the path of a local address to its end, whatever the length. */
	const size_t least = is_musl() ? sizeof q->address.v4 : 0; /* which looks at the family in any case */
	const size_t length = q->length > least ? q->length : least;
	const size_t size = q->address.any.sa_family == AF_UNIX || length > sizeof q->address ? sizeof q->address
											      : (length + 3u) & ~3u;
	char *host = q->wants_host ? room_at_the_edge(1 + 2 * side, host_room) : NULL;
	char *service = q->wants_service ? room_at_the_edge(2 + 2 * side, service_room) : NULL;
	const struct sockaddr *address = at_the_edge(0, &q->address, size);
	struct name a = { 0 };

	errno = 0;
	h_errno = 777;
	a.code = f(address, q->length, host, q->host_room, service, q->service_room, q->flags);
	a.error = a.code == EAI_SYSTEM ? errno : 0;
	a.h_error = h_errno;
	if (a.code == 0 && host_room > 0)
		a.host = host;
	if (a.code == 0 && service_room > 0)
		a.service = service;
	return a;
}

/* The oracle: what the preloaded getnameinfo must answer to Q. */
static struct name predict(const struct question *q)
{
	static char host[2 * MOST_ROOM];
	struct question name = *q, service = *q;
	struct name a, b;

	if (run->strict || is_musl() || !(q->flags & NI_IDN) || q->flags & NI_NUMERICHOST || !q->wants_host || q->host_room == 0)
		return ask(libc_getnameinfo, q, 1);
	name.flags &= ~NI_IDN;
	name.host_room = NI_MAXHOST;
	name.wants_service = false;
	a = ask(libc_getnameinfo, &name, 1);
	if (a.code != 0)
		return a;
	strcpy(host, a.host);
	for (size_t i = 0; i < COUNT(decoded); i++)
		if (strcmp(host, decoded[i].name) == 0)
			strcpy(host, decoded[i].unicode);
	if (strlen(host) >= q->host_room)
		return (struct name){ .code = EAI_OVERFLOW, .h_error = a.h_error };
	service.wants_host = false;
	service.flags &= ~NI_NAMEREQD; /* of no effect on a service, but without a host and a service an error */
	b = ask(libc_getnameinfo, &service, 1);
	b.host = b.code == 0 ? host : NULL;
	return b;
}

static void print_name(const char *who, struct name a)
{
	printf("#   %s: code=%d (%s) errno=%d h_errno=%d", who, a.code, a.code != 0 ? gai_strerror(a.code) : "success", a.error,
	       a.h_error);
	print_text("host", a.host);
	print_text("service", a.service);
	puts("");
}

static void check_question(const struct question *q)
{
	struct name got = ask(getnameinfo, q, 0), want = predict(q);

	asked++;
	answered += got.code == 0;
	if (want.code == got.code && want.error == got.error && want.h_error == got.h_error && same_text(want.host, got.host)
	    && same_text(want.service, got.service))
		return;
	if (differences++ >= REPORTED)
		return;
	printf("# %s, question %lu: family %d ", run->name, asked, q->address.any.sa_family);
	for (size_t i = 0; i < sizeof q->address.v6; i++)
		printf("%02x", (unsigned char)q->address.bytes[i]);
	printf(" length %u host %d %u service %d %u flags %#x\n", q->length, q->wants_host, q->host_room, q->wants_service,
	       q->service_room, (unsigned)q->flags);
	print_name("wanted", want);
	print_name("got", got);
}

/* --- drawing --- */

static void put_address(struct question *q, const char *text)
{
	memset(&q->address, 0, sizeof q->address);
	if (strchr(text, ':') == NULL) {
		q->address.v4.sin_family = AF_INET;
		q->address.v4.sin_port = htons(PICK(ports));
		inet_pton(AF_INET, text, &q->address.v4.sin_addr);
		q->length = sizeof q->address.v4;
	} else {
		q->address.v6 = (struct sockaddr_in6){
			.sin6_family = AF_INET6,
			.sin6_port = htons(PICK(ports)),
			.sin6_scope_id = one_in(2) ? 0 : PICK(((const uint32_t[]){ 1, 2, 77, 0xffffffff })),
		};
		inet_pton(AF_INET6, text, &q->address.v6.sin6_addr);
		q->length = sizeof q->address.v6;
	}
}

static socklen_t draw_room(void)
{
	switch (pick(8)) {
	case 0:
		return pick(4);
	case 1:
	case 2:
		return pick(50);
	case 3:
		return one_in(8) ? (socklen_t)-1 : NI_MAXHOST + pick(3) - 1;
	default:
		return NI_MAXHOST;
	}
}

/* libc looks a service up in a file that is longer than all others. */
static int draw_flags(void)
{
	int flags = random64() & KNOWN_FLAGS;

	if (!one_in(16))
		flags |= NI_NUMERICSERV;
	if (!one_in(4))
		flags &= ~NI_NUMERICHOST;
	if (one_in(64))
		flags |= (int)(1u << pick(32));
	return flags;
}

static struct question draw(void)
{
	struct question q = { .wants_host = !one_in(16), .host_room = draw_room(), .wants_service = !one_in(4),
			      .service_room = one_in(2) ? NI_MAXSERV : pick(8), .flags = draw_flags() };

	put_address(&q, PICK(addresses));
	if (one_in(8))
		q.address.bytes[4 + pick(16)] ^= 1u << pick(8);
	if (one_in(16))
		q.length = pick(sizeof q.address + 1);
	if (one_in(32)) {
		q.address.any.sa_family = PICK(((const sa_family_t[]){ AF_UNIX, AF_UNSPEC, AF_NETLINK, 99, AF_INET, AF_INET6 }));
		q.address.bytes[sizeof q.address - 1] = '\0';
	}
	return q;
}

/* --- the walk --- */

static bool walk(unsigned long draws)
{
	struct question q = { .wants_host = true, .wants_service = true };

	*(void **)&libc_getnameinfo = libc_symbol("getnameinfo");
	/* every address x flags, the rest drawn */
	for (size_t n = 0; n < COUNT(addresses); n++)
		for (int flags = 0; flags <= KNOWN_FLAGS; flags++) {
			if (!(flags & NI_NUMERICSERV) && !one_in(8))
				continue;
			q.host_room = draw_room();
			q.service_room = NI_MAXSERV;
			q.flags = flags;
			put_address(&q, addresses[n]);
			check_question(&q);
		}
	/* every address x room of the host x the flags that shape it */
	for (size_t n = 0; n < COUNT(addresses); n++)
		for (socklen_t room = 0; room < 50; room++)
			for (size_t f = 0; f < 8; f++) {
				static const int flags[] = { 0, NI_NUMERICHOST, NI_NAMEREQD, NI_NOFQDN, NI_IDN, NI_IDN | NI_NAMEREQD,
							     NI_IDN | NI_NUMERICHOST, NI_IDN | NI_NOFQDN };

				q.host_room = room;
				q.service_room = one_in(4) ? pick(6) : NI_MAXSERV;
				q.flags = flags[f] | NI_NUMERICSERV;
				put_address(&q, addresses[n]);
				check_question(&q);
			}
	/* every length of an address */
	for (size_t n = 0; n < COUNT(addresses); n++)
		for (socklen_t length = 0; length <= sizeof q.address; length++) {
			q = draw();
			put_address(&q, addresses[n]);
			q.length = length;
			check_question(&q);
		}
	const unsigned long fixed = asked, found = answered;
	while (asked - fixed < draws) {
		q = draw();
		check_question(&q);
	}
	return answered - found >= draws / 10;
}

TCase *make_tests(void)
{
	return walk_tests(walk, QUESTIONS_PER_RUN);
}
