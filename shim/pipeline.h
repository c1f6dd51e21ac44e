/* SPDX-License-Identifier: MIT
 *
 * The pipeline that the questions of each interposed call go down.
 */
#ifndef GAISHIM_PIPELINE_H
#define GAISHIM_PIPELINE_H

#include "as_written.h"
#include "host/normalize.h"
#include "question.h"
#include "together.h"

/* Each stage answers, refuses, or says whose turn it is; stages never call one another. A
 * host that is numeric as it is written has nothing to normalize, so the numeric stage
 * comes first. This is in a header, so that the compiler knows which call it is for. */
static inline int pipeline(const struct call *call, struct question *q, void **answer)
{
	int code = call->validate(q);

	if (code == NOT_MINE)
		code = call->numeric(q, answer);
	if (code == NOT_MINE)
		code = normalize(q);
	if (code == NOT_MINE && q->written != NULL && q->host == q->ascii)
		code = call->numeric(q, answer);
	if (code == NOT_MINE && q->written != NULL)
		code = as_written(q, answer);
	if (code == NOT_MINE)
		code = ask_together(q, answer);
	if (code == ASK_LIBC)
		code = call->ask(q, answer);
	return code;
}

#endif
