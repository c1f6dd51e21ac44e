/* SPDX-License-Identifier: MIT
 *
 * The one place that knows which locks there are. The parent takes none of them
 * for a fork: that would make it wait, and order us among the handlers of
 * others. The child, where there is one thread, makes them new instead: every
 * table that a lock guards can be dropped, for no lookup of ours goes on there.
 */
#include "forks.h"

#include "flight.h"

#include <pthread.h>

void forks_watch(void)
{
	pthread_atfork(NULL, NULL, flight_reset);
}
