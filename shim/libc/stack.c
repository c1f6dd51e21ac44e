/* SPDX-License-Identifier: MIT */
#include "libc/stack.h"

#include "libc/libc.h"

#include <errno.h>
#include <stdint.h>

enum { ENOUGH = 24 * 1024 };

/* This thread's stack: from where on it is short, and its end; 0: not asked for yet. */
static _Thread_local struct {
	uintptr_t low, high;
} stack;

__attribute__((noinline)) static void ask_for_stack(void)
{
	int saved = errno;

	if (libc->has_threads() && libc->stack_bounds(&stack.low, &stack.high)) {
		stack.low += ENOUGH;
	} else {
		stack.low = 0;
		stack.high = UINTPTR_MAX;
	}
	errno = saved;
}

bool stack_is_short(void)
{
	uintptr_t here = (uintptr_t)__builtin_frame_address(0);

	if (stack.high == 0)
		ask_for_stack();
	return here < stack.low || here > stack.high;
}
