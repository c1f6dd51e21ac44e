/* SPDX-License-Identifier: MIT
 *
 * The differential test: over a million questions, each put to the preloaded
 * getaddrinfo and to libc's own, each answer compared field by field.
 *
 * In strict mode the two must be identical. In default mode predict() turns
 * the three documented differences into the exact answer that is wanted: it
 * asks libc another question, whose answer is known to be the right one.
 *
 * The configuration is read once per process, so the Check program starts
 * itself anew for every run; GAISHIM_SEED repeats a run that failed, and
 * GAISHIM_QUESTIONS says how many are drawn instead of QUESTIONS_PER_RUN.
 *
 * Nothing is looked up outside: libc is told to ask /etc/hosts alone. Half of
 * the runs leave the network as well, if they may, because AI_ADDRCONFIG has
 * most to say where only lo is up; their /etc/hosts is HOSTS_FILE.
 */
#include "answer.h"
#include "differential_cases.h"

#include "unit.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <dlfcn.h>
#include <errno.h>
#include <inttypes.h>
#include <locale.h>
#include <net/if.h>
#include <nss.h>
#include <sched.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define PICK(array) ((array)[pick(COUNT(array))])

#define QUESTIONS_PER_RUN 650000 /* drawn after some 340,000 others; four runs */
#define REPORTED 20		  /* differences printed in full */
#define TYPE_BITS (SOCK_NONBLOCK | SOCK_CLOEXEC)

static const struct run {
	const char *name;
	bool strict;
	bool utf8;	/* the locale: C.UTF-8 or C */
	bool isolated;	/* in namespaces of its own: only lo is up, HOSTS_FILE is /etc/hosts */
} runs[] = {
	{ "default mode", false, false, false },
	{ "default mode, UTF-8, only lo", false, true, true },
	{ "strict mode", true, false, false },
	{ "strict mode, UTF-8, only lo", true, true, true },
};

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

static const struct run *run;
static struct host hosts[COUNT(plain_hosts) + COUNT(unicode_hosts) + COUNT(ill_formed) + COUNT(long_hosts)];
static size_t n_hosts;
static unsigned long asked, answered, differences;

/* --- random numbers (splitmix64) --- */

static uint64_t random_state;

