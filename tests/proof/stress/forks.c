/* SPDX-License-Identifier: MIT
 *
 * Threads that fork while the others are inside lookups. Each child, forked, or
 * executed after that, or spawned, asks some questions of its own and must finish.
 */
#include "stress.h"

#include <dlfcn.h>
#include <errno.h>
#include <inttypes.h>
#include <linux/futex.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { QUESTIONS = 8, RIGHT = 0, WRONG = 1, HUNG = 3, STUCK = 4 };

/* A child whose lookups may be stuck in libc, for all the object knows, is told so after 30 s. */
#define TOLD (29 * SECOND)

extern char **environ;
static struct question asked; /* by this child */

static void on_child_alarm(int signal)
{
	char text[512];

	(void)signal;
	question_describe(&asked, text);
	say("stress: child %d hangs: %s\n", getpid(), text);
	_exit(HUNG);
}

_Noreturn void child_main(uint64_t number)
{
	struct random r = random_stream(number);
	char detail[DETAIL];
	const char *what = NULL;

	self = NULL;
	signal(SIGALRM, on_child_alarm);
	alarm((unsigned)(options.limit / SECOND * 3 / 4));
	for (int i = 0; i < QUESTIONS && what == NULL; i++) {
		int64_t begun = now();

		question_make(&asked, &r, QUICK);
		what = ask(&asked, detail);
		if (what != NULL && now() - begun > TOLD)
			_exit(STUCK);
	}
	if (what != NULL)
		complain(&asked, what, detail);
	_exit(what != NULL ? WRONG : RIGHT);
}

static pid_t start_child(uint64_t number, unsigned kind)
{
	char text[32], seed[32];
	const char *argv[] = {
		"stress", "--child", text, "--seed", seed, "--resolver", options.dns ? "dns" : "fake",
		options.libc ? "--libc" : NULL, NULL,
	};
	pid_t pid;

	snprintf(text, sizeof text, "%" PRIu64, number);
	snprintf(seed, sizeof seed, "%" PRIu64, options.seed);
	if (kind == 0) {
		errno = posix_spawn(&pid, "/proc/self/exe", NULL, NULL, (char **)argv, environ);
		return errno == 0 ? pid : -1;
	}
	pid = fork();
	if (pid == 0 && kind == 1)
		execv("/proc/self/exe", (char **)argv);
	if (pid == 0)
		child_main(number);
	return pid;
}

/* True if the child waits for a lock of libc's. It has one thread: it will for ever.
 * The gate (shim/libc/gate.h) makes that rare, and no more: a thread that held the lock
 * was kept from the processor for longer than a fork waits. */
static bool is_stuck_in_libc(pid_t pid)
{
	char path[64], text[256] = "";
	unsigned long number, word, operation;
	Dl_info info, libc;
	FILE *file;

	snprintf(path, sizeof path, "/proc/%d/syscall", pid);
	file = fopen(path, "re");
	if (file == NULL)
		return false;
	if (fgets(text, sizeof text, file) == NULL)
		text[0] = '\0';
	fclose(file);
	return sscanf(text, "%lu %lx %lx", &number, &word, &operation) == 3
		&& number == SYS_futex && operation == FUTEX_WAIT_PRIVATE
		&& dladdr((void *)word, &info) != 0 && dladdr((void *)stdin, &libc) != 0
		&& info.dli_fbase == libc.dli_fbase;
}

/* Waits for the child, or ends it once there is nothing to wait for. */
static void reap(pid_t pid)
{
	int64_t begun = now();
	int status;

	while (waitpid(pid, &status, WNOHANG) == 0) {
		nap(MILLISECOND * 2);
		if (now() - begun < SECOND || !is_stuck_in_libc(pid))
			continue;
		kill(pid, SIGKILL);
		waitpid(pid, &status, 0);
		counts.stuck++;
		return;
	}
	if (WIFEXITED(status) && WEXITSTATUS(status) == RIGHT)
		return;
	if (WIFEXITED(status) && WEXITSTATUS(status) == STUCK) {
		counts.stuck++;
		return;
	}
	if (WIFEXITED(status) && WEXITSTATUS(status) == HUNG) {
		counts.hung++;
		return;
	}
	counts.wrong++;
	if (WIFSIGNALED(status))
		say("stress: child %d: %s\n", pid, strsignal(WTERMSIG(status)));
}

void *forker_main(void *argument)
{
	struct slot *slot = argument;
	struct random *r = &slot->random;

	self = slot;
	slot->tid = gettid();
	while (!stopping) {
		uint64_t number = random_next(r);
		unsigned kind = random_below(r, 4);
		pid_t pid;

		nap(MILLISECOND * (5 + random_below(r, 100)));
		slot_begin(slot, kind == 0 ? "posix_spawn" : "fork");
		pid = start_child(number, kind);
		if (pid < 0) {
			counts.wrong++;
			say("stress: no child: %s\n", strerror(errno));
		} else {
			counts.forks++;
			slot_begin(slot, "waitpid");
			reap(pid);
		}
		slot_end(slot);
	}
	return NULL;
}
