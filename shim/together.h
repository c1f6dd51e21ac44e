/* SPDX-License-Identifier: MIT
 *
 * The stage of the pipeline for names: callers who ask the same question share a flight.
 */
#ifndef GAISHIM_TOGETHER_H
#define GAISHIM_TOGETHER_H

#include "question.h"

/* Returns ASK_LIBC for a question that is better asked alone, or else libc's code. The
 * caller owns *answer, which is untouched on failure. */
int ask_together(struct question *q, void **answer);

/* Wait in the line of GAISHIM_LOCK=global, and go through these stages when the callers
 * before have gone through theirs. Returns what the stages return. */
int ask_in_line(int (*stages)(struct question *q, void **answer), struct question *q, void **answer);

/* How the questions of a call make flights: its struct call has this. */
#define QUESTION_FLIGHTS(copy_answer, discard_answer) \
	{ \
		.write_key = question_write_key, \
		.terms = question_terms, \
		.ask = question_ask, \
		.ask_by_key = question_ask_by_key, \
		.copy = (copy_answer), \
		.discard = (discard_answer), \
		.is_final = question_is_final, \
		.no_memory = EAI_MEMORY, \
		.no_time = EAI_AGAIN, \
	}

/* Its functions. The key is the whole question, so that a question can
 * be asked by its key. */
void question_write_key(const void *question, void *at);
void question_terms(const void *question, struct flight_terms *terms);
int question_ask(void *question, void **answer);
int question_ask_by_key(const void *at, void **answer);
bool question_is_final(int code);

#endif
