/* SPDX-License-Identifier: MIT
 *
 * Names looked up together: the stage of the pipeline in which callers who ask the same
 * question share a flight.
 */
#ifndef GAISHIM_TOGETHER_H
#define GAISHIM_TOGETHER_H

#include "question.h"

/* Returns ASK_LIBC for a question that is better asked alone, or else libc's code. The
 * caller owns *answer, which is untouched on failure. */
int ask_together(struct question *q, void **answer);

/* The one line of GAISHIM_LOCK=global: a caller goes through these stages when the caller
 * before is through. Returns what the stages return. */
int ask_in_line(int (*stages)(struct question *q, void **answer), struct question *q, void **answer);

/* For a call's flight_kind: the whole question as a key, and how a question is asked by its
 * key. */
void question_write_key(const void *question, void *at);
int question_ask(void *question, void **answer);
int question_ask_by_key(const void *at, void **answer);
bool question_is_final(int code);

#endif
