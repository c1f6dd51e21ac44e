/* SPDX-License-Identifier: MIT */
/*
 * A library with a fork handler that looks WEATHER_HOST up in the child. Preload it behind
 * the shim: then it is registered first, and so the child runs it first. It prints the
 * line "handler" as ask.h says.
 */
#include "ask.h"

#include <pthread.h>
#include <stdlib.h>

static void in_child(void)
{
	alarm(LONGEST); /* a child has none of its parent's */
	ask("handler", getenv("WEATHER_HOST"));
}

__attribute__((constructor)) static void load(void)
{
	begun = seconds();
	pthread_atfork(NULL, NULL, in_child);
}
