/* SPDX-License-Identifier: MIT */
#include "libc/next.h"

#include "unit.h"

#include <errno.h>
#include <sys/socket.h>

/* Before anybody has looked. */
START_TEST(test_not_found)
{
	struct addrinfo untouched, *list = &untouched;

	errno = 0;
	ck_assert_int_eq(next_getaddrinfo("127.0.0.1", NULL, NULL, &list), EAI_SYSTEM);
	ck_assert_int_eq(errno, ENOSYS);
	ck_assert_ptr_eq(list, &untouched);
}
END_TEST

/* Here we are the program itself, and the next is libc. */
START_TEST(test_found)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM };
	struct addrinfo *list;

	ck_assert(!next_is_glibc());
	next_find();
	ck_assert(next_is_glibc() || SANITIZER("")); /* whose getaddrinfo comes first */
	ck_assert_int_eq(next_getaddrinfo("127.0.0.1", "80", &hints, &list), 0);
	ck_assert_int_eq(list->ai_family, AF_INET);
	freeaddrinfo(list);
	ck_assert_int_eq(next_getaddrinfo("127.0.0.1", "80", &(struct addrinfo){ .ai_family = 12345 },
					  &list), EAI_FAMILY);
}
END_TEST

TCase *make_tests(void)
{
	TCase *tcase = tcase_create("getaddrinfo");

	tcase_add_test(tcase, test_not_found);
	tcase_add_test(tcase, test_found);
	return tcase;
}
