/* SPDX-License-Identifier: MIT */
/*
 * A storm of SIGALRM: each thread that asks is interrupted a thousand times a
 * second, by a handler that does not have system calls restarted, and by one
 * that has.
 */
#include "callers.h"

#include <signal.h>
#include <stdatomic.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>

/* Seconds: when an answer is late. */
static const double late = 0.4 * 0.9, at_last = 30;

enum { ENOUGH = 50 }; /* signals: a twentieth of a second, unless the machine is busy */
static const int ways[] = { 0, SA_RESTART };

static _Thread_local volatile sig_atomic_t signals;

static void count(int signal)
{
	(void)signal;
	signals++;
}

static void install(int flags)
{
	struct sigaction action = { .sa_handler = count, .sa_flags = flags };

	ck_assert_int_eq(sigaction(SIGALRM, &action, NULL), 0);
}

/* A timer that sends this thread a SIGALRM each millisecond. */
static timer_t begin_storm(void)
{
	struct itimerspec each = { .it_interval = { .tv_nsec = 1000000 }, .it_value = { .tv_nsec = 1000000 } };
	struct sigevent event = { .sigev_notify = SIGEV_THREAD_ID, .sigev_signo = SIGALRM };
	timer_t timer;

#ifdef sigev_notify_thread_id
	event.sigev_notify_thread_id = (pid_t)syscall(SYS_gettid);
#else /* before glibc 2.38 */
	event._sigev_un._tid = (pid_t)syscall(SYS_gettid);
#endif
	if (timer_create(CLOCK_MONOTONIC, &event, &timer) != 0 || timer_settime(timer, 0, &each, NULL) != 0)
		abort();
	return timer;
}

/* A slow lookup, in a time that does not begin anew at each signal, as the fake
 * resolver's own does. */
static void take_time(const char *host)
{
	struct timespec until;
	long ms = strstr(host, "slow") != NULL ? 40 : 1;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += ms * 1000000;
	until.tv_sec += until.tv_nsec / 1000000000;
	until.tv_nsec %= 1000000000;
	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) == EINTR)
		;
}

struct sailor {
	struct caller caller;
	int least; /* signals: asks again until there were so many */
	int seen, asked;
	const char *what; /* that was wrong */
};

/* What is wrong with an answer, errno included: the handler does not touch it. */
static const char *wrong_in_storm(const struct caller *caller)
{
	if (caller->code == 0 && caller->error != 0)
		return "errno of a success";
	return wrong(caller);
}

static void *sail(void *arg)
{
	struct sailor *sailor = arg;
	timer_t timer = begin_storm();

	do {
		if (sailor->asked > 0)
			forget(&sailor->caller);
		ask(&sailor->caller);
		sailor->asked++;
		sailor->what = wrong_in_storm(&sailor->caller);
	} while (sailor->what == NULL && signals < sailor->least);
	sailor->seen = signals;
	timer_delete(timer);
	return NULL;
}

static void embark(struct sailor *sailor, struct question q, int least)
{
	*sailor = (struct sailor){ .caller.q = q, .least = least };
	ck_assert_int_eq(pthread_create(&sailor->caller.thread, NULL, sail, sailor), 0);
}

static void land(struct sailor *sailor, int least)
{
	const struct caller *caller = &sailor->caller;

	ck_assert_int_eq(pthread_join(caller->thread, NULL), 0);
	ck_assert_msg(sailor->what == NULL, "%s: wrong %s (code %d, errno %d) at lookup %d, after %d signals",
	              caller->q.host, sailor->what, caller->code, caller->error, sailor->asked, sailor->seen);
	ck_assert_int_ge(sailor->seen, least);
	forget(&sailor->caller);
}

/* Each by four threads, so that they also lead, wait and copy. */
static const struct question kinds[] = {
	{ .host = "127.0.0.1", .no_hints = true },
	{ .host = "\uff11\uff12\uff17.0.0\u30021", .asked = "127.0.0.1", .service = "80" },
	{ .host = "quick.fake", .service = "80", .flags = AI_CANONNAME },
	{ .host = "hook.slow.fake", .service = "80", .flags = AI_CANONNAME },
	{ .host = "hook.slow.eai-2.fake", .code = EAI_NONAME },
	{ .host = "b\u00fccher.fake", .asked = "xn--bcher-kva.fake", .flags = AI_CANONNAME },
};

START_TEST(storm)
{
	enum { CREW = 4 };

	install(ways[_i]);
	fake->hook(take_time);
	for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
		struct sailor crew[CREW];

		for (size_t i = 0; i < CREW; i++)
			embark(&crew[i], kinds[k], ENOUGH);
		for (size_t i = 0; i < CREW; i++)
			land(&crew[i], ENOUGH);
	}
}
END_TEST

