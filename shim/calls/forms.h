/* SPDX-License-Identifier: MIT
 *
 * The two forms of gethostbyname() and its kin: the _r form, whose answer goes into a buffer of
 * the caller's, and the form without a buffer. Any thread may call.
 */
#ifndef GAISHIM_FORMS_H
#define GAISHIM_FORMS_H

#include "calls/hostent.h"
#include "calls/slot.h"
#include "question.h"

/* Send the question of an _r form down the pipeline, with the caller's buffer as its room,
 * and put the answer there. Returns what the form returns. */
int forms_answer(struct question *q, hostent_form *form, const struct place *place);

/* The same for a form that has no buffer. Returns the answer, which is the thread's own until
 * its next call of this function, or NULL, with h_errno set. */
struct hostent *forms_answer_own(struct question *q, enum slot_function function);

#endif
