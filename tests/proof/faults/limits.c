/* SPDX-License-Identifier: MIT */
/*
 * A process at its limits: no more threads, no more file descriptors, small
 * stacks. With GAISHIM_LOG set there is a log to be written at each of them.
 */
#include "callers.h"

#include <fcntl.h>
#include <grp.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>

static const struct question kinds[] = {
	{ .host = "127.0.0.1", .no_hints = true },
	{ .host = "::1", .service = "80", .socktype = SOCK_STREAM, .flags = AI_CANONNAME },
	{ .host = "\uff11\uff12\uff17.0.0\u30021", .asked = "127.0.0.1", .service = "80" },
	{ .host = "quick.fake", .service = "80", .flags = AI_CANONNAME },
	{ .host = "ms-20.fake" },
	{ .host = "eai-2.fake", .code = EAI_NONAME },
	{ .host = "b\u00fccher.fake", .asked = "xn--bcher-kva.fake", .flags = AI_CANONNAME },
	/* The most stack that libidn2 takes: a symbol, and three labels to be looked at again. */
	{ .host = "\u2603.b\u00fccher.xn--bcher-kva.fake", .asked = "xn--n3h.xn--bcher-kva.xn--bcher-kva.fake" },
};
enum { KINDS = sizeof kinds / sizeof *kinds };

static const struct question gate = { .host = "gate.fake", .service = "80", .flags = AI_CANONNAME };

static void *do_nothing(void *unused)
{
	return unused;
}

/* Where no thread can be made one who waits asks by itself when the answer is late. */
START_TEST(no_more_threads)
{
	const struct question stuck = { .host = "once.gate.fake", .service = "80", .flags = AI_CANONNAME };
	const struct rlimit none = { 0, 0 };
	struct herd *leader = start_herd(1, stuck), *waiters;
	pthread_t thread;

	await(fake->running() == 1);
	waiters = start_herd(20, stuck);
	/* root may have any number. */
	if (geteuid() == 0)
		ck_assert(setgroups(0, NULL) == 0 && setgid(65534) == 0 && setuid(65534) == 0);
	ck_assert_int_eq(setrlimit(RLIMIT_NPROC, &none), 0);
	ck_assert_int_eq(pthread_create(&thread, NULL, do_nothing, NULL), EAGAIN);

	for (size_t i = 0; i < KINDS; i++)
		ask_right(kinds[i]);
	herd_end_right(waiters);
	ck_assert_uint_eq(count_tasks(), 2);
	ck_lookups(stuck.host, 2, leader->begun);
	fake->open_gate();
	herd_end_right(leader);
}
END_TEST

static void use_all_descriptors(void)
{
	const struct rlimit few = { 64, 64 };

	if (setrlimit(RLIMIT_NOFILE, &few) != 0)
		abort();
	while (open("/dev/null", O_RDONLY | O_CLOEXEC) >= 0)
		;
	if (errno != EMFILE)
		abort();
}

struct outcome {
	int code, error, socktype;
	char address[INET6_ADDRSTRLEN];
};

/* What FUNCTION says in a child that has no descriptor left, and has not asked before. */
static struct outcome ask_without(__typeof__(getaddrinfo) *function, const char *host,
                                  const struct question *q)
{
	struct outcome outcome, *shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE,
	                                       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int status;
	pid_t pid;

	ck_assert_ptr_ne(shared, MAP_FAILED);
	pid = fork();
	if (pid == 0) {
		struct addrinfo hints = { .ai_family = q->family, .ai_flags = q->flags };
		struct addrinfo *list = &untouched;
		char *address = shared->address;

		use_all_descriptors();
		errno = 0;
		shared->code = function(host, q->service, q->no_hints ? NULL : &hints, &list);
		shared->error = errno;
		if (shared->code != 0)
			_exit(list != &untouched);
		shared->socktype = list->ai_socktype;
		_exit(getnameinfo(list->ai_addr, list->ai_addrlen, address, sizeof shared->address, NULL, 0,
		                  NI_NUMERICHOST));
	}
	ck_assert_int_gt(pid, 0);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_msg(status == 0, "%s: the child ended with status %#x", host, (unsigned)status);
	outcome = *shared;
	munmap(shared, sizeof *shared);
	return outcome;
}

static const struct question without[] = {
	{ .host = "127.0.0.1", .no_hints = true },
	{ .host = "::1", .service = "80", .flags = AI_ADDRCONFIG },
	{ .host = "127.0.0.1", .service = "http" },
	{ .host = "fe80::1%lo" },
	{ .host = "fe80::1%1" },
	{ .host = "localhost", .service = "80" },
	{ .host = "localhost", .no_hints = true },
	{ .host = "name.invalid", .service = "80" },
	{ .host = "b\u00fccher.invalid", .asked = "xn--bcher-kva.invalid" },
	{ .host = "quick.fake", .service = "80" },
};

