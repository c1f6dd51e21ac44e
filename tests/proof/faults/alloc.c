/* SPDX-License-Identifier: MIT */
/*
 * Memory runs out at the first allocation of a lookup, at the second, and so on
 * until there are no more. It fails with EAI_MEMORY or brings the right answer,
 * and nothing is left. Here it is alone; see alloc_herd.c.
 */
#include "no_memory.h"

enum { MOST = 200 }; /* allocations in a lookup */

static const struct {
	struct question q;
	unsigned least; /* allocations of the shim that are known of */
} lone[] = {
	{ { .host = "127.0.0.1", .service = "80", .socktype = SOCK_STREAM }, 1 },
	{ { .host = "127.0.0.1", .no_hints = true }, 3 },
	{ { .host = "2001:db8::1", .flags = AI_CANONNAME }, 4 },
	{ { .host = "\uff11\uff12\uff17.0.0\u30021", .asked = "127.0.0.1" }, 4 },
	{ { .host = "name.fake", .flags = AI_CANONNAME }, 1 },
	{ { .host = "eai-2.fake", .code = EAI_NONAME }, 1 },
	{ { .host = "b\u00fccher.fake", .asked = "xn--bcher-kva.fake" }, 4 },
	{ { .host = "B\u00dcCHER\u3002fake", .asked = "xn--bcher-kva.fake", .flags = AI_IDN | AI_CANONNAME }, 4 },
	/* A symbol: its label is mapped, piece by piece, and judged again without it. */
	{ { .host = "\u2603.fake", .asked = "xn--n3h.fake" }, 10 },
	{ { .host = "\u00df\u2603.fake", .asked = "xn--zca031q.fake" }, 12 },
	{ { .host = "\u2603.xn--n3h.fake", .asked = "xn--n3h.xn--n3h.fake" }, 20 },
	{ { .host = "\u2603\u200d.fake", .code = EAI_NONAME }, 10 },
	/* The list is copied, the name decoded. */
	{ { .host = "b\u00fccher.fake", .asked = "xn--bcher-kva.fake", .flags = AI_CANONNAME | AI_CANONIDN }, 10 },
};

START_TEST(lone_lookup)
{
	const struct question q = lone[_i].q;
	bool failed = true;
	unsigned n;

	for (n = 1; failed; n++) {
		struct caller caller = { .q = q };

		ck_assert_uint_lt(n, MOST);
		ask_with_fault(&caller, n, SHIM, &failed);
		ck_right_with_fault(&caller, failed, n);
		forget(&caller);
		ck_assert_msg(allocator->outstanding() == 0, "%s: %zu blocks left after allocation %u",
		              q.host, allocator->outstanding(), n);
	}
	/* The last of them had all it wanted: so many were there before it. */
	ck_assert_uint_ge(n - 2, lone[_i].least);
}
END_TEST

static const struct question hosts[] = {
	{ .host = "name.fake", .call = BYNAME },
	{ .host = "127.0.0.1", .call = BYNAME },
	{ .host = "b\u00fccher.fake", .asked = "xn--bcher-kva.fake", .call = BYNAME2 },
	{ .host = "eai-2.fake", .call = BYNAME, .code = HOST_NOT_FOUND },
	{ .host = "name.fake", .call = BYADDR },
	{ .host = "name.fake", .call = BYNAME_R },
	{ .host = "127.0.0.1", .call = BYNAME_R },
	{ .host = "eai-3.fake", .call = BYNAME2_R, .code = TRY_AGAIN, .error = EAGAIN },
	{ .host = "many-100.fake", .call = BYNAME_R, .code = NETDB_INTERNAL, .error = ERANGE },
	{ .host = "name.fake", .call = BYADDR_R },
	{ .host = "name.fake", .call = NAMEINFO },
	{ .host = "eai-2.fake", .call = NAMEINFO, .code = EAI_NONAME },
};

/* A form without a buffer may say that there is no memory. The others need none. */
START_TEST(lone_host)
{
	const struct question q = hosts[_i];
	bool has_buffer = q.call != BYNAME && q.call != BYNAME2 && q.call != BYADDR;
	bool failed = true;

	/* What the thread keeps, and libc, is there from now on. */
	ask_right(q);
	ask_right((struct question){ .host = "localhost", .call = BYNAME_R });
	for (unsigned n = 1; failed; n++) {
		struct caller caller = { .q = q };

		ck_assert_uint_lt(n, MOST);
		ask_with_fault(&caller, n, SHIM, &failed);
		if (failed && !has_buffer && caller.code == NETDB_INTERNAL)
			ck_assert_int_eq(caller.error, ENOMEM);
		else
			ck_right(&caller);
		forget(&caller);
		ck_assert_msg(allocator->outstanding() == 0, "%s: %zu blocks left after allocation %u",
		              q.host, allocator->outstanding(), n);
	}
}
END_TEST

