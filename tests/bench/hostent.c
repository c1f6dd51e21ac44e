/* SPDX-License-Identifier: MIT */
/*
 * A call of the gethostbyname family, and getnameinfo, beside libc's, in turn, in one process
 * that was started with the object preloaded.
 *
 *   hostent ROUNDS
 */
#include "bench.h"

#include <arpa/inet.h>
#include <dlfcn.h>

static struct sockaddr_in here = { .sin_family = AF_INET };

static void by_name(any_fn *function, const void *host, size_t n)
{
	struct hostent *(*get)(const char *) = (struct hostent * (*)(const char *))function;

	for (size_t i = 0; i < n; i++)
		get(host);
}

static void by_name2_v6(any_fn *function, const void *host, size_t n)
{
	struct hostent *(*get)(const char *, int) = (struct hostent * (*)(const char *, int))function;

	for (size_t i = 0; i < n; i++)
		get(host, AF_INET6);
}

static void by_name_r(any_fn *function, const void *host, size_t n)
{
	typedef int get_fn(const char *, struct hostent *, char *, size_t, struct hostent **, int *);
	struct hostent own, *result;
	char buffer[1024];
	int error;

	for (size_t i = 0; i < n; i++)
		((get_fn *)function)(host, &own, buffer, sizeof buffer, &result, &error);
}

static void by_addr(any_fn *function, const void *unused, size_t n)
{
	typedef struct hostent *get_fn(const void *, socklen_t, int);

	(void)unused;
	for (size_t i = 0; i < n; i++)
		((get_fn *)function)(&here.sin_addr, sizeof here.sin_addr, AF_INET);
}

static void name_info(any_fn *function, size_t n, int flags)
{
	typedef int get_fn(const struct sockaddr *, socklen_t, char *, socklen_t, char *, socklen_t, int);
	char host[NI_MAXHOST], service[NI_MAXSERV];

	for (size_t i = 0; i < n; i++)
		((get_fn *)function)((const struct sockaddr *)&here, sizeof here, host, sizeof host, service,
		                     sizeof service, flags);
}

static void name_info_numeric(any_fn *function, const void *unused, size_t n)
{
	(void)unused;
	name_info(function, n, NI_NUMERICHOST | NI_NUMERICSERV);
}

static void name_info_name(any_fn *function, const void *unused, size_t n)
{
	(void)unused;
	name_info(function, n, NI_NUMERICSERV);
}

/* The bar is for the ratio, or if IN_NS for the nanoseconds that are added. */
static const struct {
	const char *name, *function;
	batch_fn *batch;
	const char *host, *bar;
	bool in_ns;
} cases[] = {
	{ "gethostbyname, 127.0.0.1, 1 thread", "gethostbyname", by_name, "127.0.0.1", "0.30", false },
	{ "gethostbyname_r, 127.0.0.1", "gethostbyname_r", by_name_r, "127.0.0.1", "0.30", false },
	{ "gethostbyname2, 2001:db8::1", "gethostbyname2", by_name2_v6, "2001:db8::1", "0.30", false },
	{ "gethostbyname, localhost", "gethostbyname", by_name, "localhost", "1.05", false },
	{ "gethostbyaddr, 127.0.0.1", "gethostbyaddr", by_addr, NULL, "1.05", false },
	{ "getnameinfo, 127.0.0.1", "getnameinfo", name_info_name, NULL, "1.05", false },
	{ "getnameinfo, NI_NUMERICHOST", "getnameinfo", name_info_numeric, NULL, "5", true },
};

int main(int argc, char **argv)
{
	size_t rounds = argc == 2 ? strtoul(argv[1], NULL, 10) : 0;
	void *library = dlopen("libc.so.6", RTLD_LAZY);

	here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (rounds == 0 || library == NULL
	    || dlsym(library, "gethostbyname") == dlsym(RTLD_DEFAULT, "gethostbyname")) {
		fprintf(stderr, "usage: hostent ROUNDS, the object being preloaded\n");
		return 2;
	}
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct pair pair = compare_by(cases[i].batch, (any_fn *)dlsym(library, cases[i].function),
		                              (any_fn *)dlsym(RTLD_DEFAULT, cases[i].function),
		                              cases[i].host, rounds);

		if (cases[i].in_ns)
			row(cases[i].name, "ns", pair.libc, pair.ours, pair.difference, "ns", cases[i].bar);
		else
			row(cases[i].name, "us", pair.libc / 1e3, pair.ours / 1e3, pair.ratio, "-", cases[i].bar);
	}
	return 0;
}
