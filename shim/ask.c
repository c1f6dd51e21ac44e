/* SPDX-License-Identifier: MIT */
#include "ask.h"

#include "libc/gate.h"

#include <errno.h>

/* Returns whether libc may take a lock of its own for the question. For an address it asks no
 * resolver, and takes a lock only with AI_ADDRCONFIG. */
static bool may_take_locks(const struct question *q)
{
	return (q->libc_flags & (AI_NUMERICHOST | AI_ADDRCONFIG)) != AI_NUMERICHOST;
}

int ask_libc(const struct question *q, void **answer)
{
	int saved = errno;
	uint32_t era;
	bool counted = may_take_locks(q) && gate_enter(&era);
	int code = q->call->ask(q, answer);

	if (counted)
		gate_leave(era);
	if (code == 0)
		errno = saved;
	return code;
}
