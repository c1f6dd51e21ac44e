/* SPDX-License-Identifier: MIT
 *
 * The differential test: over a million questions, each put to the preloaded
 * getaddrinfo and to libc's own, each answer compared field by field.
 *
 * In strict mode the two must be identical. In default mode predict() turns
 * the four documented differences into the exact answer that is wanted: it
 * asks libc another question, whose answer is known to be the right one.
 */
#include "answer.h"
#include "differential.h"
#include "differential_cases.h"
#include "draw.h"
#include "host_answer.h"
#include "hosts.h"
#include "musl.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#define QUESTIONS_PER_RUN 650000 /* drawn after some 340,000 others; four runs */
#define MUSL_FLAGS (AI_PASSIVE | AI_CANONNAME | AI_NUMERICHOST | AI_V4MAPPED | AI_ALL | AI_ADDRCONFIG | AI_NUMERICSERV)
#define TYPE_BITS (SOCK_NONBLOCK | SOCK_CLOEXEC)

struct question {
	const struct host *host;
	const char *service;
	bool without_hints;
	struct addrinfo hints;
};

static struct {
	int (*getaddrinfo)(const char *, const char *, const struct addrinfo *, struct addrinfo **);
	void (*freeaddrinfo)(struct addrinfo *);
} libc;


/* --- asking --- */

static struct answer ask(int (*f)(const char *, const char *, const struct addrinfo *, struct addrinfo **),
			 const char *host, const char *service, const struct addrinfo *hints)
{
	struct answer a = { .list = &untouched };

	a.code = f(host, service, hints, &a.list);
	if (a.code == EAI_SYSTEM)
		a.error = errno;
	return a;
}

static void free_answer(struct answer a)
{
	if (a.list != &untouched)
		libc.freeaddrinfo(a.list);
}

/* What libc says to the loopback address of Q's family, or to both, as the addresses of
 * NAME. */
static struct answer expect_loopback(const struct question *q, struct addrinfo hints, const char *name)
{
	static const struct addrinfo any = { .ai_socktype = SOCK_STREAM };
	const struct answer order = ask(libc.getaddrinfo, NULL, "0", &any);
	const bool v4_first = hints.ai_family == AF_INET || (hints.ai_family == AF_UNSPEC && order.list->ai_family == AF_INET);
	struct answer a, b = { 0 };
	struct addrinfo *last;

	free_answer(order);
	a = ask(libc.getaddrinfo, v4_first ? "127.0.0.1" : "::1", q->service, &hints);
	if (a.code != 0)
		return a;
	/* The only such host of the tables is in the form that its A-label stands for. */
	if (hints.ai_flags & AI_CANONIDN && strncmp(name, "xn--", 4) == 0)
		name = q->host->text;
	if (is_musl()) /* which has it in each node, and does not free it */
		for (last = a.list; last != NULL; last = last->ai_next)
			last->ai_canonname = (char *)name;
	else if (hints.ai_flags & AI_CANONNAME)
		strcpy(a.list->ai_canonname = realloc(a.list->ai_canonname, strlen(name) + 1), name);
	if (hints.ai_family == AF_UNSPEC) {
		hints.ai_flags &= ~AI_CANONNAME;
		b = ask(libc.getaddrinfo, v4_first ? "::1" : "127.0.0.1", q->service, &hints);
		if (is_musl())
			for (last = b.list; last != NULL; last = last->ai_next)
				last->ai_canonname = (char *)name;
	}
	for (last = a.list; last->ai_next != NULL; last = last->ai_next)
		;
	last->ai_next = b.list;
	return a;
}

/* Has libc not found a host? */
static bool is_not_found(int code)
{
	return code == EAI_NONAME || code == EAI_NODATA || code == EAI_ADDRFAMILY || code == EAI_AGAIN || code == EAI_FAIL;
}

