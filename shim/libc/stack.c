/* SPDX-License-Identifier: MIT */
#include "libc/stack.h"

#include "libc/libc.h"

#include <errno.h>
#include <stdint.h>

enum { ENOUGH = 19 * 1024 };

/* The bounds of this thread's stack: high is 0 until libc is asked for them, and low is high
 * if libc does not know them. */
static _Thread_local struct {
	uintptr_t low, high;
} stack;

__attribute__((noinline)) static void ask_for_stack(void)
{
	int saved = errno;

	if (!libc->has_threads() || !libc->stack_bounds(&stack.low, &stack.high))
		stack.low = stack.high = UINTPTR_MAX;
	errno = saved;
}

bool stack_is_short(void)
{
	uintptr_t here = (uintptr_t)__builtin_frame_address(0);

	if (stack.high == 0)
		ask_for_stack();
	return here >= stack.low && here < stack.high && here - stack.low < ENOUGH;
}
