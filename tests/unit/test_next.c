/* SPDX-License-Identifier: MIT */
#include "calls/getaddrinfo.c"

#include "musl.h"
#include "unit.h"

#include <dlfcn.h>

/* Before anybody has looked. */
START_TEST(test_not_found)
{
	struct addrinfo untouched, *list = &untouched;

	errno = 0;
	ck_assert_int_eq(getaddrinfo("name.test", NULL, NULL, &list), EAI_SYSTEM);
	ck_assert_int_eq(errno, ENOSYS);
	ck_assert_ptr_eq(list, &untouched);
}
END_TEST

static struct wanted *wanted(const char *name)
{
	struct wanted *wanted = libc->wanted;

	while (strcmp(wanted->name, name) != 0)
		ck_assert_str_ne((++wanted)->name, "");
	return wanted;
}

/* Here we are the program itself, and the next is libc. */
START_TEST(test_found)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM };
	struct addrinfo *list;

	ck_assert_ptr_null(next.getaddrinfo);
	ck_assert(!next_is_libc((void *)getenv));
	next_find();
	ck_assert(next_is_libc((void *)next.getaddrinfo) || SANITIZER("")); /* whose getaddrinfo comes first */
	ck_assert(!next_is_libc(&hints));
	ck_assert(next_is_libc((void *)next.gethostbyaddr_r) || SANITIZER(""));
	ck_assert_int_eq(next.getaddrinfo("127.0.0.1", "80", &hints, &list), 0);
	ck_assert_int_eq(list->ai_family, AF_INET);
	freeaddrinfo(list);
	ck_assert_int_eq(next.getaddrinfo("127.0.0.1", "80", &(struct addrinfo){ .ai_family = 12345 },
					  &list), EAI_FAMILY);
}
END_TEST

/* libc's own symbols, and the same as the loader finds where it does. */
START_TEST(test_wanted)
{
	for (struct wanted *each = libc->wanted; each->name[0] != '\0'; each++)
		each->found = NULL;
	next_find();
	if (is_musl()) {
		ck_assert_ptr_eq(wanted("pthread_atfork")->found, dlsym(RTLD_DEFAULT, "pthread_atfork"));
		ck_assert_ptr_eq(wanted("pthread_testcancel")->found, dlsym(RTLD_DEFAULT, "pthread_testcancel"));
		return;
	}
	ck_assert_ptr_nonnull(wanted("__libc_alloca_cutoff")->found);
	ck_assert_ptr_nonnull(wanted("__pthread_get_minstack")->found);
	ck_assert_ptr_eq(wanted("__libc_single_threaded")->found, dlsym(RTLD_DEFAULT, "__libc_single_threaded"));
	ck_assert_ptr_eq((void *)moved.pthread_create, dlsym(RTLD_DEFAULT, "pthread_create"));
	ck_assert_ptr_eq((void *)moved.pthread_setspecific, dlsym(RTLD_DEFAULT, "pthread_setspecific"));
}
END_TEST

TCase *make_tests(void)
{
	TCase *tcase = tcase_create("getaddrinfo");

	tcase_add_test(tcase, test_not_found);
	tcase_add_test(tcase, test_found);
	tcase_add_test(tcase, test_wanted);
	return tcase;
}
