/* SPDX-License-Identifier: MIT */
#include "libc/thread_end.h"

#include "libc/libc.h"

#include <pthread.h>

/* The key is kept with 1 added. */
bool at_thread_end(atomic_uint *made, void (*handler)(void *), void *argument)
{
	unsigned known = atomic_load(made);
	pthread_key_t key = known - 1;

	if (known == 0 && moved.pthread_key_create(&key, handler) != 0)
		return false;
	if (known == 0 && !atomic_compare_exchange_strong(made, &known, key + 1)) {
		moved.pthread_key_delete(key);
		key = known - 1;
	}
	return moved.pthread_setspecific(key, argument) == 0;
}
