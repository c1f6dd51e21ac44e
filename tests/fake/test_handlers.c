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
static const struct scene { enum place place; bool waits; } scenes[] = {
	{ OWN, false }, { BELOW, false }, { ABOVE, false }, { OWN, true }, { BELOW, true }, { ABOVE, true },
};

/* What the handler asks; read when all is over. */
static struct caller asked[] = {
	{ .q = { .host = "127.0.0.1", .no_hints = true } },
	{ .q = { .host = "b\u00fccher.fake", .asked = "xn--bcher-kva.fake", .flags = AI_CANONNAME } },
	{ .q = { .host = "eai-2.fake", .code = EAI_NONAME } },
	{ .q = { .host = "once.gate.fake", .service = "80" } }, /* which its thread is out with */
};
enum { ASKED = sizeof asked / sizeof *asked };
static atomic_int handled;

static void ask_all(int signal)
{
	int saved = errno;

	(void)signal;
	for (size_t i = 0; i < ASKED; i++)
		ask(&asked[i]);
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

/* Returns whether the thread was still in its lookup when the signal came: on a busy machine
 * it may have its answer by then, from a second lookup. */
static bool interrupt(const struct scene *scene)
{
	struct question q = { .host = "once.gate.fake", .service = "80" };
	struct herd *leader = NULL, *others = NULL;
	struct sailor sailor;
	bool in_time;

	fake->reset();
	handled = 0;
	if (scene->waits) {
		leader = start_herd(1, q);
		await(fake->running() == 1);
	}
	sailor_start(&sailor, q, scene->place);
	await(fake->running() == 1);
	nap(50);
	in_time = pthread_kill(sailor.caller.thread, SIGUSR1) == 0; /* it is not joined yet */
	if (in_time) {
		await(handled == 1);
		for (size_t i = 0; i < ASKED; i++) {
			ck_right(&asked[i]);
			forget(&asked[i]);
		}
		/* The thread's own lookup goes on, and others take part in it. */
		others = start_herd(5, q);
		nap(50);
	}
	fake->open_gate();
	sailor_end(&sailor);
	if (others != NULL)
		herd_end_right(others);
	if (leader != NULL)
		herd_end_right(leader);
	ask_right(q);
	return in_time;
}

START_TEST(handler_resolves)
{
	struct sigaction action = { .sa_handler = ask_all, .sa_flags = SA_ONSTACK };
	bool in_time = false;

	ck_assert_int_eq(sigaction(SIGUSR1, &action, NULL), 0);
	for (int i = 0; i < 20 && !in_time; i++)
		in_time = interrupt(&scenes[_i]);
	ck_assert(in_time);
}
END_TEST

int main(void)
{
	TCase *tcase = callers_case("handlers");

	ADD_ROWS(tcase, handler_resolves, scenes);
	return callers_run(tcase);
}
