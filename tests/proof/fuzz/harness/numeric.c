/* SPDX-License-Identifier: MIT
 *
 * The exported getaddrinfo against libc's, on questions that no resolver is needed
 * for: AI_NUMERICHOST is always set, but for hosts that are addresses. In strict mode
 * the two answers must be the same; else expect() turns the documented
 * differences into the answer that is wanted, which is libc's to another question.
 *
 * The input is six numbers (mode, two halves of the flags, family, socktype,
 * protocol), the host, NUL, the service; no NUL, no service.
 */
#include "calls/getaddrinfo.c"

#include "host/classify.h"

#include "answer.h"
#include "host/idna.h"
#include "fuzz.h"

#include <arpa/inet.h>
#include <dlfcn.h>
#include <idn2.h>
#include <locale.h>
#include <nss.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define TYPE_BITS (SOCK_NONBLOCK | SOCK_CLOEXEC)

enum mode { STRICT = 1, UTF8 = 2, IDN_OFF = 4, GLOBAL = 8, NO_HINTS = 16, NO_HOST = 32 };

typedef int lookup_function(const char *, const char *, const struct addrinfo *, struct addrinfo **);

static lookup_function *libc_getaddrinfo;
static locale_t locales[2];

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	void *library = dlopen("libc.so.6", RTLD_LAZY | RTLD_NOLOAD);

	(void)argc;
	(void)argv;
	*(void **)&libc_getaddrinfo = dlsym(library, "getaddrinfo");
	locales[0] = newlocale(LC_ALL_MASK, "C", NULL);
	locales[1] = newlocale(LC_ALL_MASK, "C.UTF-8", NULL);
	if (libc_getaddrinfo == NULL || libc_getaddrinfo == getaddrinfo || locales[1] == NULL
	    || __nss_configure_lookup("hosts", "files") != 0
	    || __nss_configure_lookup("services", "files") != 0) {
		puts("Bail out! no libc to compare with");
		exit(2);
	}
	return 0;
}

static struct answer ask(lookup_function *function, const char *host, const char *service,
			 const struct addrinfo *hints)
{
	enum { ERRNO_BEFORE = 4242 };
	struct answer a = { .list = &untouched };

	errno = ERRNO_BEFORE;
	a.code = function(host, service, hints, &a.list);
	if (a.code == EAI_SYSTEM)
		a.error = errno;
	else if (a.code == 0 && function == getaddrinfo && errno != ERRNO_BEFORE)
		find("errno is %d after success", errno);
	return a;
}

static void free_answer(struct answer a)
{
	if (a.list != &untouched)
		freeaddrinfo(a.list);
}

/* Is it an address, whatever may be said of its zone? */
static bool is_numeric(const char *host)
{
	static const struct addrinfo hints = { .ai_flags = AI_NUMERICHOST };
	size_t length = strcspn(host, "%");
	char v6[INET6_ADDRSTRLEN] = "";
	struct in6_addr out;

	if (length < sizeof v6 && inet_pton(AF_INET6, memcpy(v6, host, length), &out) == 1)
		return true;
	struct answer a = ask(libc_getaddrinfo, host, NULL, &hints);
	free_answer(a);
	return a.code == 0;
}

/* The host in the form in which it is looked up. It is the business of another
 * harness that this one is right. */
static int expect_host(const char **host, char ascii[static HOST_MAX + 1])
{
	enum host_kind kind = classify_host(*host);
	int code;

	if (kind == HOST_ILL_FORMED)
		return EAI_IDN_ENCODE;
	if (kind != HOST_UNICODE)
		return 0;
	code = idna_to_ascii(*host, ascii);
	if (code == 0)
		*host = ascii;
	return code;
}

/* The oracle: what must be answered. */
static struct answer expect(const char *host, const char *service, const struct addrinfo *hints,
			    unsigned mode)
{
	struct addrinfo own = { .ai_flags = AI_V4MAPPED | AI_ADDRCONFIG };
	char ascii[HOST_MAX + 1];
	bool any_host = host == NULL || strcmp(host, "*") == 0;
	bool ascii_host = any_host || classify_host(host) == HOST_ASCII;
	bool numeric, passed = mode & IDN_OFF, refused, no_form = false;
	const int flags = hints != NULL ? hints->ai_flags : own.ai_flags;
	struct answer a;

	if (mode & STRICT)
		return ask(libc_getaddrinfo, host, service, hints);
	if (hints != NULL)
		own = *hints;

	/* 2: SOCK_NONBLOCK and SOCK_CLOEXEC are no error, and come back. */
	own.ai_socktype &= ~TYPE_BITS;
	/* 3: a host is normalized, unless it is an address as it stands. Other charsets
	 * than UTF-8 are libc's, if the caller asks. */
	numeric = !any_host && is_numeric(host);
	if (!numeric && !ascii_host && own.ai_flags & AI_IDN && !(mode & UTF8))
		passed = passed || classify_host(host) == HOST_ILL_FORMED;
	if (!numeric && !ascii_host && !passed) {
		no_form = expect_host(&host, ascii) != 0;
		numeric = host == ascii && is_numeric(host);
	}
	if (!ascii_host && (numeric || !passed))
		own.ai_flags &= ~(AI_IDN | AI_CANONIDN);
	/* 1: AI_ADDRCONFIG does not touch an address, nor what would have to be one. */
	if (numeric || (!any_host && own.ai_flags & AI_NUMERICHOST))
		own.ai_flags &= ~AI_ADDRCONFIG;

	/* What else is wrong comes before a host that cannot be encoded, or be an address.
	 * Another host without an ASCII form is looked for as it is written. */
	refused = no_form && flags & (AI_IDN | AI_NUMERICHOST);
	if (refused)
		host = own.ai_family == AF_INET6 ? "::" : "0";
	a = ask(libc_getaddrinfo, host, service, &own);
	if (no_form && a.code == EAI_NODATA) /* libc's for one family, without /etc/hosts */
		a.code = EAI_NONAME;
	if (refused && a.code == 0) {
		free_answer(a);
		return (struct answer){ flags & AI_NUMERICHOST ? EAI_NONAME : EAI_IDN_ENCODE, 0, &untouched };
	}
	for (struct addrinfo *node = a.list; node != NULL && node != &untouched; node = node->ai_next) {
		node->ai_flags = flags;
		node->ai_socktype |= hints != NULL ? hints->ai_socktype & TYPE_BITS : 0;
	}
	return a;
}

