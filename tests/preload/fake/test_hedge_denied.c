/* SPDX-License-Identifier: MIT */
/* GAISHIM_HEDGE and GAISHIM_DEADLINE where no thread can be made: the caller asks itself, and the
 * log says so. Nobody can take it out of libc then, not at the deadline either. */
#include "callers.h"
#include "musl.h"
#include "filter.h"
#include "logged.h"

#include <grp.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#ifndef SYS_clone3
#define SYS_clone3 435
#endif

static int asked_by;

static void note_asker(const char *host)
{
	(void)host;
	asked_by = (int)syscall(SYS_gettid);
}

static void *do_nothing(void *unused)
{
	return unused;
}

static bool can_make_thread(void)
{
	pthread_t thread;

	return pthread_create(&thread, NULL, do_nothing, NULL) == 0 && pthread_join(thread, NULL) == 0;
}

/* The deadline is half a second. */
static void check_lookups(void)
{
	double took;

	fake->hook(note_asker);
	ask_right((struct question){ .host = "hook.fake", .service = "80" });
	ck_assert_int_eq(asked_by, (int)syscall(SYS_gettid));
	ck_logged(read_log(), 1, "getaddrinfo host=\"hook.fake\" .* how=led .*code=0");
	took = ask_right((struct question){ .host = "ms-700.fake", .call = BYNAME });
	ck_assert_double_ge(took, 0.69);
	ck_logged(read_log(), 1, "gethostbyname host=\"ms-700.fake\" .* how=led .*code=0");
}

START_TEST(limit_of_processes)
{
	const struct rlimit none = { 0, 0 };

	if (geteuid() == 0) /* which may have any number */
		ck_assert(setgroups(0, NULL) == 0 && setgid(65534) == 0 && setuid(65534) == 0);
	ck_assert_int_eq(setrlimit(RLIMIT_NPROC, &none), 0);
	ck_assert(!can_make_thread());
	check_lookups();
}
END_TEST

static const bool kills[] = { false, true };

START_TEST(filter_without_clone)
{
	if (!refuse_call(SYS_clone, kills[_i]) || !refuse_call(SYS_clone3, kills[_i])) {
		puts("# SKIP filter_without_clone: this kernel has no seccomp filters");
		return;
	}
	if (!kills[_i])
		ck_assert(!can_make_thread());
	check_lookups();
}
END_TEST

/* Room for the answers, and not for a thread's stack, which is shorter with musl. */
START_TEST(limit_of_memory)
{
	struct rlimit limit;
	FILE *file = fopen("/proc/self/statm", "r");
	unsigned long pages;

	ck_assert_ptr_nonnull(file);
	ck_assert_int_eq(fscanf(file, "%lu", &pages), 1);
	fclose(file);
	limit.rlim_cur = limit.rlim_max = pages * (unsigned long)sysconf(_SC_PAGESIZE) + (is_musl() ? 130 : 200) * 1024;
	ck_assert_int_eq(setrlimit(RLIMIT_AS, &limit), 0);
	ck_assert(!can_make_thread());
	check_lookups();
}
END_TEST

TCase *make_tests(void)
{
	TCase *tcase;

	if (SANITIZER(""))
		return skip_all("sanitizers, valgrind and emulators need memory, threads and system calls of their own");
	with_environment("GAISHIM_HEDGE", "1");
	with_environment("GAISHIM_DEADLINE", "0.5");
	with_log();
	tcase = callers_case("hedge_denied");
	tcase_add_checked_fixture(tcase, NULL, remove_log);
	tcase_add_test(tcase, limit_of_processes);
	ADD_ROWS(tcase, filter_without_clone, kills);
	tcase_add_test(tcase, limit_of_memory);
	return tcase;
}
