/* SPDX-License-Identifier: MIT */
/* Signal handlers that resolve while their thread asks, or waits for another's answer: on
 * the thread's own stack, and on one for signals, whichever of the two is further up. */
#include "callers.h"

#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>

enum { STACK = 4 * 1024 * 1024 }; /* ThreadSanitizer wants one at least */

/* Where the handler runs. */
enum place { OWN, BELOW, ABOVE };
static const struct { enum place place; bool waits; enum call call; } scenes[] = {
	{ OWN, false, GETADDRINFO }, { BELOW, false, GETADDRINFO }, { ABOVE, false, GETADDRINFO },
	{ OWN, true, GETADDRINFO }, { BELOW, true, GETADDRINFO }, { ABOVE, true, GETADDRINFO },
	{ OWN, false, BYNAME }, { OWN, true, BYNAME }, { BELOW, true, BYNAME2_R }, { ABOVE, false, BYADDR },
	{ OWN, true, BYADDR_R }, { OWN, false, NAMEINFO }, { OWN, true, NAMEINFO },
};

/* What the handler asks; read when all is over. */
static struct caller asked[] = {
	{ .q = { .host = "127.0.0.1", .no_hints = true } },
	{ .q = { .host = "b\u00fccher.fake", .asked = "xn--bcher-kva.fake", .flags = AI_CANONNAME } },
	{ .q = { .host = "eai-2.fake", .code = EAI_NONAME } },
	{ .q = { .host = "127.0.0.1", .call = BYNAME } },
	{ .q = { .host = "many-3.handler.fake", .call = BYNAME } },
	{ .q = { .host = "many-3.handler.fake", .call = BYADDR } },
	{ .q = { .host = "eai-3.fake", .call = BYNAME_R, .code = TRY_AGAIN, .error = EAGAIN } },
	{ .q = { .host = "handler.fake", .call = NAMEINFO, .service = "80", .flags = NI_NUMERICSERV } },
	{ .q = { .host = "hook.fake" } }, /* what its thread is out with */
};
enum { ASKED = sizeof asked / sizeof *asked };
static atomic_int handled;
static _Thread_local volatile sig_atomic_t in_handler;
static atomic_bool may_go_on;
static atomic_int callers_out;

/* The shim's own threads block all signals. */
static bool is_caller(void)
{
	sigset_t blocked;

	pthread_sigmask(SIG_BLOCK, NULL, &blocked);
	return !sigismember(&blocked, SIGUSR2);
}

/* The host is out as long as the test wants. The handler's own lookup of it is not. */
static void stay_outside_handler(const char *host)
{
	(void)host;
	if (!in_handler && is_caller())
		callers_out++;
	while (!in_handler && !may_go_on)
		nap(10);
}

static void ask_all(int signal)
{
	int saved = errno;

	(void)signal;
	in_handler = 1;
	for (size_t i = 0; i < ASKED; i++)
		ask(&asked[i]);
	in_handler = 0;
	errno = saved;
	handled++;
}

struct sailor {
	struct caller caller;
	enum place place;
	char *stacks; /* three: the thread has the middle one */
};

static void *sailor_main(void *arg)
{
	struct sailor *sailor = arg;
	stack_t other = { .ss_sp = sailor->stacks + (sailor->place == ABOVE ? 2 * STACK : 0), .ss_size = STACK };

	if (sailor->place != OWN && sigaltstack(&other, NULL) != 0)
		abort();
	ask(&sailor->caller);
	return NULL;
}

static void sailor_start(struct sailor *sailor, struct question q, enum place place)
{
	pthread_attr_t attributes;

	*sailor = (struct sailor){ .caller = { .q = q }, .place = place };
	sailor->stacks = mmap(NULL, 3 * STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ck_assert_ptr_ne(sailor->stacks, MAP_FAILED);
	pthread_attr_init(&attributes);
	ck_assert_int_eq(pthread_attr_setstack(&attributes, sailor->stacks + STACK, STACK), 0);
	ck_assert_int_eq(pthread_create(&sailor->caller.thread, &attributes, sailor_main, sailor), 0);
	pthread_attr_destroy(&attributes);
}

static void sailor_end(struct sailor *sailor)
{
	ck_assert_int_eq(pthread_join(sailor->caller.thread, NULL), 0);
	ck_right(&sailor->caller);
	forget(&sailor->caller);
	munmap(sailor->stacks, 3 * STACK);
}

START_TEST(handler_resolves)
{
	struct question q = { .host = "hook.fake", .call = scenes[_i].call };
	struct sigaction action = { .sa_handler = ask_all, .sa_flags = SA_ONSTACK };
	struct herd *leader = NULL, *others;
	struct sailor sailor;

	asked[ASKED - 1].q = q;
	ck_assert_int_eq(sigaction(SIGUSR1, &action, NULL), 0);
	fake->hook(stay_outside_handler);
	if (scenes[_i].waits) {
		leader = start_herd(1, q);
		await(fake->running() == 1);
	}
	sailor_start(&sailor, q, scenes[_i].place);
	await(fake->running() >= 1);
	settle();
	ck_assert_int_eq(pthread_kill(sailor.caller.thread, SIGUSR1), 0);
	await(handled == 1);
	for (size_t i = 0; i < ASKED; i++) {
		ck_right(&asked[i]);
		forget(&asked[i]);
	}
	/* The first lookup goes on, and others take part in it: none of them asks by itself. */
	others = start_herd(5, q);
	settle();
	ck_assert_int_eq(callers_out, 1);
	may_go_on = true;
	sailor_end(&sailor);
	herd_end_right(others);
	if (leader != NULL)
		herd_end_right(leader);
	ask_right(q);
}
END_TEST

TCase *make_tests(void)
{
	TCase *tcase;

	if (SANITIZER("thread"))
		return skip_all("handlers that resolve: ThreadSanitizer reports malloc in a handler");
	tcase = callers_case("handlers");
	ADD_ROWS(tcase, handler_resolves, scenes);
	return tcase;
}
