/* SPDX-License-Identifier: MIT */
/*
 * Lookups that are left by a jump out of a signal handler: by siglongjmp, as
 * curl without a threaded resolver does, and by setcontext, which runs no
 * cleanup handler of any kind.
 */
#include "callers.h"
#include "musl.h"

#include <fcntl.h>
#include <semaphore.h>
#include <setjmp.h>
#include <signal.h>
#include <stdatomic.h>
#include <ucontext.h>

static const double late = 0.4, at_last = 30;

enum way { SIGLONGJMP, SETCONTEXT };

/* musl has no setcontext. */
#pragma weak getcontext
#pragma weak setcontext
#define WAYS (is_musl() ? 1 : 2)

/* The tests of each way in each call. */
#define TESTS (WAYS * CALLS)
#define WAY ((enum way)(_i % WAYS))
#define CALL ((enum call)(_i / WAYS))

enum ending { RETURN, EXIT, CANCEL, ENDINGS };

static _Thread_local volatile struct {
	enum way way;
	sig_atomic_t jumped;
} jump;
static _Thread_local sigjmp_buf label;
static _Thread_local ucontext_t context;

static void jump_out(int signal)
{
	(void)signal;
	jump.jumped = 1;
	if (jump.way == SIGLONGJMP)
		siglongjmp(label, 1);
	setcontext(&context);
}

/* Asks; false if a SIGALRM threw us out. */
__attribute__((noinline)) static bool ask_or_jump(struct caller *caller, enum way way)
{
	jump.way = way;
	jump.jumped = 0;
	if (way == SIGLONGJMP)
		sigsetjmp(label, 1);
	else
		getcontext(&context);
	if (jump.jumped)
		return false;
	ask(caller);
	return true;
}

/* A thread that asks, is thrown out, and goes on when told. */
struct jumper {
	struct caller first, second;
	enum way way;
	enum ending ending;
	bool jumped;
	sem_t out, go;
};

static void *jumper_main(void *arg)
{
	struct jumper *jumper = arg;

	jumper->jumped = !ask_or_jump(&jumper->first, jumper->way);
	sem_post(&jumper->out);
	while (sem_wait(&jumper->go) != 0)
		;
	if (jumper->second.q.host != NULL)
		ask(&jumper->second);
	if (jumper->ending == EXIT)
		pthread_exit(NULL);
	if (jumper->ending == CANCEL) {
		pthread_cancel(pthread_self());
		pthread_testcancel();
	}
	return NULL;
}

static void jumper_start(struct jumper *jumper, enum way way, struct question q)
{
	*jumper = (struct jumper){ .first = { .q = q }, .way = way };
	sem_init(&jumper->out, 0, 0);
	sem_init(&jumper->go, 0, 0);
	ck_assert_int_eq(pthread_create(&jumper->first.thread, NULL, jumper_main, jumper), 0);
}

static void jumper_throw(struct jumper *jumper)
{
	ck_assert_int_eq(pthread_kill(jumper->first.thread, SIGALRM), 0);
	while (sem_wait(&jumper->out) != 0)
		;
	ck_assert(jumper->jumped);
}

/* Lets it ask SECOND, if that has a host, and end by ENDING. */
static void jumper_end(struct jumper *jumper, struct question second, enum ending ending)
{
	void *ended;

	jumper->second.q = second;
	jumper->ending = ending;
	sem_post(&jumper->go);
	ck_assert_int_eq(pthread_join(jumper->first.thread, &ended), 0);
	ck_assert_ptr_eq(ended, ending == CANCEL ? PTHREAD_CANCELED : NULL);
	if (second.host != NULL) {
		ck_right(&jumper->second);
		forget(&jumper->second);
	}
	sem_destroy(&jumper->out);
	sem_destroy(&jumper->go);
}

static const struct question nothing;

static struct question stuck(enum call call)
{
	return (struct question){ .host = "once.gate.fake", .call = call };
}

static void leader_jumps(struct jumper *jumper, enum way way, enum call call)
{
	jumper_start(jumper, way, stuck(call));
	await(fake->running() == 1);
	settle(); /* at the gate, not on the way to it: "once" is used up */
}

/* The thread that left is let in again. If no handler ran it is this lookup that tells of
 * the lost one. Returns whether all had their answer before the lost one's was late. */
static bool ask_again(enum way way, enum call call)
{
	struct jumper jumper;
	struct herd *waiters;
	double start, waited;

	fake->reset();
	leader_jumps(&jumper, way, call);
	waiters = start_herd(10, stuck(call));
	waited = waiters->begun;
	settle();
	start = now();
	jumper_throw(&jumper);
	jumper_end(&jumper, stuck(call), RETURN);
	herd_end_right(waiters);
	ck_assert_double_lt(now() - start, at_last);
	return now() - waited < late * 0.9;
}