/* The oracle: what the preloaded getaddrinfo must answer to Q. */
static struct answer predict(const struct question *q)
{
	struct addrinfo hints = { .ai_flags = is_musl() ? 0 : AI_V4MAPPED | AI_ADDRCONFIG };
	const char *host = q->host->text;
	bool refused = false, no_form = false;

	if (!q->without_hints)
		hints = q->hints;
	if (run->strict)
		return ask(libc.getaddrinfo, host, q->service, q->without_hints ? NULL : &hints);

	if (is_musl() && hints.ai_flags & ~MUSL_FLAGS)
		return ask(libc.getaddrinfo, host, q->service, &hints);

	const int flags = hints.ai_flags, bits = hints.ai_socktype & TYPE_BITS;

	/* Difference 1: AI_ADDRCONFIG does not touch a numeric host, nor what would have
	 * to be one. */
	if (q->host->numeric || (flags & AI_NUMERICHOST && host != NULL && strcmp(host, "*") != 0))
		hints.ai_flags &= ~AI_ADDRCONFIG;
	/* Difference 2: these two are no error, and come back. */
	hints.ai_socktype &= ~TYPE_BITS;
	/* Difference 3: a Unicode host is normalized in any case, unless libc finds it as
	 * it is written. Other charsets than UTF-8 remain libc's, if the caller asks. */
	struct answer a = { EAI_NONAME, 0, &untouched };
	if (q->host->spelling == UNICODE) {
		hints.ai_flags &= ~AI_IDN;
		if (!q->host->numeric && !(flags & (AI_IDN | AI_NUMERICHOST)))
			a = ask(libc.getaddrinfo, host, q->service, &hints);
		host = q->host->ascii;
	} else if (q->host->spelling == REFUSED || (q->host->spelling == ILL_FORMED && (run->utf8 || !(flags & AI_IDN)))) {
		hints.ai_flags &= ~AI_IDN;
		no_form = true;
		refused = flags & (AI_IDN | AI_NUMERICHOST);
		if (refused) /* what else is wrong comes first */
			host = hints.ai_family == AF_INET6 ? "::" : "0";
	}

	/* Difference 4: names under localhost are this machine, if libc does not find them. */
	const bool is_localhost = host != NULL && !no_form && !q->host->numeric && !(flags & AI_NUMERICHOST) && is_under_localhost(host);
	if (a.code != 0) {
		if (is_localhost)
			hints.ai_flags &= ~AI_ADDRCONFIG;
		a = ask(libc.getaddrinfo, host, q->service, &hints);
		if (is_localhost && is_not_found(a.code))
			a = expect_loopback(q, hints, host);
	}
	if (no_form && a.code == EAI_NODATA) /* libc's for one family, without /etc/hosts */
		a.code = EAI_NONAME;
	if (refused && a.code == 0) {
		free_answer(a);
		a = (struct answer){ flags & AI_NUMERICHOST ? EAI_NONAME : EAI_IDN_ENCODE, 0, &untouched };
	}
	if (a.list != &untouched)
		for (struct addrinfo *ai = a.list; ai; ai = ai->ai_next) {
			ai->ai_flags = is_musl() ? 0 : flags;
			ai->ai_socktype |= bits;
		}
	return a;
}

/* --- comparing --- */

static void print_answer(const char *who, struct answer a)
{
	printf("#   %s: code=%d (%s)", who, a.code, a.code ? gai_strerror(a.code) : "success");
	if (a.code == EAI_SYSTEM)
		printf(" errno=%d", a.error);
	puts(a.list == &untouched ? ", *res untouched" : "");
	if (a.list == &untouched)
		return;
	for (const struct addrinfo *ai = a.list; ai; ai = ai->ai_next) {
		printf("#     flags=0x%x family=%d socktype=0x%x protocol=%d addrlen=%u", (unsigned)ai->ai_flags,
		       ai->ai_family, (unsigned)ai->ai_socktype, ai->ai_protocol, ai->ai_addrlen);
		print_text("canonname", ai->ai_canonname);
		printf(" addr=");
		for (socklen_t i = 0; i < ai->ai_addrlen; i++)
			printf("%02x", ((const unsigned char *)ai->ai_addr)[i]);
		putchar('\n');
	}
}