static const struct {
	const char *host;
	int decode;
} converted[] = {
	{ "b\u00fccher.fake", 0 }, { "\u2603.fake", 0 }, { "xn--bcher-kva.fake", 1 },
};

/* What it says is that memory ran out, not that the host is none. */
START_TEST(python_codec)
{
	const char *(*idna)(const char *, int, char *, size_t);
	bool failed = true;

	*(void **)&idna = dlsym(RTLD_DEFAULT, "gaishim_idna");
	ck_assert_ptr_nonnull((void *)idna);
	for (unsigned n = 1; failed; n++) {
		char out[1024] = "untouched";
		const char *reason;

		ck_assert_uint_lt(n, MOST);
		allocator->arm(n, SHIM);
		reason = idna(converted[_i].host, converted[_i].decode, out, sizeof out);
		failed = allocator->disarm();
		if (reason != NULL) {
			ck_assert(failed);
			ck_assert_str_eq(reason, "IDN2_MALLOC");
			ck_assert_str_eq(out, "untouched");
		}
		ck_assert_uint_eq(allocator->outstanding(), 0);
	}
}
END_TEST

static const struct {
	struct question q;
	unsigned own; /* allocations of the shim: the flight's, without which it asks all the same */
} for_libc[] = {
	{ { .host = "localhost", .service = "80" }, 1 },
	{ { .host = "127.0.0.1", .service = "http", .socktype = SOCK_STREAM }, 0 },
	{ { .host = "no such host", .service = "80" }, 1 },
};

/* libc's own allocations too, for what it is asked: each code and errno is the
 * one that it gives by itself. */
START_TEST(libc_inside)
{
	__typeof__(getaddrinfo) *libc;
	bool failed = true;
	const struct question *q = &for_libc[_i].q;
	bool is_localhost = strcmp(q->host, "localhost") == 0;
	unsigned own = getenv("GAISHIM_LOCK") != NULL ? 1 : for_libc[_i].own; /* in one line all have a flight */

	*(void **)&libc = dlsym(dlopen("libc.so.6", RTLD_NOW), "getaddrinfo");
	ck_assert_ptr_nonnull((void *)libc);
	for (int warm = 0; warm < 2; warm++) {
		struct caller caller = { .q = *q };

		ask(&caller);
		forget(&caller);
	}
	for (unsigned n = 1; failed; n++) {
		struct addrinfo hints = { .ai_socktype = q->socktype };
		struct addrinfo *list = &untouched;
		struct caller caller = { .q = *q };
		int code, error;

		ck_assert_uint_lt(n, MOST);
		ask_with_fault(&caller, n + own, EVERYBODY, &failed);
		errno = 0;
		allocator->arm(n, EVERYBODY);
		code = libc(q->host, q->service, &hints, &list);
		error = errno;
		ck_assert_int_eq(allocator->disarm(), failed);
		/* What libc does not find for want of memory is loopback. */
		ck_assert_msg(caller.code == (is_localhost && code == EAI_NONAME ? 0 : code), "%s, allocation %u: %d, and libc says %d",
		              q->host, n, caller.code, code);
		if (code == EAI_SYSTEM)
			ck_assert_int_eq(caller.error, error);
		if (code == 0)
			freeaddrinfo(list);
		else if (caller.code != 0)
			ck_assert_ptr_eq(caller.list, &untouched);
		forget(&caller);
	}
}
END_TEST

static void *sleep_on(void *unused)
{
	for (;;)
		pause();
	return unused;
}

/* A process of one thread has no flights, and allocates none: let there be a second one. */
static void begin_second(void)
{
	pthread_t second;

	ck_assert_int_eq(pthread_create(&second, NULL, sleep_on, NULL), 0);
}

TCase *make_tests(void)
{
	TCase *tcase = no_memory_case("alloc");

	tcase_add_checked_fixture(tcase, begin_second, NULL);
	ADD_ROWS(tcase, lone_lookup, lone);
	ADD_ROWS(tcase, lone_host, hosts);
	ADD_ROWS(tcase, python_codec, converted);
	ADD_ROWS(tcase, libc_inside, for_libc);
	return tcase;
}