static void print_answer(const char *who, struct answer a)
{
	printf("# %s: code %d, errno %d%s\n", who, a.code, a.error,
	       a.list == &untouched ? ", *res untouched" : "");
	if (a.list == &untouched)
		return;
	for (const struct addrinfo *node = a.list; node != NULL; node = node->ai_next) {
		printf("#   flags %#x family %d socktype %#x protocol %d address ", (unsigned)node->ai_flags,
		       node->ai_family, (unsigned)node->ai_socktype, node->ai_protocol);
		for (socklen_t i = 0; i < node->ai_addrlen; i++)
			printf("%02x", ((const unsigned char *)node->ai_addr)[i]);
		puts("");
		print_text("  canonname", node->ai_canonname);
	}
}

/* Hints from the next five numbers: most often such as a caller might give. */
static struct addrinfo take_hints(struct input *in)
{
	static const int families[] = { AF_UNSPEC, AF_INET, AF_INET6, AF_UNIX };
	static const int socktypes[] = {
		0, SOCK_STREAM, SOCK_DGRAM, SOCK_RAW, SOCK_SEQPACKET, SOCK_DCCP,
		SOCK_NONBLOCK, SOCK_STREAM | SOCK_CLOEXEC, SOCK_DGRAM | SOCK_NONBLOCK,
		SOCK_RAW | SOCK_CLOEXEC, SOCK_STREAM | TYPE_BITS, SOCK_RDM, -1,
	};
	static const int protocols[] = {
		0, IPPROTO_TCP, IPPROTO_UDP, IPPROTO_UDPLITE, IPPROTO_SCTP, IPPROTO_DCCP,
		IPPROTO_ICMP, IPPROTO_RAW, -1,
	};
	unsigned low = take_number(in), high = take_number(in);
	unsigned family = take_number(in), socktype = take_number(in), protocol = take_number(in);

	return (struct addrinfo){
		.ai_flags = (int)((low & 63) | (high & 31) << 6 | (high & 128) << (low >> 4)),
		.ai_family = family < COUNT(families) ? families[family] : (int)family,
		.ai_socktype = socktype < COUNT(socktypes) ? socktypes[socktype] : (int)socktype,
		.ai_protocol = protocol < COUNT(protocols) ? protocols[protocol] : (int)protocol,
	};
}

/* Ask both; without AI_NUMERICHOST only what no resolver is asked about. */
static void check(const char *host, const char *service, struct addrinfo *hints, unsigned mode)
{
	char ascii[HOST_MAX + 1];
	const char *asked = host;
	struct addrinfo before;
	struct answer got, want;

	if (asked != NULL && !(mode & (STRICT | IDN_OFF)) && expect_host(&asked, ascii) != 0)
		asked = NULL; /* refused */
	if (asked != NULL && strcmp(asked, "*") != 0 && !is_numeric(host) && !is_numeric(asked)) {
		hints->ai_flags |= AI_NUMERICHOST;
		mode &= ~(unsigned)NO_HINTS;
	}
	before = *hints;
	got = ask(getaddrinfo, host, service, mode & NO_HINTS ? NULL : hints);
	want = expect(host, service, mode & NO_HINTS ? NULL : hints, mode);
	if (!same_answer(want, got)) {
		print_text("service", service);
		printf("# mode %#x", mode);
		if (!(mode & NO_HINTS))
			printf(" flags %#x family %d socktype %#x protocol %d", (unsigned)hints->ai_flags,
			       hints->ai_family, (unsigned)hints->ai_socktype, hints->ai_protocol);
		puts("");
		print_answer("wanted", want);
		print_answer("got", got);
		find("another answer than libc's");
	}
	if (memcmp(&before, hints, sizeof before) != 0)
		find("the hints were written to");
	free_answer(got);
	free_answer(want);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = { data, size };
	unsigned mode = take_number(&in);
	struct addrinfo hints = take_hints(&in);
	void *host_block, *service_block = NULL;
	char *host = take_text(&in, mode >> 6, &host_block);
	char *service = in.size > 0 ? take_text(&in, 0, &service_block) : NULL;

	config = (struct config){
		.strict = mode & STRICT,
		.idn = mode & IDN_OFF ? idn_off : idn_on,
		.lock = mode & GLOBAL ? lock_global : lock_host,
	};
	start_fast_path = config.lock != lock_global;
	uselocale(locales[(mode & UTF8) != 0]);
	subject = host;
	check(mode & NO_HOST ? NULL : host, service, &hints, mode);
	uselocale(LC_GLOBAL_LOCALE);
	free(host_block);
	free(service_block);
	return 0;
}