static void print_question(const struct question *q)
{
	printf("# %s, question %lu:", run->name, asked);
	print_text("host", q->host->text);
	print_text("service", q->service);
	if (q->without_hints)
		puts(" hints=NULL");
	else
		printf(" flags=0x%x family=%d socktype=0x%x protocol=%d\n", (unsigned)q->hints.ai_flags,
		       q->hints.ai_family, (unsigned)q->hints.ai_socktype, q->hints.ai_protocol);
}

static void check_question(const struct question *q)
{
	struct addrinfo hints = q->hints;
	struct answer got = ask(getaddrinfo, text_at_the_edge(0, q->host->text), text_at_the_edge(1, q->service),
				q->without_hints ? NULL : &hints);
	struct answer want = predict(q);
	bool hints_written = memcmp(&hints, &q->hints, sizeof hints) != 0;

	asked++;
	answered += got.code == 0;
	if (!same_answer(want, got) || hints_written) {
		if (differences++ < REPORTED) {
			print_question(q);
			print_answer("wanted", want);
			print_answer("got", got);
			if (hints_written)
				puts("#   the caller's hints were written to");
		}
	}
	free_answer(want);
	free_answer(got);
}

/* --- drawing what the walk leaves open --- */

/* Any set of known flags; AI_ADDRCONFIG is slow in libc and so is rarer, and
 * so are unknown flags, after which nothing else counts. */
static int random_flags(void)
{
	int flags = random64() & (is_musl() && !one_in(8) ? MUSL_FLAGS : KNOWN_FLAGS);

	if (!one_in(8))
		flags &= ~AI_ADDRCONFIG;
	if (one_in(64))
		flags |= 1u << pick(32);
	return flags;
}

/* Will libc look SERVICE up in /etc/services? That takes a hundred times as
 * long as all the rest. */
static bool is_named(const char *service)
{
	char *end;

	return service && *service && strcmp(service, "*") != 0 && ((int)strtoul(service, &end, 10) < 0 || *end != '\0');
}

static const char *draw_service(void)
{
	static char text[64];

	switch (pick(4)) {
	case 0:
		snprintf(text, sizeof text, "%s%" PRIu64, one_in(4) ? PICK(((const char *[]){ " ", "+", "-", "0" })) : "",
			 random64() >> pick(64));
		return text;
	case 1: {
		/* around the edges of 16, 31, 32, 63 and 64 bits */
		uint64_t edge = PICK(((uint64_t[]){ 1u << 16, 1ull << 31, 1ull << 32, 1ull << 63, 0 }));

		snprintf(text, sizeof text, "%" PRIu64, edge + pick(200) - 100);
		return text;
	}
	default:
		return PICK(services);
	}
}

static const char *random_service(void)
{
	const char *service;

	if (is_musl() && !one_in(4)) /* which refuses most of the others */
		return PICK(((const char *[]){ NULL, NULL, "80", "65535" }));
	do
		service = draw_service();
	while (is_named(service) && !one_in(64));
	return service;
}

/* --- the walk --- */

/* The fields of addrinfo that hints have no use for hold nonsense: glibc does
 * not look at them. */
static struct question question(const struct host *host, const char *service, int flags, int family, int socktype,
				int protocol)
{
	struct question q = {
		.host = host,
		.service = service,
		.hints = {
			.ai_flags = flags,
			.ai_family = family,
			.ai_socktype = socktype,
			.ai_protocol = protocol,
			.ai_addrlen = 0xdead,
			.ai_addr = (struct sockaddr *)0xdead,
			.ai_canonname = (char *)0xdead,
			.ai_next = (struct addrinfo *)0xdead,
		},
	};

	/* Not an address: reading /etc/hosts every time would take too long. */
	if (host->text && !host->numeric && !one_in(16))
		q.hints.ai_flags |= AI_NUMERICHOST;
	return q;
}

