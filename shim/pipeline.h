/* SPDX-License-Identifier: MIT
 *
 * The pipeline that the questions of each interposed call go down.
 */
#ifndef GAISHIM_PIPELINE_H
#define GAISHIM_PIPELINE_H

#include "question.h"

/* Answer a question whose fields, down to those for the log, are laid out. Returns 0, or the
 * call's code for the failure; *answer is untouched then. The caller owns the answer. Any
 * thread may call once start() has returned. errno is as libc leaves it for
 * a failure, and as it was after an answer. */
int pipeline(struct question *q, void **answer);

#endif
