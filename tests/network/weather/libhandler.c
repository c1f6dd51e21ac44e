/* SPDX-License-Identifier: MIT */
/*
 * A library with a fork handler that looks WEATHER_HOST up in the child. Preload it behind
 * the shim: then it is registered first, and so the child runs it first. It prints the
 * line "handler" as lookup.h says.
 */
#include "lookup.h"
#include "times.h"

#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

static void in_child(void)
{
	alarm(LONGEST); /* a child has none of its parent's */
	lookup_timed("handler", getenv("WEATHER_HOST"));
}

__attribute__((constructor)) static void load(void)
{
	begun = now();
	pthread_atfork(NULL, NULL, in_child);
}
