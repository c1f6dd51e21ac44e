/* SPDX-License-Identifier: MIT */
/* A thread with the smallest stack has room for libc's lookup and nothing else. */
#include "callers.h"

#include <limits.h>
#include <stdint.h>

enum { ROOM = 300 }; /* bytes of ours; frames of compilers that do not optimize have some, too */

typedef int getaddrinfo_fn(const char *, const char *, const struct addrinfo *, struct addrinfo **);

static uintptr_t deepest;

static void note_depth(const char *host)
{
	(void)host;
	deepest = (uintptr_t)__builtin_frame_address(0);
}

/* Returns how many bytes of the stack are between here and the fake resolver's hook. */
__attribute__((noinline)) static size_t depth(getaddrinfo_fn *look_up)
{
	struct addrinfo *list = NULL;

	deepest = 0;
	if (look_up("hook.fake", NULL, NULL, &list) == 0)
		freeaddrinfo(list);
	return (uintptr_t)__builtin_frame_address(0) - deepest;
}

struct depths {
	getaddrinfo_fn *libc;
	size_t without, with;
};

static void *measure(void *argument)
{
	struct depths *depths = argument;

	depths->without = depth(depths->libc);
	depths->with = depth(getaddrinfo);
	return NULL;
}

/* Returns the fake resolver's own function, which the shim takes for libc's. */
static getaddrinfo_fn *find_fake(void)
{
	Dl_info object;
	void *handle;

	ck_assert_int_ne(dladdr(fake, &object), 0);
	handle = dlopen(object.dli_fname, RTLD_NOW | RTLD_NOLOAD);
	ck_assert_ptr_nonnull(handle);
	return (getaddrinfo_fn *)dlsym(handle, "getaddrinfo");
}

START_TEST(nothing_of_ours_is_on_a_short_stack)
{
	struct depths depths = { .libc = find_fake() };
	pthread_attr_t attributes;
	pthread_t thread;

	fake->hook(note_depth);
	ask_right((struct question){ .host = "127.0.0.1" }); /* numeric hosts have the fast path now */
	pthread_attr_init(&attributes);
	ck_assert_int_eq(pthread_attr_setstacksize(&attributes, PTHREAD_STACK_MIN), 0);
	ck_assert_int_eq(pthread_create(&thread, &attributes, measure, &depths), 0);
	ck_assert_int_eq(pthread_join(thread, NULL), 0);
	ck_assert_uint_gt(depths.without, 0);
	ck_assert_msg(depths.with <= depths.without + ROOM, "%zu bytes without the shim, %zu with it",
		      depths.without, depths.with);
}
END_TEST

TCase *make_tests(void)
{
	TCase *tcase;

	if (SANITIZER(""))
		return skip_all("the frames of a sanitizer are larger");
	if (PTHREAD_STACK_MIN > 64 * 1024) /* arm64 */
		return skip_all("the smallest stack is not a short one here");
	tcase = callers_case("stack");
	tcase_add_test(tcase, nothing_of_ours_is_on_a_short_stack);
	return tcase;
}
