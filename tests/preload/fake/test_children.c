/* SPDX-License-Identifier: MIT */
/* Children that no fork handler of the shim's has seen: they know all the same that the
 * lookups of their parent are not theirs. */
#include "callers.h"

#include <signal.h>
#include <sched.h>
#include <stdatomic.h>
#include <sys/syscall.h>
#include <sys/wait.h>

enum { TRIES = 5, IN_CHILD = 20 };

static const struct question out = { .host = "hook.fake", .service = "80", .flags = AI_CANONNAME };
/* By then a child that took part in its parent's lookup would still be waiting. */
static const double soon = 0.4 * 0.9;

/* How a child may end. */
enum { RIGHT = 0, LATE = 10, WRONG = 11 };

static pid_t parent;
static atomic_bool may_go_on;

/* The host is out in the parent as long as the test wants, however often it is asked for
 * there. In a child it is answered at once. */
static void stay_in_parent(const char *host)
{
	(void)host;
	while (getpid() == parent && !may_go_on)
		nap(10);
}

static int ask_in_child(void)
{
	struct caller caller = { .q = out };
	const char *what;

	signal(SIGALRM, SIG_DFL);
	alarm(IN_CHILD);
	ask(&caller);
	what = wrong(&caller);
	if (what != NULL)
		dprintf(STDERR_FILENO, "# in a child: wrong %s (code %d)\n", what, caller.code);
	forget(&caller);
	return what != NULL ? WRONG : caller.seconds < soon ? RIGHT : LATE;
}

static pid_t raw_clone(void)
{
	return (pid_t)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
}

static pid_t raw_fork(void)
{
	pid_t (*function)(void);

	*(void **)&function = dlsym(RTLD_DEFAULT, "_Fork"); /* from glibc 2.34 on */
	return function != NULL ? function() : raw_clone();
}

/* Set by a handler that runs before the shim's. */
static int said_in_handler = -1;

static void ask_in_handler(void)
{
	said_in_handler = ask_in_child();
}

static const struct { pid_t (*fork)(void); bool in_handler; } ways[] = {
	{ raw_clone, false }, { raw_fork, false }, { fork, true }, { fork, false },
};

START_TEST(child_asks_what_its_parent_asks)
{
	struct herd *herd;
	int status = 0, late = 0;

	parent = getpid();
	fake->hook(stay_in_parent);
	herd = start_herd(5, out);
	await(fake->running() >= 1);
	settle();
	if (ways[_i].in_handler)
		fake->in_child(ask_in_handler);
	/* The machine may be busy once. */
	for (int i = 0; i < TRIES; i++) {
		pid_t pid = ways[_i].fork();

		if (pid == 0)
			_exit(ways[_i].in_handler ? said_in_handler : ask_in_child());
		ck_assert_int_gt(pid, 0);
		ck_assert_int_eq(waitpid(pid, &status, 0), pid);
		ck_assert_msg(WIFEXITED(status), "the child died of signal %d", WTERMSIG(status));
		ck_assert_int_ne(WEXITSTATUS(status), WRONG);
		late += WEXITSTATUS(status) == LATE;
	}
	ck_assert_int_lt(late, TRIES);
	may_go_on = true;
	herd_end_right(herd);
}
END_TEST

TCase *make_tests(void)
{
	TCase *tcase;

	if (SANITIZER(""))
		return skip_all("sanitizers, valgrind and emulators know nothing of such children");
	tcase = callers_case("children");
	ADD_ROWS(tcase, child_asks_what_its_parent_asks, ways);
	return tcase;
}
