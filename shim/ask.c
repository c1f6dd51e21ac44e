/* SPDX-License-Identifier: MIT */
#include "ask.h"

#include "config.h"
#include "flight/flight.h"
#include "host/localhost.h"
#include "libc/clock.h"
#include "libc/gate.h"

#include <errno.h>
#include <poll.h>

static bool is_service_name(const char *service)
{
	while (service != NULL && *service >= '0' && *service <= '9')
		service++;
	return service != NULL && *service != '\0';
}

/* Returns whether libc may take a lock of its own for the question. For an address it asks no
 * resolver, and takes locks only with AI_ADDRCONFIG, or for a service by name. */
static bool may_take_locks(const struct question *q)
{
	return (q->libc_flags & (AI_NUMERICHOST | AI_ADDRCONFIG)) != AI_NUMERICHOST || is_service_name(q->service);
}

static int ask_once(const struct question *q, void **answer)
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

/* libc's resolver waits in poll(), too: a thread can be cancelled here, as there. errno is
 * preserved. */
static void wait_until(int64_t then)
{
	int saved = errno;
	int64_t left;

	while ((left = then - clock_now()) > 0)
		poll(NULL, 0, (int)(left / 1000000) + 1);
	errno = saved;
}

int ask_libc(struct question *q, void **answer)
{
	int64_t begun = config.retry > 0 ? clock_now() : 0;
	int64_t delay = config.retry_delay;
	int code = ask_once(q, answer);

	/* A name under localhost has an answer of ours. */
	for (unsigned i = 0; i < config.retry && code == EAI_AGAIN && q->host != NULL && !localhost_is(q->host); i++) {
		int64_t then = clock_now() + delay;

		if (config.deadline != 0 && then >= begun + config.deadline)
			break;
		flight_asks_again(then);
		wait_until(then);
		code = ask_once(q, answer);
		q->asks = (int)i + 2;
		delay *= 2;
	}
	return code;
}
