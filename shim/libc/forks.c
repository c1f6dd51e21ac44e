/* SPDX-License-Identifier: MIT
 *
 * The one place that knows which locks there are: the flight table's. (The one in
 * entry.c is for the time of loading.) The parent does not take it for a fork: that
 * would order us among the handlers of others. The child, where there is one thread,
 * makes it new instead: what it guards can be dropped, for no lookup of another
 * thread goes on there. For libc's locks, which nobody can make new, there is the
 * gate.
 */
#include "libc/forks.h"

#include "libc/gate.h"
#include "libc/process.h"

#include <pthread.h>

static void reset(void)
{
	process_reset();
	gate_reset();
}

void forks_watch(void)
{
	pthread_atfork(gate_close, gate_open, reset);
}
