/* SPDX-License-Identifier: MIT */
/*
 * A filter that refuses the system call clock_gettime, which libc does without: lookups
 * that are shared, and forks meanwhile, are none the worse.
 */
#include "callers.h"

#include "filter.h"

#include <sys/syscall.h>
#include <sys/wait.h>

enum { TRIES = 5, CALLERS = 4 };

/* A fork waits 100 ms for those inside, and not each time longer. */
static const double fork_waits = 0.2;

static double time_fork(void)
{
	double start = now(), seconds;
	int status;
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	seconds = now() - start;
	ck_assert_int_gt(pid, 0);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(status, 0);
	return seconds;
}

/* The call is EPERM, or it ends the process. */
START_TEST(clock_refused)
{
	double least = 60;

	ck_assert(refuse_call(SYS_clock_gettime, _i == 1));
	for (int i = 0; i < TRIES; i++) {
		char host[32];
		struct herd *herd;
		double seconds;

		snprintf(host, sizeof host, "ms-300.%d.fake", i);
		herd = start_herd(CALLERS, (struct question){ .host = host });
		await(fake->running() > 0);
		seconds = time_fork();
		herd_end_right(herd);
		ck_assert_int_lt(fake->calls(host), CALLERS);
		least = seconds < least ? seconds : least;
	}
	ck_assert_double_lt(least, fork_waits);
}
END_TEST

/* Not where the machine's clock cannot be read by a program, and not under valgrind. */
static bool libc_needs_no_call(void)
{
	int status;
	pid_t pid = fork();

	if (pid == 0)
		_exit(refuse_call(SYS_clock_gettime, true) && now() > 0 ? 0 : 1);
	return pid > 0 && waitpid(pid, &status, 0) == pid && status == 0;
}

TCase *make_tests(void)
{
	TCase *tcase;

	if (SANITIZER("thread"))
		return skip_all("a filter on the clock: ThreadSanitizer makes the system call");
	if (!libc_needs_no_call())
		return skip_all("libc makes the system call here, or the kernel has no filters");
	tcase = callers_case("noclock");
	tcase_add_loop_test(tcase, clock_refused, 0, 2);
	return tcase;
}