START_TEST(no_more_descriptors)
{
	const struct question *q = &without[_i];
	const char *plain = q->asked != NULL ? q->asked : q->host;
	bool served = strstr(q->host, ".fake") != NULL;
	struct outcome ours, wanted = { 0 };
	__typeof__(getaddrinfo) *libc;

	*(void **)&libc = dlsym(dlopen("libc.so.6", RTLD_NOW), "getaddrinfo");
	ck_assert_ptr_nonnull((void *)libc);
	ours = ask_without(getaddrinfo, q->host, q);
	if (!served)
		wanted = ask_without(libc, plain, q);
	/* What libc does not find, because it cannot read /etc/hosts, is loopback. */
	if (strcmp(q->host, "localhost") == 0 && wanted.code == EAI_NONAME) {
		ck_assert_int_eq(ours.code, 0);
		return;
	}
	ck_assert_msg(ours.code == wanted.code, "%s: %d, and libc says %d", q->host, ours.code, wanted.code);
	if (ours.code != 0)
		ck_assert_msg(ours.error == wanted.error, "%s: errno %d, and libc's is %d", q->host,
		              ours.error, wanted.error);
	else if (!served)
		ck_assert_str_eq(ours.address, wanted.address);
	/* They need none. */
	if (_i < 2)
		ck_assert_int_eq(ours.code, 0);
}
END_TEST

/* Stacks of their own, with a page below that must not be touched. */
enum { PAINT = 0xa5, GUARD = 65536 };
static const size_t sizes[] = { 64 * 1024, 32 * 1024, 16 * 1024 };

static unsigned char *new_stack(size_t size)
{
	unsigned char *stack = mmap(NULL, GUARD + size, PROT_READ | PROT_WRITE,
	                            MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);

	ck_assert_ptr_ne(stack, MAP_FAILED);
	ck_assert_int_eq(mprotect(stack, GUARD, PROT_NONE), 0);
	memset(stack + GUARD, PAINT, size);
	return stack + GUARD;
}

static size_t stack_used(const unsigned char *stack, size_t size)
{
	size_t left = 0;

	while (left < size && stack[left] == PAINT)
		left++;
	return size - left;
}

static void *ask_main(void *caller)
{
	ask(caller);
	return NULL;
}

static void start_small(struct caller *caller, unsigned char *stack, size_t size)
{
	pthread_attr_t attributes;

	pthread_attr_init(&attributes);
	ck_assert_int_eq(pthread_attr_setstack(&attributes, stack, size), 0);
	ck_assert_int_eq(pthread_create(&caller->thread, &attributes,
	                                caller->q.host == NULL ? do_nothing : ask_main, caller), 0);
	pthread_attr_destroy(&attributes);
}

/* How deep a thread goes that asks QUESTION. */
static size_t depth_of(struct question q, size_t size)
{
	struct caller caller = { .q = q };
	unsigned char *stack = new_stack(size);
	size_t used;

	start_small(&caller, stack, size);
	ck_assert_int_eq(pthread_join(caller.thread, NULL), 0);
	used = stack_used(stack, size);
	if (q.host != NULL) {
		ck_right(&caller);
		forget(&caller);
	}
	munmap(stack - GUARD, GUARD + size);
	return used;
}

START_TEST(small_stacks)
{
	size_t size = sizes[_i], none = depth_of((struct question){ 0 }, size);

	for (size_t i = 0; i < KINDS; i++) {
		/* On the smallest all but numeric hosts are libc's as they came. */
		if (size == 16 * 1024 && kinds[i].asked != NULL)
			continue;
		size_t used = depth_of(kinds[i], size);

		printf("# %s: %zu bytes of a stack of %zu KiB, %zu of them a thread's that does nothing\n",
		       kinds[i].host, used, size / 1024, none);
	}
	fflush(stdout);
}
END_TEST

START_TEST(herd_on_small_stacks)
{
	enum { HERD = 30 };
	struct caller herd[HERD];
	unsigned char *stacks[HERD];
	size_t size = sizes[_i];
	double begun = now();

	for (size_t i = 0; i < HERD; i++) {
		herd[i] = (struct caller){ .q = gate };
		stacks[i] = new_stack(size);
		start_small(&herd[i], stacks[i], size);
	}
	await(fake->running() >= 1);
	settle();
	fake->open_gate();
	for (size_t i = 0; i < HERD; i++) {
		ck_assert_int_eq(pthread_join(herd[i].thread, NULL), 0);
		ck_right(&herd[i]);
		forget(&herd[i]);
		munmap(stacks[i] - GUARD, GUARD + size);
	}
	/* On the smallest nothing of ours stands above libc's lookup: each asks for itself. */
	if (size > 16 * 1024)
		ck_lookups(gate.host, 1, begun);
}
END_TEST

TCase *make_tests(void)
{
	TCase *tcase = callers_case("limits");

	tcase_add_test(tcase, no_more_threads);
	ADD_ROWS(tcase, no_more_descriptors, without);
	ADD_ROWS(tcase, small_stacks, sizes);
	ADD_ROWS(tcase, herd_on_small_stacks, sizes);
	return tcase;
}
