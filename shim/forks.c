/* SPDX-License-Identifier: MIT
 *
 * The one place that knows which locks there are: the flight table's. (The one in
 * entry.c is for the time of loading.) The parent does not take it for a fork: that
 * would make it wait, and order us among the handlers of others. The child, where
 * there is one thread, makes it new instead: what it guards can be dropped, for no
 * lookup of another thread goes on there.
 */
#include "forks.h"

#include "flight.h"

#include <pthread.h>

void forks_watch(void)
{
	pthread_atfork(NULL, NULL, flight_reset);
}
