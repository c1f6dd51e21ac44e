/* SPDX-License-Identifier: MIT */
#include "pipeline.h"

#include "as_written.h"
#include "ask.h"
#include "config.h"
#include "host/normalize.h"
#include "libc/clock.h"
#include "log.h"
#include "together.h"

#include <errno.h>

/* Each stage answers, refuses, or says whose turn it is; stages never call one another. A
 * host that is numeric as it is written has nothing to normalize, so the numeric stage
 * comes first. */
static int stages(struct question *q, void **answer)
{
	const struct call *call = q->call;
	int code = call->validate != NULL ? call->validate(q) : NOT_MINE;

	if (code == NOT_MINE && call->numeric != NULL)
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
		code = ask_libc(q, answer);
	return code;
}

/* The same, with a line in the log (GAISHIM_LOG), or in the queue of GAISHIM_LOCK=global. */
static int queue_and_log(struct question *q, void **answer)
{
	int64_t begun = clock_now();
	int code;

	q->how = "passed";
	q->waited = 0;
	q->asks = 0;
	q->shared = -1;
	code = config.lock == lock_global ? ask_in_line(stages, q, answer) : stages(q, answer);
	if (config.log != NULL)
		log_lookup(config.log, q, code, begun);
	return code;
}

int pipeline(struct question *q, void **answer)
{
	int saved = errno;
	int code = config.log != NULL || config.lock == lock_global ? queue_and_log(q, answer) : stages(q, answer);

	if (code == 0)
		errno = saved; /* an allocation may change it and succeed */
	return code;
}
