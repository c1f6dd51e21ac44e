/* SPDX-License-Identifier: MIT */
#include "flight/this_call.h"

#include <signal.h>
#include <stddef.h>

_Thread_local struct this_call this_call;

/* Returns whether this runs on the stack for signal handlers. */
static bool is_on_signal_stack(void)
{
	stack_t stack;

	return sigaltstack(NULL, &stack) == 0 && stack.ss_flags & SS_ONSTACK;
}

bool this_call_encloses(const char *frame)
{
	if (this_call.frame == NULL)
		return false;
	if (frame < this_call.frame || is_on_signal_stack())
		return true;
	this_call.frame = NULL;
	return false;
}