START_TEST(same_thread_asks_again)
{
	int tries = 0;

	/* It takes two looks at whether all sleep, which valgrind makes too long. */
	while (!ask_again(WAY, CALL) && !SANITIZER("valgrind"))
		ck_assert_int_lt(++tries, 20);
}
END_TEST

/* Nothing tells the waiters of a lost frame but that the answer is late. */
START_TEST(leader_never_comes_back)
{
	struct jumper jumper;
	struct herd *waiters, *newcomers;
	double start;

	leader_jumps(&jumper, WAY, CALL);
	waiters = start_herd(10, stuck(CALL));
	settle();
	start = now();
	jumper_throw(&jumper);
	newcomers = start_herd(10, stuck(CALL));
	herd_end_right(waiters);
	herd_end_right(newcomers);
	ck_assert_double_lt(now() - start, at_last);
	jumper_end(&jumper, nothing, RETURN);
}
END_TEST

/* Nothing of the lost lookup is left behind that the end of the thread trips
 * over, be it right after the jump or after another lookup. That is so for
 * longjmp, which runs cleanup handlers; who leaves with setcontext must not go
 * on to pthread_exit, with pthread_cond_wait no more than with us. */
START_TEST(thread_ends_after_a_jump)
{
	for (enum ending ending = RETURN; ending < ENDINGS; ending++) {
		for (int again = 0; again < 2; again++) {
			struct jumper jumper;

			if (WAY == SETCONTEXT && ending != RETURN)
				continue;
			fake->reset();
			leader_jumps(&jumper, WAY, CALL);
			jumper_throw(&jumper);
			jumper_end(&jumper, again ? (struct question){ .host = "other.fake", .call = CALL } : nothing, ending);
			ck_assert_double_lt(ask_right(stuck(CALL)), at_last);
		}
	}
}
END_TEST

/* It does not stay marked as one that is inside a lookup: it leads again, and
 * is waited for. */
START_TEST(thread_shares_again_after_a_jump)
{
	struct question q = { .host = "gate.fake", .call = CALL };
	struct jumper jumper;
	struct herd *waiters;
	double begun;

	leader_jumps(&jumper, WAY, CALL);
	jumper_throw(&jumper);
	jumper.second.q = q;
	sem_post(&jumper.go);
	await(fake->running() == 2); /* the lost one stays in the count */
	waiters = start_herd(10, q);
	begun = waiters->begun;
	settle();
	fake->open_gate();
	ck_assert_int_eq(pthread_join(jumper.first.thread, NULL), 0);
	ck_right(&jumper.second);
	forget(&jumper.second);
	herd_end_right(waiters);
	ck_lookups("gate.fake", 1, begun);
}
END_TEST

/* A waiter's jump leaves the leader and the other waiters well. */
START_TEST(waiter_jumps)
{
	struct question q = { .host = "gate.fake", .call = CALL };
	struct herd *leader = start_herd(1, q), *waiters;
	struct jumper jumper[3];
	double begun = leader->begun;

	await(fake->running() == 1);
	waiters = start_herd(10, q);
	for (int i = 0; i < 3; i++)
		jumper_start(&jumper[i], WAY, q);
	settle();
	for (int i = 0; i < 3; i++)
		jumper_throw(&jumper[i]);
	fake->open_gate();
	herd_end_right(leader);
	herd_end_right(waiters);
	ck_lookups("gate.fake", 1, begun);
	/* After setcontext libc's own pthread_cond_wait would leave a handler
	 * behind that the end of a thread trips over: RETURN runs none. */
	for (int i = 0; i < 3; i++)
		jumper_end(&jumper[i], q, WAY == SETCONTEXT ? RETURN : (enum ending)i);
}
END_TEST

/* Nor does it keep the others from taking over, time and again: until the answer is late,
 * and is asked for by another. */
START_TEST(waiter_jumps_and_leaders_change)
{
	struct question q = { .host = "hook.gate.fake", .service = "80" };
	struct caller *last = NULL;
	struct jumper jumper[3];
	double start;

	fake->hook(note_asker_of_herd);
	watched = herd_of(10, q);
	herd_start(watched);
	await(fake->running() >= 1);
	for (int i = 0; i < 3; i++)
		jumper_start(&jumper[i], _i, q);
	settle();
	for (int i = 0; i < 3; i++)
		jumper_throw(&jumper[i]);
	start = now();
	for (int i = 0; i < 5 && now() < watched->begun + late * 0.9; nap(1))
		if (newest_asker != last) {
			last = newest_asker;
			ck_assert_int_eq(pthread_cancel(last->thread), 0);
			i++;
		}
	await(fake->running() >= 2);
	fake->open_gate();
	herd_join(watched);
	for (size_t i = 0; i < watched->n; i++)
		if (watched->caller[i].ended == NULL)
			ck_right(&watched->caller[i]);
	fake->hook(NULL);
	herd_end(watched);
	for (int i = 0; i < 3; i++)
		jumper_end(&jumper[i], q, RETURN);
	ck_assert_double_lt(now() - start, at_last);
}
END_TEST

