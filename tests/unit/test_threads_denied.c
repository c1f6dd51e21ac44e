/* SPDX-License-Identifier: MIT
 *
 * Where there can be no thread, or where it is better not to try. A child is spoiled for
 * each case; its exit status is AS_MEANT if it saw what it should.
 */
#include "flight/threads.h"

#include "libc/next.h"
#include "libc/process.h"
#include "unit.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { AS_MEANT = 4 };

static void job(void *unused)
{
	(void)unused;
	threads_end();
}

static void run_child(void (*child)(void))
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		alarm(20);
		child();
		_exit(1);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_msg(status == AS_MEANT << 8, "status %#x", status);
}

/* Ends the child as meant if it has no thread of ours, and has not noticed. */
static void expect_none(void)
{
	errno = 4242;
	if (!threads_start(job, NULL) && errno == 4242 && atomic_load(&process_own()->threads) == 0)
		_exit(AS_MEANT);
}

static void expect_thread(void)
{
	if (threads_start(job, NULL))
		_exit(AS_MEANT);
}

/* Put a filter in force that takes this action when a process or thread is made. */
static void filter(uint32_t action)
{
	struct sock_filter program[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_clone, 1, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 435 /* clone3, everywhere */, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, action),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog all = { sizeof program / sizeof *program, program };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0
	    || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &all) != 0)
		_exit(2);
}

static void under_killing_filter(void)
{
	filter(SECCOMP_RET_KILL);
	expect_none();
}

static void under_refusing_filter(void)
{
	filter(SECCOMP_RET_ERRNO | EPERM);
	expect_none();
}

/* A filter cannot be asked what it does. */
static void under_harmless_filter(void)
{
	filter(SECCOMP_RET_ALLOW);
	expect_none();
}

/* The init of a container, whose filter is in force for all that are in it. */
static void be_container(void (*process)(void))
{
	int status;
	pid_t pid;

	if (unshare(CLONE_NEWNS | CLONE_NEWPID) != 0
	    || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0)
		_exit(2);
	pid = fork();
	if (pid > 0) {
		waitpid(pid, &status, 0);
		_exit(status >> 8);
	}
	if (mount("proc", "/proc", "proc", 0, NULL) != 0)
		_exit(2);
	filter(SECCOMP_RET_ALLOW);
	pid = fork();
	if (pid > 0) {
		waitpid(pid, &status, 0);
		_exit(status >> 8);
	}
	process();
	_exit(1);
}

static void in_container(void)
{
	be_container(expect_thread);
}

static void in_container_under_filter(void)
{
	be_container(under_killing_filter);
}

static void without_proc(void)
{
	if (unshare(CLONE_NEWNS) != 0 || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0
	    || mount("none", "/proc", "tmpfs", 0, NULL) != 0)
		_exit(2);
	expect_none();
}

static void without_processes(void)
{
	struct rlimit limit;

	getrlimit(RLIMIT_NPROC, &limit);
	limit.rlim_cur = 0;
	if (setrlimit(RLIMIT_NPROC, &limit) != 0 || (geteuid() == 0 && setuid(65534) != 0))
		_exit(2);
	expect_none();
}

static void without_memory(void)
{
	struct rlimit limit;

	process_own();
	getrlimit(RLIMIT_AS, &limit);
	limit.rlim_cur = 4096;
	if (setrlimit(RLIMIT_AS, &limit) != 0)
		_exit(2);
	expect_none();
}

static const struct {
	void (*child)(void);
	bool mounts, filters;
	bool starves; /* a sanitizer of what it needs */
} surroundings[] = {
	{ .child = under_killing_filter, .filters = true, .starves = true },
	{ .child = under_refusing_filter, .filters = true },
	{ .child = under_harmless_filter, .filters = true },
	{ .child = in_container, .mounts = true },
	{ .child = in_container_under_filter, .mounts = true },
	{ .child = without_proc, .mounts = true },
	{ .child = without_processes },
	{ .child = without_memory, .starves = true },
};

START_TEST(test_surroundings)
{
	run_child(surroundings[_i].child);
}
END_TEST

static void end(void)
{
	_exit(AS_MEANT);
}

static void be_filtered(void (*process)(void))
{
	filter(SECCOMP_RET_ALLOW);
	process();
}

static bool may_be(void (*what)(void (*process)(void)))
{
	pid_t pid = fork();
	int status;

	if (pid == 0)
		what(end);
	return waitpid(pid, &status, 0) == pid && status == AS_MEANT << 8;
}

TCase *make_tests(void)
{
	TCase *tcase = tcase_create("denied");
	bool mounts = may_be(be_container), filters = may_be(be_filtered);

	next_find();
	tcase_set_timeout(tcase, 60);
	for (int i = 0; i < (int)(sizeof surroundings / sizeof *surroundings); i++)
		if ((mounts || !surroundings[i].mounts) && (filters || !surroundings[i].filters)
		    && !(SANITIZER("") && surroundings[i].starves))
			tcase_add_loop_test(tcase, test_surroundings, i, i + 1);
	if (!mounts)
		puts("# SKIP containers, and no /proc: nothing can be mounted here");
	if (!filters)
		puts("# SKIP filters: this kernel has none for this program");
	if (SANITIZER(""))
		puts("# SKIP a filter that kills, and no memory: the sanitizer needs what it lacks");
	return tcase;
}
