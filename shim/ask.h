/* SPDX-License-Identifier: MIT
 *
 * The last stage: libc is asked.
 */
#ifndef GAISHIM_ASK_H
#define GAISHIM_ASK_H

#include "question.h"

/* Ask libc on this thread, when no fork is under way, and again as often as GAISHIM_RETRY says
 * if the code is EAI_AGAIN; then q->asks is how often libc was asked. Returns libc's code, with
 * errno for an error, or 0; the caller owns the answer then, and errno is preserved. */
int ask_libc(struct question *q, void **answer);

#endif