/* A leader in its lookup, the others asleep in the table. */
START_TEST(herd_in_storm)
{
	enum { HERD = 20 };
	const struct question q = { .host = "gate.fake", .service = "80", .flags = AI_CANONNAME };
	struct sailor herd[HERD];
	double begun = now();

	install(ways[_i]);
	for (size_t i = 0; i < HERD; i++)
		embark(&herd[i], q, 0);
	await(fake->running() == 1);
	nap(200);
	fake->open_gate();
	for (size_t i = 0; i < HERD; i++)
		land(&herd[i], ENOUGH);
	ck_lookups(q.host, 1, begun);
}
END_TEST

/* The second ask does not come before the time, nor long after it. */
START_TEST(late_in_storm)
{
	enum { HERD = 5 };
	const struct question q = { .host = "once.gate.fake", .service = "80" };
	struct sailor leader, herd[HERD];
	double begun = now();

	install(0); /* the worse of the two */
	embark(&leader, q, 0);
	await(fake->running() == 1);
	for (size_t i = 0; i < HERD; i++)
		embark(&herd[i], q, 0);
	for (size_t i = 0; i < HERD; i++) {
		land(&herd[i], ENOUGH);
		ck_assert_double_ge(herd[i].caller.seconds, late);
		ck_assert_double_lt(herd[i].caller.seconds, at_last);
	}
	fake->open_gate();
	land(&leader, ENOUGH);
	ck_lookups(q.host, 2, begun);
}
END_TEST

/* libc's resolver behind the shim, and the whole process's timer. */
START_TEST(libc_in_storm)
{
	const struct itimerval each = { { 0, 1000 }, { 0, 1000 } }, off = { 0 };
	static const char *const services[] = { "80", "http" };
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM };
	size_t lookups = 0;

	install(ways[_i]);
	ck_assert_int_eq(setitimer(ITIMER_REAL, &each, NULL), 0);
	while (signals < ENOUGH) {
		struct addrinfo *list = &untouched;
		const char *host = lookups % 4 < 2 ? "localhost" : "127.0.0.1";
		int code;

		errno = 0;
		code = getaddrinfo(host, services[lookups++ % 2], &hints, &list);
		ck_assert_msg(code == 0, "%s: %d, errno %d, at lookup %zu", host, code, errno, lookups);
		ck_assert_int_ne(errno, EINTR);
		ck_assert_int_eq(((struct sockaddr_in *)list->ai_addr)->sin_port, htons(80));
		freeaddrinfo(list);
	}
	ck_assert_int_eq(setitimer(ITIMER_REAL, &off, NULL), 0);
}
END_TEST

static atomic_bool ended;

static void *churn(void *arg)
{
	struct sailor *sailor = arg;

	sailor->caller.q = (struct question){ .host = "hook.fake", .service = "80" };
	while (!ended && sailor->what == NULL)
		sail(sailor);
	forget(&sailor->caller);
	return NULL;
}

/* A fork waits for lookups, and lookups for it, in system calls of their own. */
START_TEST(forks_in_storm)
{
	enum { CHURNERS = 3, FORKS = 40 };
	struct sailor churner[CHURNERS] = { 0 };
	pthread_t thread[CHURNERS];
	timer_t timer;

	install(ways[_i]);
	fake->hook(take_time);
	for (size_t i = 0; i < CHURNERS; i++)
		ck_assert_int_eq(pthread_create(&thread[i], NULL, churn, &churner[i]), 0);
	timer = begin_storm();
	for (size_t i = 0; i < FORKS || signals < ENOUGH; i++) {
		pid_t pid, ended_pid;
		int status;

		errno = 0;
		pid = fork();
		if (pid == 0) {
			struct caller caller = { .q = { .host = "hook.fake" } };

			signal(SIGALRM, SIG_DFL);
			alarm(20);
			ask(&caller);
			_exit(wrong(&caller) != NULL);
		}
		ck_assert_int_gt(pid, 0);
		ck_assert_int_eq(errno, 0);
		while ((ended_pid = waitpid(pid, &status, 0)) < 0 && errno == EINTR)
			;
		ck_assert_int_eq(ended_pid, pid);
		ck_assert_int_eq(status, 0);
	}
	timer_delete(timer);
	ended = true;
	for (size_t i = 0; i < CHURNERS; i++) {
		ck_assert_int_eq(pthread_join(thread[i], NULL), 0);
		ck_assert_msg(churner[i].what == NULL, "wrong %s", churner[i].what);
	}
}
END_TEST

TCase *make_tests(void)
{
	TCase *tcase = callers_case("signals");

	ADD_ROWS(tcase, storm, ways);
	ADD_ROWS(tcase, herd_in_storm, ways);
	tcase_add_test(tcase, late_in_storm);
	ADD_ROWS(tcase, libc_in_storm, ways);
	ADD_ROWS(tcase, forks_in_storm, ways);
	return tcase;
}
