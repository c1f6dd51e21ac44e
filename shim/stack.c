/* SPDX-License-Identifier: MIT */
#include "stack.h"

#include "compat.h"

#include <errno.h>
#include <pthread.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

OLD_SYMBOL(pthread_attr_getstack, FIRST_GLIBC);
OLD_SYMBOL(pthread_getattr_np, FIRST_GLIBC);

enum { ENOUGH = 24 * 1024 };

/* This thread's stack: from where on it is short, and its end; 0: not asked for yet. */
static _Thread_local struct {
	uintptr_t low, high;
} stack;

/* The main thread's stack grows, and its size is a matter of /proc: take it for large. */
__attribute__((noinline)) static void ask_for_stack(void)
{
	pthread_attr_t attributes;
	void *low;
	size_t size;
	int saved = errno;

	stack.low = 1;
	stack.high = UINTPTR_MAX;
	if (pthread_getattr_np != NULL && pthread_attr_getstack != NULL && syscall(SYS_gettid) != getpid()
	    && pthread_getattr_np(pthread_self(), &attributes) == 0) {
		if (pthread_attr_getstack(&attributes, &low, &size) == 0) {
			stack.low = (uintptr_t)low + ENOUGH;
			stack.high = (uintptr_t)low + size;
		}
		pthread_attr_destroy(&attributes);
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
