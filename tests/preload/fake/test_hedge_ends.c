/* SPDX-License-Identifier: MIT */
/* GAISHIM_HEDGE while a caller, or the whole process, ends or becomes another: lookups are out on
 * threads of the shim's. */
#include "callers.h"
#include "musl.h"

#include <setjmp.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/syscall.h>
#include <sys/wait.h>

/* Seconds: less than a lookup of STUCK takes. */
static const double prompt = 10;
#define STUCK "ms-20000.fake"

START_TEST(caller_is_cancelled)
{
	struct question q = { .host = "once.gate.fake", .call = (enum call)_i };
	struct herd *herd = start_herd(1, q);
	double begun = now();

	await(fake->running() == 1);
	ck_assert_int_eq(pthread_cancel(herd->caller->thread), 0);
	herd_join(herd);
	ck_assert_ptr_eq(herd->caller->ended, PTHREAD_CANCELED);
	herd_end(herd);
	ck_assert_double_lt(ask_right(q), prompt);
	ck_assert_double_lt(now() - begun, prompt);
	fake->open_gate();
}
END_TEST

static sigjmp_buf label;

static void jump_out(int signal)
{
	(void)signal;
	siglongjmp(label, 1);
}

/* As curl without a threaded resolver does. */
START_TEST(caller_jumps_out)
{
	static struct caller caller; /* what it has got is lost */
	double begun = now();

	if (SANITIZER("thread")) {
		puts("# SKIP caller_jumps_out: ThreadSanitizer loses track of the lock");
		return;
	}
	caller.q = (struct question){ .host = STUCK, .call = (enum call)_i };
	signal(SIGALRM, jump_out);
	if (sigsetjmp(label, 1) == 0) {
		alarm(1);
		ask(&caller);
		ck_abort_msg("it came back");
	}
	ck_assert_double_lt(now() - begun, prompt);
	/* The next one has nothing to do with that. */
	ck_assert_double_lt(ask_right((struct question){ .host = "quick.fake", .call = (enum call)_i }), prompt);
}
END_TEST

/* Returns when a lookup of STUCK is out whose caller is on a thread of its own. */
static struct herd *start_stuck(void)
{
	struct herd *herd = start_herd(1, (struct question){ .host = STUCK, .service = "80" });

	await(fake->running() == 1);
	return herd;
}

static void exit_now(void)
{
	start_stuck();
	exit(7);
}

static void return_from_main_thread(void)
{
	ask_right((struct question){ .host = "quick.fake" });
	pthread_exit(NULL);
}

static void become_another(void)
{
	static char *const no_preload[] = { NULL }; /* a shell of musl's does without libmusl.c */

	start_stuck();
	execle("/bin/sh", "sh", "-c", "exit 7", (char *)NULL, no_preload);
}

static void fork_meanwhile(void)
{
	int status;
	pid_t pid;

	start_stuck();
	ask_right((struct question){ .host = "quick.fake" }); /* a second thread is idle now */
	pid = fork();
	if (pid == 0) {
		/* None of them is here, and the child has its own. */
		if (!tasks_are(1))
			_exit(1);
		ask_right((struct question){ .host = "once.gate.child.fake" });
		_exit(count_tasks() > 1 ? 0 : 2);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(status, 0);
	_exit(7);
}

static const struct {
	void (*end)(void);
	int status;
} ends[] = {
	{ exit_now, 7 }, { return_from_main_thread, 0 }, { become_another, 7 }, { fork_meanwhile, 7 },
};

START_TEST(process_does_not_wait)
{
	double begun = now();
	int status;
	pid_t pid;

	if (ends[_i].end == return_from_main_thread && SANITIZER("address")) {
		puts("# SKIP process_does_not_wait: LeakSanitizer takes all that the main thread had for lost");
		return;
	}
	if (ends[_i].end == return_from_main_thread && SANITIZER("thread")) {
		puts("# SKIP process_does_not_wait: ThreadSanitizer has a thread of its own, which does not end");
		return;
	}
	if (ends[_i].end == return_from_main_thread && is_musl()) {
		puts("# SKIP process_does_not_wait: before 1.2.4 musl itself hangs where the first thread of a child "
		     "ends beside another");
		return;
	}
	pid = fork();
	if (pid == 0) {
		fake->reset();
		ends[_i].end();
		_exit(99);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_msg(status == ends[_i].status << 8, "status %#x", (unsigned)status);
	ck_assert_double_lt(now() - begun, prompt);
}
END_TEST

static atomic_int stuck_thread;

static void stay(const char *host)
{
	(void)host;
	stuck_thread = (int)syscall(SYS_gettid);
	nap(3000);
}

/* The user id of a thread, as the kernel has it. */
static int user_of(int thread)
{
	char path[64], line[128];
	int user = -1;
	FILE *file;

	snprintf(path, sizeof path, "/proc/self/task/%d/status", thread);
	file = fopen(path, "r");
	ck_assert_ptr_nonnull(file);
	while (fgets(line, sizeof line, file) != NULL)
		if (sscanf(line, "Uid: %d", &user) == 1)
			break;
	fclose(file);
	return user;
}

/* glibc tells each thread by a signal of its own, and waits until all have heard it. */
START_TEST(threads_of_ours_change_their_user)
{
	int user = geteuid() == 0 ? 65534 : (int)getuid();
	struct herd *herd;
	double begun;

	fake->hook(stay);
	herd = start_herd(1, (struct question){ .host = "hook.fake", .service = "80" });
	await(stuck_thread != 0);
	begun = now();
	ck_assert_int_eq(setuid((uid_t)user), 0);
	ck_assert_double_lt(now() - begun, 2.5);
	ck_assert_int_eq(user_of(stuck_thread), user);
	herd_end_right(herd);
	ask_right((struct question){ .host = "quick.fake" });
}
END_TEST

TCase *make_tests(void)
{
	TCase *tcase;

	with_environment("GAISHIM_HEDGE", "1");
	tcase = callers_case("hedge_ends");
	ADD_CALLS(tcase, caller_is_cancelled);
	ADD_CALLS(tcase, caller_jumps_out);
	ADD_ROWS(tcase, process_does_not_wait, ends);
	tcase_add_test(tcase, threads_of_ours_change_their_user);
	return tcase;
}
