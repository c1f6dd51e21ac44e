/* SPDX-License-Identifier: MIT
 *
 * The kind of question, as entry.c has one, and the tasks that make lookups.
 */
#include "flight_model.h"

#include "flight/threads.h"
#include "flight/usual.h"

#include <errno.h>

uint32_t keys[2];
bool unshared;

unsigned char present(void)
{
	unsigned char tasks = 0;

	for (int task = 0; task < CALLERS; task++)
		if (!(m.gone & 1u << task) && m.task[task].within)
			tasks |= (unsigned char)(1u << task);
	return tasks;
}

/* Who has waited asks only for what nobody tells it. */
static void check_need(struct caller_view caller)
{
	if (caller.flight != NULL && caller.came != 0 && view_flight(caller.flight).answered_until >= caller.came)
		fail("asks, and could be told");
}

/* libc, with the host in task->host. */
static int ask_libc(void **answer)
{
	struct task_state *task = me();
	int64_t asked = m.now;
	struct answer *own;
	enum option option;

	if (task->asked)
		fail("asks twice");
	if (task->to_be_told && !m.loners)
		fail("asks what it has been told");
	if (task->caller != NULL && !anywhere) /* a handler may have come in between */
		check_need(view_caller(task->caller));
	task->asked = true;
	for (int other = 0; other < TASKS; other++)
		if (!m.loners && m.task[other].place == ASKING && m.task[other].host == task->host
		    && other != explore_current())
			fail("two ask the same");
	for (;;) {
		option = pause_at(ASKING);
		if (option == FORK)
			do_fork();
		else if (option == SWITCH || option == SIGNAL)
			go_away(option == SIGNAL);
		else
			break;
	}
	if (option == STICK)
		option = pause_at(STUCK) == GO && task->host == HOST_B ? ERROR : GO;
	if (option == CANCEL) {
		run_handlers();
		end();
	}
	if (option == JUMP || option == VANISH)
		jump(option == JUMP);
	if (option == OUT_OF_MEMORY) {
		task->starved = true;
		return NO_MEMORY;
	}
	if (option == ERROR || option == NOT_NOW)
		return say_error(option == ERROR ? REFUSED : AGAIN, asked);
	own = new_answer();
	*own = (struct answer){
		.live = true, .host = task->host, .present = present(), .served = 1, .asked = asked,
	};
	*answer = own;
	return 0;
}

static void write_key(const void *question, void *key)
{
	*(uint32_t *)key = *(const uint32_t *)question;
}

static int ask(void *question, void **answer)
{
	if (*(const uint32_t *)question != keys[me()->host - HOST_A])
		fail("asks for the other host");
	return ask_libc(answer);
}

static int ask_by_key(const void *key, void **answer)
{
	me()->host = *(const uint32_t *)key == keys[0] ? HOST_A : HOST_B;
	return ask_libc(answer);
}

static bool is_final(int code)
{
	return code != AGAIN && code != NO_MEMORY;
}

/* Whether this is what the caller may be told. */
static void check_said(const struct answer *said, int code)
{
	const struct task_state *task = me();

	if (said->host != task->host)
		fail("the answer for another host");
	if (said->code != code)
		fail("errno of another error");
	if (!(said->present & 1u << explore_current()) && !m.torn)
		fail("an answer from before the question");
	if (code == AGAIN && task->served && !m.child)
		fail("an error, though there was an answer for it");
	/* Its own ask is as good as it gets. */
	if (code == AGAIN && !task->asked && task->began > said->asked + USUAL_MOST)
		fail("told what was asked too long before");
}

static void check_outcome(const struct flight_outcome *outcome, const struct answer *said, int code)
{
	const struct task_state *task = me();
	bool passed = outcome->role == FLIGHT_PASSED;
	bool in_vain = task->in_vain && task->served;
	unsigned others = 0, more = 0;

	if (said != NULL && is_final(code) && !unshared && !passed) {
		others = said->served - 1u + in_vain;
		more = in_vain ? said->asking - 1u : said->asking;
	}
	if (passed && !task->starved && !task->apart && !m.thread[self()].on_signal)
		fail("passed by");
	if ((outcome->role == FLIGHT_WAITED) != !task->asked)
		fail("role %d, and %s", (int)outcome->role, task->asked ? "asked" : "did not ask");
	if (m.torn || m.vanished || m.child || m.switched)
		return;
	if (code == NO_MEMORY || said == NULL)
		return;
	if (outcome->shared < others || outcome->shared > others + more)
		fail("shared with %u, who are %u", outcome->shared, others);
	if (outcome->asks != 1 && !m.again && !unshared)
		fail("asked for %u times", outcome->asks);
}

__attribute__((noinline)) static void look_up(enum option host)
{
	static const struct flight_kind shared_kind = {
		.write_key = write_key, .ask = ask, .ask_by_key = ask_by_key, .copy = copy_answer,
		.discard = discard_answer, .is_final = is_final, .no_memory = NO_MEMORY,
	};
	static const struct flight_kind line_kind = {
		.write_key = write_key, .ask = ask, .is_final = is_final, .no_memory = NO_MEMORY,
	};
	struct task_state *task = me();
	void *const untouched = &m;
	void *answer = untouched;
	struct flight_outcome outcome;
	const struct answer *said = NULL;
	int code;

	m.thread[self()].begun = true;
	task->host = (unsigned char)host;
	task->within = true;
	task->began = m.now;
	errno = 0;
	code = flight_join(unshared ? &line_kind : &shared_kind, &keys[host - HOST_A],
			   sizeof keys[0], &answer, &outcome);
	if (code == 0)
		said = answer;
	else if (code == REFUSED || code == AGAIN)
		said = error_of(errno);
	else if (code != NO_MEMORY)
		fail("no such code: %d", code);
	if (code == NO_MEMORY && !task->starved)
		fail("somebody else's want of memory");
	if (code != 0 && answer != untouched)
		fail("an answer with an error");
	if (code == 0 && (answer == untouched || !said->live))
		fail("the answer is freed, or none");
	if (code != 0 && m.torn)
		said = NULL; /* the jump may have come between a code and its errno */
	else if (code != NO_MEMORY && said == NULL)
		fail("errno is lost");
	if (code != 0 && said != NULL && said->code == 0)
		fail("an error that nobody who could tell it to this caller has said");
	if (said != NULL)
		check_said(said, code);
	check_outcome(&outcome, said, code);
	if (code == 0)
		discard_answer(answer);
	errno = 0;
	leave_call();
}

void live(int task)
{
	(void)task;
	__builtin_setjmp(bases[explore_current()]);
	errno = 0;
	m.thread[self()].unwinding = false;
	while (m.thread[self()].todo > 0) {
		enum option option = pause_at(IDLE);

		if (option == FORK) {
			do_fork();
		} else if (option == LATER) {
			m.now += USUAL_MOST + 1;
			m.loners = true;
		} else {
			m.thread[self()].todo--;
			look_up(option);
		}
	}
	end();
}

/* The thread's other stack, for one lookup at a time. */
void live_apart(int task)
{
	(void)task;
	for (;;) {
		look_up(pause_at(PARKED));
		m.thread[self()].away = false;
	}
}

/* A thread of ours, for one job after the other. */
void live_as_ours(int task)
{
	struct task_state *own = &m.task[task];

	for (;;) {
		pause_at(PARKED);
		subject_new_thread();
		own->job(own->flight);
		if (own->job != NULL)
			fail("a thread of ours does not say that it ends");
		own->flight = NULL;
		own->left = false;
		errno = 0;
		leave_call();
		subject_new_thread();
	}
}
