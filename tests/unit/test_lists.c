/* SPDX-License-Identifier: MIT */
#include "libc/libc.h"

#include "libc/next.h"
#include "musl.h"
#include "unit.h"

#include <netinet/in.h>
#include <string.h>

static struct sockaddr_in v4 = { .sin_family = AF_INET, .sin_port = 80 };
static struct sockaddr_in6 v6 = { .sin6_family = AF_INET6, .sin6_scope_id = 7 };
static char canonical[] = "name.test";
static struct addrinfo second = {
	.ai_flags = 3, .ai_family = AF_INET, .ai_socktype = 5, .ai_protocol = 6,
	.ai_addr = (struct sockaddr *)&v4, .ai_addrlen = sizeof v4,
};
static struct addrinfo first = {
	.ai_flags = 3, .ai_family = AF_INET6, .ai_socktype = 1, .ai_protocol = 2,
	.ai_addr = (struct sockaddr *)&v6, .ai_addrlen = sizeof v6,
	.ai_canonname = canonical, .ai_next = &second,
};

/* musl's lists have their name in each node. */
static void assert_same_node(const struct addrinfo *copy, const struct addrinfo *node, const char *canonname)
{
	ck_assert_ptr_ne(copy, node);
	ck_assert_int_eq(copy->ai_flags, node->ai_flags);
	ck_assert_int_eq(copy->ai_family, node->ai_family);
	ck_assert_int_eq(copy->ai_socktype, node->ai_socktype);
	ck_assert_int_eq(copy->ai_protocol, node->ai_protocol);
	ck_assert_uint_eq(copy->ai_addrlen, node->ai_addrlen);
	ck_assert_ptr_eq(copy->ai_addr, copy + 1); /* the layout of glibc and of musl */
	ck_assert_mem_eq(copy->ai_addr, node->ai_addr, node->ai_addrlen);
	ck_assert_pstr_eq(copy->ai_canonname, canonname);
	if (canonname != NULL)
		ck_assert_ptr_ne(copy->ai_canonname, canonname);
}

START_TEST(test_copy)
{
	struct addrinfo *list = libc->list_copy(&first, NULL);

	assert_same_node(list, &first, canonical);
	assert_same_node(list->ai_next, &second, is_musl() ? canonical : NULL);
	ck_assert_ptr_null(list->ai_next->ai_next);
	freeaddrinfo(list); /* libc frees ours */
	ck_assert_ptr_null(libc->list_copy(NULL, NULL));
}
END_TEST

START_TEST(test_copy_with_another_name)
{
	static char other[] = "other.test";
	struct addrinfo *list = libc->list_copy(&first, other);

	assert_same_node(list, &first, other);
	assert_same_node(list->ai_next, &second, is_musl() ? other : NULL);
	freeaddrinfo(list);
	list = libc->list_copy(&second, other);
	ck_assert_str_eq(list->ai_canonname, other);
	freeaddrinfo(list);
}
END_TEST

START_TEST(test_no_address)
{
	struct addrinfo bare = { .ai_flags = 3 };
	struct addrinfo *copy = libc->list_copy(&bare, NULL);

	ck_assert_ptr_null(copy->ai_addr);
	freeaddrinfo(copy);
}
END_TEST

START_TEST(test_new)
{
	const char *const names[] = { NULL, "name.test" };

	for (unsigned nodes = 1; nodes <= 3; nodes++)
		for (size_t i = 0; i < 2; i++) {
			struct addrinfo *list = libc->list_new(nodes, names[i]);
			unsigned count = 0;

			ck_assert_pstr_eq(list->ai_canonname, names[i]);
			for (struct addrinfo *node = list; node != NULL; node = node->ai_next, count++) {
				ck_assert_ptr_eq(node->ai_addr, node + 1);
				memset(node->ai_addr, 0xA5, sizeof(struct sockaddr_in6));
				if (node != list)
					ck_assert_pstr_eq(node->ai_canonname, is_musl() ? names[i] : NULL);
			}
			ck_assert_uint_eq(count, nodes);
			freeaddrinfo(list);
		}
}
END_TEST

/* POSIX lets a caller take a list apart. valgrind and ASan see what is lost. */
START_TEST(test_parts)
{
	struct addrinfo *copy = libc->list_copy(&first, NULL), *made = libc->list_new(3, "name.test"), *middle;

	freeaddrinfo(copy->ai_next);
	copy->ai_next = NULL;
	freeaddrinfo(copy);
	middle = made->ai_next;
	middle->ai_family = AF_INET6;
	made->ai_next = middle->ai_next;
	middle->ai_next = NULL;
	freeaddrinfo(made);
	ck_assert_int_eq(middle->ai_family, AF_INET6); /* it is still there */
	freeaddrinfo(middle);
}
END_TEST

TCase *make_tests(void)
{
	TCase *tcase = tcase_create("lists");

	next_find();

	tcase_add_test(tcase, test_copy);
	tcase_add_test(tcase, test_copy_with_another_name);
	tcase_add_test(tcase, test_no_address);
	tcase_add_test(tcase, test_new);
	tcase_add_test(tcase, test_parts);
	return tcase;
}
