/* SPDX-License-Identifier: MIT
 *
 * The plan, as entry.c has one, and the tasks that make lookups.
 */
#include "flight_model.h"

#include <errno.h>

uint32_t keys[2];
bool unshared;

static int ask(void *context, void **answer)
{
	struct task_state *task = me();
	struct answer *own = answer_of(explore_current(), ASKED);
	enum option option;

	(void)context;
	if (task->asked)
		fail("asks twice");
	task->asked = true;
	for (int other = 0; other < TASKS; other++)
		if (!m.loners && m.task[other].place == ASKING && m.task[other].host == task->host
		    && other != explore_current())
			fail("two ask the same");
	for (;;) {
		option = pause_at(ASKING);
		if (option == FORK) {
			do_fork();
		} else if (option == SWITCH) {
			m.switched = m.loners = true;
			m.thread[self()].away = true;
			pause_at(SWITCHED);
		} else {
			break;
		}
	}
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
	if (option == ERROR) {
		errno = 40 + self();
		return REFUSED;
	}
	own->live = true;
	own->host = task->host;
	own->present = present();
	*answer = own;
	return 0;
}

static void *copy(const void *answer)
{
	const struct answer *from = answer;
	struct answer *own = answer_of(explore_current(), COPIED);

	if (me()->released)
		pause_at(UNLOCKED);
	if (!from->live)
		fail("an answer is copied that is freed");
	if (happens(OUT_OF_MEMORY)) {
		me()->starved = true;
		return NULL;
	}
	if (own->live)
		fail("copies twice");
	*own = *from;
	return own;
}

static void discard(void *answer)
{
	struct answer *own = answer;

	if (!own->live)
		fail("an answer is freed twice");
	*own = (struct answer){ 0 };
}

__attribute__((noinline)) static void look_up(enum option host)
{
	struct task_state *task = me();
	struct thread_state *thread = &m.thread[self()];
	const struct flight_plan plan = {
		.key = &keys[host - HOST_A],
		.key_length = sizeof keys[0],
		.ask = ask,
		.copy = unshared ? NULL : copy,
		.discard = discard,
		.no_memory = NO_MEMORY,
		.patience = 1000000000,
	};
	void *const untouched = &m;
	void *answer = untouched;
	struct flight_story story;
	struct answer *own;
	int code;

	if (thread->begun == LOOKUPS_MAX)
		fail("the model has too few entries");
	task->number = thread->begun++;
	task->host = (unsigned char)host;
	task->asked = task->starved = task->timed_out = false;
	task->within = true;
	errno = 0;
	code = flight_run(&plan, &answer, &story);
	task->within = false;

	own = answer;
	if (code != 0 && answer != untouched)
		fail("an answer with an error");
	if (code == REFUSED && (errno < 40 || errno >= 40 + THREADS))
		fail("errno is lost");
	if (code == NO_MEMORY && !task->starved)
		fail("somebody else's want of memory");
	if (code != 0 && code != REFUSED && code != NO_MEMORY)
		fail("no such code: %d", code);
	if (code == 0 && (answer == untouched || !own->live))
		fail("the answer is freed, or none");
	if (code == 0 && own->host != task->host)
		fail("the answer for another host");
	if (code == 0 && !(own->present & 1u << explore_current()))
		fail("an answer from before the question");
	if (story.role == FLIGHT_ALONE && !task->timed_out && !m.torn)
		fail("alone, with patience left");
	if (story.role == FLIGHT_PASSED && !task->starved)
		fail("passed by");
	if ((story.role == FLIGHT_SHARED) != !task->asked)
		fail("role %d, and %s", (int)story.role, task->asked ? "asked" : "did not ask");
	if (code == 0)
		discard(own);
	subject_settle();
	errno = 0;
	task->host = task->number = 0;
	task->asked = task->starved = task->timed_out = task->woken = false;
}

void live(int task)
{
	(void)task;
	__builtin_setjmp(bases[explore_current()]);
	m.thread[self()].unwinding = m.thread[self()].left = false;
	while (m.thread[self()].todo > 0) {
		enum option option = pause_at(IDLE);

		if (option == FORK) {
			do_fork();
			continue;
		}
		m.thread[self()].todo--;
		look_up(option);
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
