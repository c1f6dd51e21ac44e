/* SPDX-License-Identifier: MIT */
/*
 * One lookup of the shim beside one of libc, in turn, in one process that was
 * started with the object preloaded; and beside the least that a lookup can cost.
 *
 *   lookups ROUNDS [NAME]
 *
 * With NAME only the hosts that take a resolver, as rows of that name behind the host's: what an
 * option of the object costs there, in microseconds that are added.
 */
#include "bench.h"

#include "cases.h"

#include <dlfcn.h>

/* The floor under a lookup: memory for its one node, got and given back. */
static int malloc_alone(const char *host, const char *service, const struct addrinfo *hints,
                        struct addrinfo **list)
{
	void *volatile node = malloc(sizeof(struct addrinfo) + sizeof(struct sockaddr));

	(void)host, (void)service, (void)hints, (void)list;
	free(node);
	return EAI_FAIL;
}

static bool answers(getaddrinfo_fn *get, const struct question *q)
{
	struct addrinfo *list;

	if (get(q->host, q->service, q->hints, &list) != 0)
		return false;
	freeaddrinfo(list);
	return true;
}

static int measure_names(getaddrinfo_fn *libc, getaddrinfo_fn *ours, size_t rounds, const char *name)
{
	for (size_t i = 0; i < CASES; i++) {
		struct question q = { cases[i].host, cases[i].service, cases[i].hints };
		struct pair pair;
		char text[64];

		if (!cases[i].resolved || !answers(libc, &q) || !answers(ours, &q))
			continue;
		pair = compare(libc, ours, &q, rounds);
		snprintf(text, sizeof text, "%s, %s", cases[i].host, name);
		row(text, "us", pair.libc / 1e3, pair.ours / 1e3, pair.difference / 1e3, "us", "-");
	}
	return 0;
}

int main(int argc, char **argv)
{
	size_t rounds = argc >= 2 ? strtoul(argv[1], NULL, 10) : 0;
	void *library = dlopen("libc.so.6", RTLD_LAZY);
	getaddrinfo_fn *libc = library != NULL ? (getaddrinfo_fn *)dlsym(library, "getaddrinfo") : NULL;
	getaddrinfo_fn *ours = getaddrinfo;
	struct question q = { cases[0].host, cases[0].service, cases[0].hints };
	struct pair pair;

	if (rounds == 0 || libc == NULL || libc == ours) {
		fprintf(stderr, "usage: lookups ROUNDS [NAME], the object being preloaded\n");
		return 2;
	}
	if (argc > 2)
		return measure_names(libc, ours, rounds, argv[2]);
	pair = compare(malloc_alone, ours, &q, rounds);
	row("127.0.0.1, libc: one malloc and free", "us", pair.libc / 1e3, pair.ours / 1e3, pair.ratio, "-", "2.5");
	for (size_t i = 0; i < CASES; i++) {
		q = (struct question){ cases[i].host, cases[i].service, cases[i].hints };
		if (!answers(libc, &q) || !answers(ours, &q)) {
			skip_row(cases[i].name, "not answered on this machine");
			continue;
		}
		pair = compare(libc, ours, &q, rounds);
		row(cases[i].name, "us", pair.libc / 1e3, pair.ours / 1e3, pair.ratio, "-", cases[i].bar);
	}
	return 0;
}