static void ask_without_hints(const struct host *host, const char *service)
{
	struct question q = { .host = host, .service = service, .without_hints = true };

	check_question(&q);
}

/* Mostly what makes sense together, so that addresses come back. */
static void ask_the_usual(struct question *q)
{
	size_t i = pick(COUNT(usual));

	q->hints.ai_socktype = usual[i].socktype | (one_in(8) ? random64() & TYPE_BITS : 0);
	q->hints.ai_protocol = usual[i].protocol;
}

/* Does /etc/hosts know this name? */
static bool is_known_name(const struct host *host)
{
	struct answer a;

	if (!host->text || host->numeric)
		return false;
	a = ask(libc.getaddrinfo, looked_up(host), NULL, NULL);
	free_answer(a);
	return a.code == 0;
}

/* Were enough of the questions that are drawn worth asking? */
static bool walk(unsigned long draws)
{
	*(void **)&libc.getaddrinfo = libc_symbol("getaddrinfo");
	*(void **)&libc.freeaddrinfo = libc_symbol("freeaddrinfo");
	collect_hosts();
	/* every host x family x type x protocol, the rest drawn */
	for (const struct host *host = hosts; host < hosts + n_hosts; host++) {
		ask_without_hints(host, NULL);
		ask_without_hints(host, "80");
		for (size_t f = 0; f < COUNT(families); f++)
			for (size_t t = 0; t < COUNT(socktypes); t++)
				for (size_t p = 0; p < COUNT(protocols); p++) {
					struct question q = question(host, random_service(), random_flags(), families[f],
								     socktypes[t], protocols[p]);

					check_question(&q);
				}
	}
	/* every service x type x protocol, the host drawn */
	for (size_t s = 0; s < COUNT(services); s++)
		for (size_t t = 0; t < COUNT(socktypes); t++)
			for (size_t p = 0; p < COUNT(protocols); p++) {
				struct question q = question(&hosts[pick(n_hosts)], services[s], random_flags(),
							     families[pick(3)], socktypes[t], protocols[p]);

				check_question(&q);
			}
	/* every set of known flags, and every single flag, on a few hosts */
	for (int flags = 0; flags <= KNOWN_FLAGS; flags++)
		for (size_t f = 0; f < 3; f++) {
			struct question q = question(&hosts[pick(n_hosts)], random_service(), flags, families[f], PICK(socktypes), 0);

			check_question(&q);
		}
	for (int bit = 0; bit < 32; bit++) {
		struct question q = question(&hosts[pick(n_hosts)], "80", (int)(1u << bit), AF_UNSPEC, 0, 0);

		check_question(&q);
	}
	/* names that have addresses, some hundred times each */
	for (const struct host *host = hosts; host < hosts + n_hosts; host++)
		for (int times = is_known_name(host) ? 500 : 0; times > 0; times--) {
			struct question q = question(host, random_service(), random_flags(), families[pick(3)], 0, 0);

			q.hints.ai_flags &= ~AI_NUMERICHOST;
			ask_the_usual(&q);
			check_question(&q);
		}
	/* and anything */
	const unsigned long fixed = asked, found = answered;
	while (asked - fixed < draws) {
		const struct host *host = random_host();
		const char *service = random_service();

		if (one_in(256)) {
			ask_without_hints(host, service);
			continue;
		}
		struct question q = question(host, service, random_flags(), one_in(64) ? (int)pick(64) : families[pick(3)],
					     one_in(64) ? (int)pick(16) : PICK(socktypes),
					     one_in(64) ? (int)pick(256) : PICK(protocols));
		if (!one_in(4))
			ask_the_usual(&q);
		check_question(&q);
	}
	return answered - found >= draws / 10;
}

TCase *make_tests(void)
{
	return walk_tests(walk, QUESTIONS_PER_RUN);
}
