/* SPDX-License-Identifier: MIT */
/* A process that may make no thread any more: its own seccomp filter kills it for that, or
 * says no. Whoever waits asks for itself then. */
#include "callers.h"

#include "filter.h"

#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <sys/wait.h>

static const double late = 0.4 * 0.9, at_last = 30;

#ifndef SYS_clone3
#define SYS_clone3 435
#endif

static const unsigned refusals[] = { SECCOMP_RET_KILL_PROCESS, SECCOMP_RET_ERRNO | EPERM };

/* For all threads of this process. Returns false if the kernel has no filters. */
static bool forbid_threads(unsigned refusal)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_clone, 1, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_clone3, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, refusal),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { .len = sizeof code / sizeof *code, .filter = code };

	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0
		&& syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &program) == 0;
}

static void check_waiters(unsigned refusal)
{
	struct question q = { .host = "once.gate.fake", .service = "80", .flags = AI_CANONNAME };
	struct herd *leader = start_herd(1, q), *waiters;

	await(fake->running() == 1);
	waiters = start_herd(10, q);
	ck_assert(forbid_threads(refusal));
	herd_join_between(waiters, late, at_last);
	ck_lookups(q.host, 2, leader->begun);
	ck_assert_uint_eq(count_tasks(), 2);
	herd_end(waiters);
	fake->open_gate();
	herd_end_right(leader);
}

START_TEST(waiters_ask_for_themselves)
{
	check_waiters(refusals[_i]);
}
END_TEST

/* The filter of a container's first process is no measure for that process. */
START_TEST(first_process_of_a_container)
{
	pid_t child;
	int status;

	if (unshare(CLONE_NEWPID | CLONE_NEWNS) != 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0) {
		printf("# SKIP first_process_of_a_container: no namespaces: %s\n", strerror(errno));
		return;
	}
	child = fork();
	if (child == 0) {
		fake->reset();
		ck_assert_int_eq(mount("proc", "/proc", "proc", 0, NULL), 0);
		check_waiters(SECCOMP_RET_KILL_PROCESS);
		_exit(0);
	}
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_int_eq(status, 0);
}
END_TEST

/* Calls that libc does without in a lookup. Not madvise, which the table takes: glibc makes
 * that call itself where a thread ends. */
static const long needless[] = { SYS_getpid, SYS_gettid, SYS_sched_getaffinity, SYS_prctl };

START_TEST(lone_thread_makes_no_call_of_ours)
{
	ck_assert(refuse_call(needless[_i], true));
	ask_right((struct question){ .host = "lone.fake", .service = "80" });
}
END_TEST

/* A process of one thread has no table, where glibc tells that it is one (2.32). */
START_TEST(lone_thread_maps_no_table)
{
	ck_assert(refuse_call(SYS_madvise, true));
	ask_right((struct question){ .host = "lone.fake", .service = "80" });
}
END_TEST

START_TEST(threads_make_no_call_of_ours)
{
	struct question q = { .host = "many.fake", .service = "80" };

	ck_assert(refuse_call(needless[_i], true));
	herd_end_right(start_herd(10, q));
	ask_right(q);
}
END_TEST

static void *do_nothing(void *unused)
{
	return unused;
}

/* That filter is one. */
START_TEST(a_thread_would_kill)
{
	pthread_t thread;

	forbid_threads(SECCOMP_RET_KILL_PROCESS);
	pthread_create(&thread, NULL, do_nothing, NULL);
}
END_TEST

TCase *make_tests(void)
{
	TCase *tcase;

	if (SANITIZER(""))
		return skip_all("sanitizers, valgrind and emulators make system calls of their own");
	/* EFAULT: it would take one. */
	if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, NULL) == 0 || errno != EFAULT)
		return skip_all("this kernel has no seccomp filters");
	tcase = callers_case("filter");
	ADD_ROWS(tcase, waiters_ask_for_themselves, refusals);
	tcase_add_test(tcase, first_process_of_a_container);
	ADD_ROWS(tcase, lone_thread_makes_no_call_of_ours, needless);
	if (dlsym(RTLD_DEFAULT, "__libc_single_threaded") != NULL)
		tcase_add_test(tcase, lone_thread_maps_no_table);
	else
		puts("# SKIP a table that is not mapped: this glibc does not tell of one thread");
	ADD_ROWS(tcase, threads_make_no_call_of_ours, needless);
	tcase_add_test_raise_signal(tcase, a_thread_would_kill, SIGSYS);
	return tcase;
}
