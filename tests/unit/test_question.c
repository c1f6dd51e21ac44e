/* SPDX-License-Identifier: MIT */
#include "question.h"

#include "unit.h"

#include <errno.h>

static const int errors[] = { 0, EAGAIN, ERANGE, ECONNREFUSED, 4095 };
static const int h_errors[] = { NETDB_INTERNAL, NETDB_SUCCESS, HOST_NOT_FOUND, TRY_AGAIN, NO_RECOVERY, NO_DATA, NO_H_ERRNO };

START_TEST(test_both_arrive)
{
	for (size_t h = 0; h < sizeof h_errors / sizeof *h_errors; h++) {
		int both = errno_with(errors[_i], h_errors[h]);

		ck_assert_int_ge(both, 0);
		ck_assert_int_eq(errno_of(both), errors[_i]);
		ck_assert_int_eq(h_errno_of(both), h_errors[h]);
	}
}
END_TEST

/* As after a lookup that is made again. */
START_TEST(test_the_last_one_stays)
{
	int both = errno_with(errno_with(EAGAIN, TRY_AGAIN), NO_H_ERRNO);

	ck_assert_int_eq(both, EAGAIN);
}
END_TEST

/* A module of libc's may have codes of its own. */
START_TEST(test_odd_codes)
{
	ck_assert_int_eq(h_errno_of(errno_with(0, 0x7FFD)), 0x7FFD);
	ck_assert_int_eq(h_errno_of(errno_with(0, 0x7FFF)), NO_H_ERRNO);
	ck_assert_int_eq(h_errno_of(errno_with(0, -2)), NO_H_ERRNO);
}
END_TEST

TCase *make_tests(void)
{
	TCase *tcase = tcase_create("question");

	ADD_ROWS(tcase, test_both_arrive, errors);
	tcase_add_test(tcase, test_the_last_one_stays);
	tcase_add_test(tcase, test_odd_codes);
	return tcase;
}
