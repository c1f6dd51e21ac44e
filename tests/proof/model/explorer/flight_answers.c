/* SPDX-License-Identifier: MIT
 *
 * What asks have said: answers, which are freed, and errors, which are kept as long as
 * anybody who was there may be told of them.
 */
#include "flight_model.h"

#include <errno.h>

struct answer *error_of(int code_of_errno)
{
	int number = code_of_errno - FIRST_ERRNO;

	if (number < 0 || number >= ERRORS * TASKS)
		return NULL;
	return &m.errors[number / ERRORS][number % ERRORS];
}

struct answer *new_answer(void)
{
	for (int i = 0; i < ANSWERS; i++)
		if (!m.answers[i].live)
			return &m.answers[i];
	fail("the model has too few answers");
}

/* Those who wait for it now have waited long enough for an error that is said now. */
static void note_the_told(const void *flight)
{
	for (int task = 0; task < CALLERS; task++)
		if (!(m.gone & 1u << task) && m.task[task].caller != NULL && !unshared) {
			struct caller_view caller = view_caller(m.task[task].caller);

			if (caller.part == VIEW_WAITING && caller.flight == flight)
				m.task[task].to_be_told |= caller.came <= m.now;
		}
}

/* Each task has room for some: the first may still be told while it asks again. */
int say_error(int code, int64_t asked)
{
	struct answer *errors = m.errors[explore_current()];
	int number = 0;

	while (errors[number].present != 0)
		if (++number == ERRORS)
			fail("the model has too few errors");
	if (present() != 0)
		errors[number] = (struct answer){
			.host = me()->host,
			.code = (unsigned char)code,
			.present = present(),
			.served = explore_current() < CALLERS,
			.asked = asked,
		};
	errno = FIRST_ERRNO + explore_current() * ERRORS + number;
	m.again |= code == AGAIN;
	me()->in_vain = code == AGAIN;
	if (me()->caller != NULL)
		note_the_told(view_caller(me()->caller).flight);
	return code;
}

void *copy_answer(const void *answer)
{
	const struct answer *from = answer;
	struct answer *own;

	if (me()->released)
		pause_for_handlers(UNLOCKED);
	if (!from->live)
		fail("an answer is copied that is freed");
	if (happens(1u << OUT_OF_MEMORY) != GO) {
		me()->starved = true;
		return NULL;
	}
	own = new_answer();
	*own = *from;
	own->inherited = false;
	return own;
}

void discard_answer(void *answer)
{
	struct answer *own = answer;

	if (!own->live)
		fail("an answer is freed twice");
	*own = (struct answer){ 0 };
}
