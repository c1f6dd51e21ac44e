/* SPDX-License-Identifier: MIT */
#include "pipeline.h"

#include "as_written.h"
#include "ask.h"
#include "config.h"
#include "host/localhost.h"
#include "host/normalize.h"
#include "libc/clock.h"
#include "libc/gate.h"
#include "log.h"
#include "together.h"

#include <errno.h>
#include <stdatomic.h>
#include <unistd.h>

/* Nanoseconds: by then libc has given up three nameservers. */
#define DOUBT INT64_C(30000000000)

/* Returns whether the host is one that this machine alone may have (RFC 6761 6.3). Then the
 * interfaces that AI_ADDRCONFIG counts do not hide the host. */
static bool take_localhost(struct question *q)
{
	if (q->strict || q->call->loopback == NULL || q->flags & AI_NUMERICHOST || !localhost_is(q->host))
		return false;
	q->libc_flags &= ~AI_ADDRCONFIG;
	return true;
}

/* Returns whether libc has not found a host. */
static bool is_no(int code)
{
	return code == EAI_NONAME || code == EAI_NODATA || code == EAI_ADDRFAMILY || code == EAI_AGAIN
	       || code == EAI_FAIL || code == EAI_FAMILY;
}

/* Each stage answers, refuses, or says whose turn it is; stages never call one another. A
 * host that is numeric as it is written has nothing to normalize, so the numeric stage
 * comes first. */
static int stages(struct question *q, void **answer)
{
	const struct call *call = q->call;
	bool is_localhost = false;
	int code = call->validate != NULL ? call->validate(q) : NOT_MINE;

	if (code == NOT_MINE && call->numeric != NULL)
		code = call->numeric(q, answer);
	if (code == NOT_MINE)
		code = normalize(q);
	if (code == NOT_MINE && q->written != NULL && q->host == q->ascii)
		code = call->numeric(q, answer);
	if (code == NOT_MINE && q->written != NULL)
		code = as_written(q, answer);
	if (code == NOT_MINE) {
		is_localhost = take_localhost(q);
		code = ask_together(q, answer);
	}
	if (code == ASK_LIBC)
		code = ask_libc(q, answer);
	if (is_localhost && is_no(code)) {
		q->how = "localhost";
		code = call->loopback(q, answer);
	}
	return code;
}

/* Write to the log, once in a process, what the process is and why its lookups are bounded. */
static void tell_of_process(void)
{
	static atomic_int told, told_of_doubt; /* the process that has done so: a child inherits these */
	int self = (int)getpid();

	if (atomic_exchange(&told, self) != self)
		log_process(config.log, &config);
	if (gate_has_doubt() && atomic_exchange(&told_of_doubt, self) != self)
		log_message(config.log, "forked while lookups were out: lookups are made on threads, 30 s at most");
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
	if (config.log != NULL) {
		tell_of_process();
		log_lookup(config.log, q, code, code == 0 ? *answer : NULL, begun);
	}
	return code;
}

/* Returns when the caller wants a code at the latest. In the child of a fork that has not waited
 * for all lookups, libc may have a lock that nobody releases. */
static int64_t find_deadline(void)
{
	int64_t most = config.deadline;

	if (gate_has_doubt() && (most == 0 || most > DOUBT))
		most = DOUBT;
	return most != 0 ? clock_now() + most : FLIGHT_NO_DEADLINE;
}

int pipeline(struct question *q, void **answer)
{
	int saved = errno;
	int code;

	q->deadline = find_deadline();
	code = config.log != NULL || config.lock == lock_global ? queue_and_log(q, answer) : stages(q, answer);

	if (code == 0)
		errno = saved; /* an allocation may change it and succeed */
	return code;
}