static void throw_out(const char *host)
{
	(void)host;
	raise(SIGALRM);
}

/* One thread leaves many lookups: each is given up at its next. The alarm comes
 * when libc has been asked: a timer's might come in malloc, and keep its lock. */
START_TEST(many_jumps)
{
	enum { JUMPS = 100 };
	struct question hosts[JUMPS];
	char names[JUMPS][32];
	struct caller last = { .q = { .host = "other.fake", .call = CALL } };
	double start;

	fake->hook(throw_out);
	for (size_t i = 0; i < JUMPS; i++) {
		struct caller caller = { .q = stuck(CALL) };

		snprintf(names[i], sizeof names[i], "once.hook.n%zu.fake", i);
		caller.q.host = names[i];
		hosts[i] = caller.q;
		if (ask_or_jump(&caller, WAY))
			ck_abort_msg("not thrown out");
	}
	/* From the same frame: from a deeper one, who left with setcontext would
	 * seem to be inside a lookup still. */
	start = now();
	ck_assert(ask_or_jump(&last, WAY));
	for (size_t i = 0; i < JUMPS; i++) {
		struct herd *herd = start_herd(2, hosts[i]);

		herd_end_right(herd);
	}
	/* Each would wait until the answer is late, were the lost lookup still in the table. */
	ck_assert_double_lt(now() - start, JUMPS * late / 4);
}
END_TEST

static void setup(void)
{
	struct sigaction action = { .sa_handler = jump_out };

	sigaction(SIGALRM, &action, NULL);
}

static _Thread_local bool signal_at_open;

/* The shim calls this one, as the program comes first: a signal comes while the shim looks
 * whether it may make a thread. */
int open(const char *path, int flags, ...)
{
	if (signal_at_open)
		pthread_kill(pthread_self(), SIGALRM);
	return openat(AT_FDCWD, path, flags, 0600);
}

static void *waiter_main(void *arg)
{
	struct caller *caller = arg;
	int cancel = -1;

	signal_at_open = true;
	if (ask_or_jump(caller, SIGLONGJMP))
		caller->code = -1;
	signal_at_open = false;
	pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, &cancel);
	caller->error = cancel;
	return NULL;
}

START_TEST(thread_can_be_cancelled_after_a_jump)
{
	struct question q = { .host = "once.gate.fake", .service = "80" };
	struct herd *leader = start_herd(1, q);
	struct caller waiter = { .q = q };

	await(fake->running() == 1);
	ck_assert_int_eq(pthread_create(&waiter.thread, NULL, waiter_main, &waiter), 0);
	pthread_join(waiter.thread, NULL);
	ck_assert_int_eq(waiter.code, 0); /* it has jumped */
	ck_assert_int_eq(waiter.error, PTHREAD_CANCEL_ENABLE);
	fake->open_gate();
	herd_end_right(leader);
}
END_TEST

TCase *make_tests(void)
{
	TCase *tcase;

	/* ASan does not clean the shadow of a stack that is jumped over from one
	 * object into another; TSan no longer sees the locks of a thread that
	 * jumped out of a function it intercepts. */
	if (SANITIZER("address") || SANITIZER("thread"))
		return skip_all("sanitizers lose track of a thread that jumps out of a signal handler");
	tcase = callers_case("longjmp");
	tcase_add_checked_fixture(tcase, setup, NULL);
	tcase_add_loop_test(tcase, same_thread_asks_again, 0, TESTS);
	tcase_add_loop_test(tcase, leader_never_comes_back, 0, TESTS);
	tcase_add_loop_test(tcase, thread_ends_after_a_jump, 0, TESTS);
	tcase_add_loop_test(tcase, thread_shares_again_after_a_jump, 0, TESTS);
	tcase_add_loop_test(tcase, waiter_jumps, 0, TESTS);
	tcase_add_loop_test(tcase, waiter_jumps_and_leaders_change, 0, WAYS);
	tcase_add_test(tcase, thread_can_be_cancelled_after_a_jump);
	tcase_add_loop_test(tcase, many_jumps, 0, TESTS);
	return tcase;
}
