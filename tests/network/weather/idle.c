/* SPDX-License-Identifier: MIT */
/*
 * A thread that runs when nobody else wants to asks for HOST, on a processor that is then
 * kept busy; another thread asks for it, too:
 *
 *   idle HOST
 *
 * All threads are on one processor. Prints the lines "waiter" and, when the processor is
 * free again, "idle" as lookup.h says.
 */
#include "lookup.h"
#include "times.h"

#include <err.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>

enum { BURNERS = 8 };

static atomic_bool answered;

static void *ask_idle(void *host)
{
	struct sched_param none = { 0 };

	if (pthread_setschedparam(pthread_self(), SCHED_IDLE, &none) != 0)
		errx(1, "no SCHED_IDLE");
	lookup_timed("idle", host);
	return NULL;
}

static void *burn(void *unused)
{
	(void)unused;
	while (!atomic_load_explicit(&answered, memory_order_relaxed))
		;
	return NULL;
}

/* The first processor that this process may use, for all its threads. */
static void stay_on_one(void)
{
	cpu_set_t may, one;
	int cpu = 0;

	if (sched_getaffinity(0, sizeof may, &may) != 0)
		err(1, "sched_getaffinity");
	while (!CPU_ISSET(cpu, &may))
		cpu++;
	CPU_ZERO(&one);
	CPU_SET(cpu, &one);
	if (sched_setaffinity(0, sizeof one, &one) != 0)
		err(1, "sched_setaffinity");
}

int main(int argc, char **argv)
{
	pthread_t idle, burners[BURNERS];

	if (argc != 2)
		errx(2, "usage: idle HOST");
	begin();
	stay_on_one();
	if (pthread_create(&idle, NULL, ask_idle, argv[1]) != 0)
		errx(1, "no thread");
	nap(50); /* it has sent its queries */
	for (int i = 0; i < BURNERS; i++)
		if (pthread_create(&burners[i], NULL, burn, NULL) != 0)
			errx(1, "no thread");
	lookup_timed("waiter", argv[1]);
	atomic_store(&answered, true);
	for (int i = 0; i < BURNERS; i++)
		pthread_join(burners[i], NULL);
	pthread_join(idle, NULL);
	return 0;
}