static uint64_t random64(void)
{
	uint64_t z = random_state += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

/* 0 to n - 1 */
static unsigned pick(size_t n)
{
	return random64() % n;
}

static bool one_in(unsigned n)
{
	return pick(n) == 0;
}

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

/* Would libc take TEXT for an address, whatever it then says to its zone? */
static bool is_numeric(const char *text)
{
	static const struct addrinfo hints = { .ai_flags = AI_NUMERICHOST };
	size_t length = strcspn(text, "%");

	if (text[length] == '%') {
		char address[INET6_ADDRSTRLEN] = "";
		struct in6_addr out;

		return length < sizeof address && inet_pton(AF_INET6, memcpy(address, text, length), &out) == 1;
	}
	struct answer a = ask(libc.getaddrinfo, text, NULL, &hints);
	free_answer(a);
	return a.code == 0;
}

/* What is looked up, in the end, when a caller asks for this host. */
static const char *looked_up(const struct host *host)
{
	return host->spelling == UNICODE && !run->strict ? host->ascii : host->text;
}

static struct host *host_init(struct host *host, const char *text, const char *ascii, enum spelling spelling)
{
	*host = (struct host){ text, ascii, spelling, false };
	/* A zone is the name of an interface, which the kernel has as bytes:
	 * what is Unicode in the zone only is not normalized. */
	if (spelling != PLAIN && is_numeric(text)) {
		host->spelling = UNICODE;
		host->ascii = text;
	}
	host->numeric = text && is_numeric(looked_up(host));
	return host;
}

/* The oracle: what the preloaded getaddrinfo must answer to Q. */
static struct answer predict(const struct question *q)
{
	struct addrinfo hints = { .ai_flags = AI_V4MAPPED | AI_ADDRCONFIG };
	const char *host = q->host->text;
	bool refused = false, no_form = false;

	if (!q->without_hints)
		hints = q->hints;
	if (run->strict)
		return ask(libc.getaddrinfo, host, q->service, q->without_hints ? NULL : &hints);

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

	if (a.code != 0)
		a = ask(libc.getaddrinfo, host, q->service, &hints);
	if (no_form && a.code == EAI_NODATA) /* libc's for one family, without /etc/hosts */
		a.code = EAI_NONAME;
	if (refused && a.code == 0) {
		free_answer(a);
		a = (struct answer){ flags & AI_NUMERICHOST ? EAI_NONAME : EAI_IDN_ENCODE, 0, &untouched };
	}
	if (a.list != &untouched)
		for (struct addrinfo *ai = a.list; ai; ai = ai->ai_next) {
			ai->ai_flags = flags;
			ai->ai_socktype |= bits;
		}
	return a;
}

/* --- comparing --- */

static void print_text(const char *label, const char *text)
{
	printf(" %s=", label);
	if (!text) {
		printf("NULL");
		return;
	}
	putchar('"');
	for (; *text; text++)
		if (isprint((unsigned char)*text) && (unsigned char)*text < 0x80 && !strchr("\"\\", *text))
			putchar(*text);
		else
			printf("\\x%02x", (unsigned char)*text);
	putchar('"');
}

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

/* A copy of TEXT that ends where readable memory does, so that reading on is
 * a crash; WHICH of the two places it goes to. */
static const char *at_the_edge(int which, const char *text)
{
	enum { ROOM = 1 << 16 };
	static char *end[2];

	if (!text)
		return NULL;
	if (!end[which]) {
		char *room = mmap(NULL, 2 * ROOM, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

		if (room == MAP_FAILED || mprotect(room + ROOM, ROOM, PROT_NONE) != 0) {
			puts("Bail out! no memory");
			exit(2);
		}
		end[which] = room + ROOM;
	}
	size_t size = strlen(text) + 1;
	return memcpy(end[which] - size, text, size);
}

static void check_question(const struct question *q)
{
	struct addrinfo hints = q->hints;
	struct answer got = ask(getaddrinfo, at_the_edge(0, q->host->text), at_the_edge(1, q->service),
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
	int flags = random64() & KNOWN_FLAGS;

	if (!one_in(8))
		flags &= ~AI_ADDRCONFIG;
	if (one_in(64))
		flags |= 1u << pick(32);
	return flags;
}

/* One to three characters inserted, removed or replaced. */
static void mutate(char *text, size_t size, const char *alphabet)
{
	for (int edits = 1 + pick(3); edits; edits--) {
		size_t length = strlen(text), at = pick(length + 1);
		char c = alphabet[pick(strlen(alphabet))];

		switch (pick(3)) {
		case 0:
			if (length + 2 <= size) {
				memmove(text + at + 1, text + at, length - at + 1);
				text[at] = c;
			}
			break;
		case 1:
			if (at < length)
				memmove(text + at, text + at + 1, length - at);
			break;
		default:
			if (at < length)
				text[at] = c;
		}
	}
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

	do
		service = draw_service();
	while (is_named(service) && !one_in(64));
	return service;
}

/* Most of these are IPv4 addresses, in one form or another. */
static void random_ipv4(char *text, size_t size)
{
	static const char *const formats[] = { "%" PRIu64, "0%" PRIo64, "0x%" PRIx64, "0X%" PRIX64, "%03" PRIu64 };
	static const uint64_t edges[] = { 0, 255, 256, 65535, 65536, 0xffffff, 0x1000000, 0xffffffff, 0x100000000 };
	int parts = 1 + pick(one_in(16) ? 5 : 4);

	text[0] = '\0';
	for (int i = 0; i < parts; i++) {
		uint64_t part = i + 1 < parts ? pick(256) : random64() & (0xffffffff >> 8 * (parts > 4 ? 3 : i));
		size_t length = strlen(text);

		if (one_in(8))
			part = PICK(edges);
		snprintf(text + length, size - length, PICK(formats), part);
		if (i + 1 < parts)
			strcat(text, ".");
	}
}

/* Most of these are IPv6 addresses, some with a zone. */
static void random_ipv6(char *text, size_t size)
{
	static const char *const heads[] = { "::", "fe80::", "febf::", "fec0::", "ff01::", "ff02::", "ff05::", "::ffff:", "2001:db8:" };
	static const char *const formats[] = { "%x", "%04x", "%X", "%04X" };
	static const char *const zones[] = { "lo", "1", "0", "4294967295", "4294967296", "", "nosuch", "lo%1", "+1", "0x1" };
	const char *format = PICK(formats);
	bool dotted = one_in(4);
	int groups = 8 - 2 * dotted, gap = one_in(4) ? -1 : (int)pick(groups);

	text[0] = '\0';
	if (one_in(2)) {
		strcpy(text, PICK(heads));
		groups = pick(6 - 2 * dotted);
		gap = -1;
	}
	for (int i = 0; i < groups; i++) {
		size_t length = strlen(text);

		if (i == gap) {
			strcat(text, i ? ":" : "::");
			i += pick(groups - i);
			continue;
		}
		snprintf(text + length, size - length, format, pick(0x10000) >> 4 * pick(4));
		if (i + 1 < groups || dotted)
			strcat(text, ":");
	}
	if (dotted)
		snprintf(text + strlen(text), size - strlen(text), "%u.%u.%u.%u", pick(256), pick(256), pick(256), pick(260));
	if (one_in(4))
		snprintf(text + strlen(text), size - strlen(text), "%%%s", PICK(zones));
	else if (one_in(8))
		snprintf(text + strlen(text), size - strlen(text), "%%%" PRIu64, random64() >> pick(64));
}

/* ASCII spelled with compatibility characters that UTS #46 maps back to it, in
 * lower case; one at least, so that it is not ASCII. TEXT takes four bytes a
 * character. */
static void disguise(char *text, char *ascii)
{
	static const char *const dots[] = { "。", "．", "｡" };
	size_t last = strlen(ascii) - 1;
	bool disguised = false;

	for (size_t i = 0; i <= last; i++) {
		char c = ascii[i];

		ascii[i] = tolower(c);
		if (one_in(2) && (disguised || i < last)) {
			*text++ = c;
			continue;
		}
		disguised = true;
		if (c == '.') {
			text = stpcpy(text, PICK(dots));
		} else if (isdigit((unsigned char)c) && one_in(2)) {
			/* U+1D7CE to U+1D7FF: five mathematical alphabets of digits */
			unsigned u = 0x1d7ce + 10 * pick(5) + (c - '0');

			*text++ = (char)0xf0;
			*text++ = (char)(0x80 | u >> 12);
			*text++ = (char)(0x80 | (u >> 6 & 0x3f));
			*text++ = (char)(0x80 | (u & 0x3f));
		} else {
			/* U+FF01 to U+FF5E: full width */
			unsigned u = 0xff01 + (c - '!');

			*text++ = (char)(0xe0 | u >> 12);
			*text++ = (char)(0x80 | (u >> 6 & 0x3f));
			*text++ = (char)(0x80 | (u & 0x3f));
		}
	}
	*text = '\0';
}

static const struct host *random_host(void)
{
	static const char alphabet[] = "00112345678999abcdefABCDEFxXlo.....:::::%% +-*/\\_\t";
	static struct host host;
	static char ascii[512], text[4 * sizeof ascii];
	const struct host *seed = &hosts[pick(n_hosts)];

	switch (pick(8)) {
	case 0:
	case 1:
		if (seed->spelling != PLAIN || !seed->text || strlen(seed->text) > sizeof ascii / 2)
			return seed;
		strcpy(ascii, seed->text);
		break;
	case 2:
	case 3:
	case 4:
		random_ipv4(ascii, sizeof ascii);
		break;
	default:
		random_ipv6(ascii, sizeof ascii);
	}
	if (one_in(4) || strcmp(ascii, seed->text ? seed->text : "") == 0)
		mutate(ascii, sizeof ascii, alphabet);
	if (one_in(32)) {
		size_t at = pick(strlen(ascii) + 1);

		snprintf(text, sizeof text, "%.*s%s%s", (int)at, ascii, PICK(ill_formed), ascii + at);
		return host_init(&host, text, NULL, ILL_FORMED);
	}
	if (one_in(16)) {
		random_ipv4(ascii, sizeof ascii);
		disguise(text, ascii);
		return host_init(&host, text, ascii, UNICODE);
	}
	return host_init(&host, ascii, NULL, PLAIN);
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

static void collect_hosts(void)
{
	for (size_t i = 0; i < COUNT(plain_hosts); i++)
		host_init(&hosts[n_hosts++], plain_hosts[i], NULL, PLAIN);
	for (size_t i = 0; i < COUNT(unicode_hosts); i++)
		host_init(&hosts[n_hosts++], unicode_hosts[i].text, unicode_hosts[i].ascii, unicode_hosts[i].spelling);
	for (size_t i = 0; i < COUNT(ill_formed); i++) {
		char *text;

		if (asprintf(&text, "127.0.0.1%s", ill_formed[i]) > 0)
			host_init(&hosts[n_hosts++], text, NULL, ILL_FORMED);
	}
	for (size_t i = 0; i < COUNT(long_hosts); i++) {
		char fill[5001], *text;

		memset(fill, long_hosts[i].fill, sizeof fill);
		if (asprintf(&text, "%s%.*s%s", long_hosts[i].head, long_hosts[i].count, fill, long_hosts[i].tail) > 0)
			host_init(&hosts[n_hosts++], text, NULL, PLAIN);
	}
}

/* --- a run, in a process of its own --- */

/* Both of these may be root's alone, or nobody's: then the run goes on without,
 * and says so. */

static bool leave_the_network(void)
{
	struct ifreq lo = { .ifr_name = "lo", .ifr_flags = IFF_UP };

	if (unshare(CLONE_NEWNET) != 0 && unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0)
		return false;
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return false;
	bool up = ioctl(fd, SIOCSIFFLAGS, &lo) == 0;
	close(fd);
	return up;
}

/* What is mounted from here on is seen by nobody else. */
static bool leave_the_mounts(void)
{
	if (unshare(CLONE_NEWNS) != 0)
		return false;
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0)
		return true;
	/* In a chroot the root is no mount point. /proc is one, and once it is
	 * private it can carry a copy of the root. */
	return mount(NULL, "/proc", NULL, MS_PRIVATE, NULL) == 0 &&
	       mount("/", "/proc/driver", NULL, MS_BIND | MS_REC, NULL) == 0 &&
	       mount(NULL, "/proc/driver", NULL, MS_REC | MS_PRIVATE, NULL) == 0 && chroot("/proc/driver") == 0;
}

static bool replace_hosts_file(void)
{
	const ssize_t size = strlen(HOSTS_FILE);
	char path[] = "/tmp/gaishim-hosts-XXXXXX";

	if (!leave_the_mounts())
		return false;
	int fd = mkstemp(path);
	if (fd < 0)
		return false;
	bool replaced = fchmod(fd, 0644) == 0 && write(fd, HOSTS_FILE, size) == size &&
			mount(path, "/etc/hosts", NULL, MS_BIND, NULL) == 0;
	close(fd);
	unlink(path);
	return replaced;
}

static int run_main(int index)
{
	void *handle = dlopen("libc.so.6", RTLD_LAZY | RTLD_NOLOAD);

	run = &runs[index];
	random_state = strtoull(getenv("GAISHIM_SEED"), NULL, 0) + index;
	*(void **)&libc.getaddrinfo = dlsym(handle, "getaddrinfo");
	*(void **)&libc.freeaddrinfo = dlsym(handle, "freeaddrinfo");
	if (!libc.getaddrinfo || !libc.freeaddrinfo || dlsym(RTLD_DEFAULT, "getaddrinfo") == (void *)libc.getaddrinfo) {
		puts("# nothing stands in front of libc's getaddrinfo");
		return 2;
	}
	if (__nss_configure_lookup("hosts", "files") != 0 || __nss_configure_lookup("services", "files") != 0) {
		puts("# libc cannot be told to look in files alone");
		return 2;
	}
	if (run->utf8 && !setlocale(LC_ALL, "C.UTF-8")) {
		puts("# there is no locale C.UTF-8");
		return 2;
	}
	if (run->isolated && !leave_the_network())
		printf("# SKIP no network namespace (%s): %s runs in the network there is\n", strerror(errno), run->name);
	if (run->isolated && !replace_hosts_file())
		printf("# SKIP no mount on /etc/hosts (%s): %s runs with the one there is\n", strerror(errno), run->name);

	collect_hosts();
	const char *draws = getenv("GAISHIM_QUESTIONS");
	bool worth_asking = walk(draws ? strtoul(draws, NULL, 10) : QUESTIONS_PER_RUN);

	printf("# %s: %lu questions, %lu with addresses, %lu differences\n", run->name, asked, answered, differences);
	return differences != 0 || !worth_asking;
}

/* --- the Check program: a test for each run --- */

static char *self;

START_TEST(test_run)
{
	char index[] = { (char)('0' + _i), '\0' };
	char *const argv[] = { self, index, NULL };
	pid_t pid;
	int status;

	setenv("GAISHIM_STRICT", runs[_i].strict ? "1" : "0", 1);
	ck_assert_int_eq(posix_spawn(&pid, self, NULL, NULL, argv, environ), 0);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_msg(status == 0, "%s: wait status 0x%x", runs[_i].name, (unsigned)status);
}
END_TEST

TCase *make_tests(void)
{
	if (arguments[1] != NULL)
		exit(run_main(atoi(arguments[1])));
	self = arguments[0];

	if (!getenv("GAISHIM_SEED")) {
		char seed[32];
		struct timespec now;

		clock_gettime(CLOCK_REALTIME, &now);
		snprintf(seed, sizeof seed, "%lld", now.tv_sec * 1000000000LL + now.tv_nsec);
		setenv("GAISHIM_SEED", seed, 1);
	}
	printf("# seed %s\n", getenv("GAISHIM_SEED"));
	fflush(stdout);

	TCase *tc = tcase_create("differential");
	tcase_set_timeout(tc, 240);
	ADD_ROWS(tc, test_run, runs);
	return tc;
}
