/* SPDX-License-Identifier: MIT
 *
 * Hosts that have no ASCII form: the code is one that every caller of getaddrinfo knows,
 * what libc finds wrong before it looks at a host comes first, and errno stays as it was.
 * Clients take an unknown code for "see errno", or for success.
 *
 * Nothing is looked up outside: libc is told to ask /etc/hosts alone.
 */
#include "answer.h"

#include "musl.h"
#include "unit.h"

#include <ctype.h>
#include <dlfcn.h>
#include <errno.h>
#include <locale.h>
#include <netinet/in.h>
#include <nss.h>
#include <stdio.h>
#include <sys/socket.h>

enum { ERRNO_BEFORE = 4242 };

typedef int lookup_function(const char *, const char *, const struct addrinfo *, struct addrinfo **);

static lookup_function *libc_getaddrinfo;

static const char *const hosts[] = {
	"b\374cher.test",          /* Latin-1 */
	"\377",                    /* in no charset */
	"a\u200db.test",           /* a joiner */
	"\u0308cher.test",         /* a combining mark first */
	"b\u0378cher.test",        /* unassigned */
	"b\u00fc\\cher.test",      /* a backslash */
	"\u2488\u2488\u2488\u2488", /* digits, each with a dot of its own */
};

/* Each code is libc's for an ASCII host that nobody knows. http is known where there is an
 * /etc/services. */
static const struct {
	const char *service;
	struct addrinfo hints;
	int code;
} questions[] = {
	{ "80", { 0 }, EAI_NONAME },
	{ NULL, { 0 }, EAI_NONAME },
	{ "80", { .ai_socktype = SOCK_STREAM }, EAI_NONAME },
	{ "http", { .ai_socktype = SOCK_STREAM | SOCK_CLOEXEC }, EAI_NONAME },
	{ "80", { .ai_family = AF_INET, .ai_flags = AI_CANONNAME }, EAI_NONAME },
	{ "80", { .ai_family = AF_INET6, .ai_flags = AI_V4MAPPED | AI_ALL }, EAI_NONAME },
	{ "nosuch", { .ai_socktype = SOCK_STREAM }, EAI_SERVICE },
	{ "80", { .ai_socktype = SOCK_RAW }, EAI_SERVICE },
	{ "80", { .ai_socktype = SOCK_STREAM, .ai_protocol = IPPROTO_UDP }, EAI_SOCKTYPE },
	{ "80", { .ai_socktype = 99 }, EAI_SOCKTYPE },
	{ "http", { .ai_flags = AI_NUMERICSERV }, EAI_NONAME },
	{ "80", { .ai_family = AF_UNIX }, EAI_FAMILY },
	{ "80", { .ai_flags = 1 << 20 }, EAI_BADFLAGS },
	{ "nosuch", { .ai_family = 12345, .ai_socktype = 99 }, EAI_FAMILY },
};

static int ask(lookup_function *function, const char *host, const char *service, const struct addrinfo *hints)
{
	struct addrinfo *list = &untouched;
	int code;

	errno = ERRNO_BEFORE;
	code = function(host, service, hints, &list);
	ck_assert_ptr_eq(list, &untouched);
	return code;
}

static bool knows_service(const char *service)
{
	return service == NULL || isdigit((unsigned char)*service) || getservbyname(service, NULL) != NULL;
}

START_TEST(test_refused)
{
	static const int flags[] = { 0, AI_NUMERICHOST, AI_IDN, AI_IDN | AI_NUMERICHOST, AI_CANONNAME | AI_CANONIDN };
	const char *service = questions[_i].service;

	ck_assert_int_eq(ask(libc_getaddrinfo, "nosuch.test", service, &questions[_i].hints),
			 questions[_i].hints.ai_socktype & SOCK_CLOEXEC ? EAI_SOCKTYPE : questions[_i].code);
	for (size_t h = 0; h < sizeof hosts / sizeof *hosts; h++)
		for (size_t f = 0; f < sizeof flags / sizeof *flags; f++) {
			struct addrinfo hints = questions[_i].hints;
			bool service_is_wrong = hints.ai_flags & AI_NUMERICSERV;
			int want = questions[_i].code, code;

			if (want == EAI_NONAME && !service_is_wrong && !knows_service(service))
				want = EAI_SERVICE;
			hints.ai_flags |= flags[f];
			if (want == EAI_NONAME && flags[f] == AI_IDN && !service_is_wrong)
				want = EAI_IDN_ENCODE;
			code = ask(getaddrinfo, hosts[h], service, &hints);
			ck_assert_msg(code == want, "host %zu, flags %#x: %d, wanted %d", h,
				      (unsigned)hints.ai_flags, code, want);
			ck_assert_msg(errno == ERRNO_BEFORE, "host %zu, flags %#x: code %d, errno became %d", h,
				      (unsigned)hints.ai_flags, code, errno);
		}
}
END_TEST

TCase *make_tests(void)
{
	TCase *tc = tcase_create("refused");

	if (is_musl())
		return skip_all("without AI_IDN there is little to refuse; test_differential has musl's codes");
	*(void **)&libc_getaddrinfo = dlsym(dlopen("libc.so.6", RTLD_LAZY | RTLD_NOLOAD), "getaddrinfo");
	if (libc_getaddrinfo == NULL || libc_getaddrinfo == getaddrinfo
	    || __nss_configure_lookup("hosts", "files") != 0 || __nss_configure_lookup("services", "files") != 0) {
		puts("Bail out! no libc to compare with");
		exit(2);
	}
	setlocale(LC_ALL, "C.UTF-8"); /* in another, AI_IDN leaves ill-formed hosts to libc */
	ADD_ROWS(tc, test_refused, questions);
	return tc;
}
