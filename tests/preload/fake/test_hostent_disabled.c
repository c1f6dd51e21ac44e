/* SPDX-License-Identifier: MIT */
/* GAISHIM_DISABLE: each call is libc's own, or that of the preload behind ours. */
#include "callers.h"
#include "musl.h"

#include <nss.h>

enum { HERD = 20 };

static const enum call with_buffer[] = { GETADDRINFO, BYNAME_R, BYNAME2_R, BYADDR_R, NAMEINFO };

START_TEST(nothing_is_shared)
{
	struct herd *herd = start_herd(HERD, (struct question){ .host = "gate.fake", .call = with_buffer[_i] });

	await(fake->running() == HERD);
	fake->open_gate();
	herd_end_right(herd);
	ck_assert_int_eq(fake->calls("gate.fake"), HERD);
}
END_TEST

/* libc's own forms without a buffer know nothing of the fake resolver. */
static const enum call without_buffer[] = { BYNAME, BYNAME2, BYADDR };

START_TEST(forms_without_a_buffer_are_libcs)
{
	struct caller caller = { .q = { .host = "plain.fake", .call = without_buffer[_i] } };

	ask(&caller);
	ck_assert_ptr_null(caller.answer);
	/* Where /etc/hosts is missing libc leaves h_errno as it was. */
	if (access("/etc/hosts", F_OK) == 0)
		ck_assert_int_eq(caller.code, HOST_NOT_FOUND);
	ck_assert_int_eq(fake->total(), 0);
	forget(&caller);
}
END_TEST

static void *ask_on_a_thread(void *unused)
{
	(void)unused;
	return gethostbyname("127.0.0.2");
}

/* Its answer is in one place for all threads. */
START_TEST(answer_is_libcs)
{
	void *own = gethostbyname("127.0.0.1"), *other;
	pthread_t thread;

	ck_assert_int_eq(pthread_create(&thread, NULL, ask_on_a_thread, NULL), 0);
	ck_assert_int_eq(pthread_join(thread, &other), 0);
	ck_assert_ptr_nonnull(own);
	ck_assert_ptr_eq(own, other);
}
END_TEST

START_TEST(a_unicode_host_is_not_normalized)
{
	ask_right((struct question){ .host = "b\u00fccher.fake", .call = BYNAME_R, .code = NO_RECOVERY });
	ck_assert_int_eq(fake->total(), 0);
}
END_TEST

TCase *make_tests(void)
{
	TCase *tcase;

	if (is_musl())
		return skip_all("musl's forms without a buffer would ask a nameserver");
	with_environment("GAISHIM_DISABLE", "1");
	__nss_configure_lookup("hosts", "files"); /* no nameserver is asked */
	tcase = callers_case("disabled");
	ADD_ROWS(tcase, nothing_is_shared, with_buffer);
	ADD_ROWS(tcase, forms_without_a_buffer_are_libcs, without_buffer);
	tcase_add_test(tcase, answer_is_libcs);
	tcase_add_test(tcase, a_unicode_host_is_not_normalized);
	return tcase;
}
