/* SPDX-License-Identifier: MIT
 *
 * gcc calls these at each access to memory in code that it compiles with
 * -fsanitize=thread. That library is not linked: they tell the model instead.
 */
#include "hooks.h"

#include <stdint.h>

#define PLAIN(size) \
	void __tsan_read##size(void *at) { model_access(at, size, 0); } \
	void __tsan_write##size(void *at) { model_access(at, size, 1); } \
	void __tsan_unaligned_read##size(void *at) { model_access(at, size, 0); } \
	void __tsan_unaligned_write##size(void *at) { model_access(at, size, 1); }

PLAIN(1)
PLAIN(2)
PLAIN(4)
PLAIN(8)
PLAIN(16)

void __tsan_read_range(void *at, unsigned long size) { model_access(at, size, 0); }
void __tsan_write_range(void *at, unsigned long size) { model_access(at, size, 1); }
void __tsan_init(void) {}
void __tsan_func_entry(void *from) { (void)from; }
void __tsan_func_exit(void) {}
void __tsan_atomic_signal_fence(int order) { (void)order; }

/* One at a time, in one order for all: no weaker one is asked for. */
#define ATOMIC(bits) \
	uint##bits##_t __tsan_atomic##bits##_load(uint##bits##_t *at, int order) \
	{ \
		(void)order; \
		model_atomic(at); \
		return *at; \
	} \
	void __tsan_atomic##bits##_store(uint##bits##_t *at, uint##bits##_t value, int order) \
	{ \
		(void)order; \
		model_atomic(at); \
		*at = value; \
	} \
	uint##bits##_t __tsan_atomic##bits##_fetch_add(uint##bits##_t *at, uint##bits##_t value, int order) \
	{ \
		(void)order; \
		model_atomic(at); \
		*at += value; \
		return *at - value; \
	} \
	uint##bits##_t __tsan_atomic##bits##_fetch_sub(uint##bits##_t *at, uint##bits##_t value, int order) \
	{ \
		(void)order; \
		model_atomic(at); \
		*at -= value; \
		return *at + value; \
	} \
	int __tsan_atomic##bits##_compare_exchange_strong(uint##bits##_t *at, uint##bits##_t *expected, \
							  uint##bits##_t value, int order, int or_else) \
	{ \
		uint##bits##_t found; \
		(void)order; \
		(void)or_else; \
		model_atomic(at); \
		found = *at; \
		if (found != *expected) { \
			*expected = found; \
			return 0; \
		} \
		*at = value; \
		return 1; \
	} \
	int __tsan_atomic##bits##_compare_exchange_weak(uint##bits##_t *at, uint##bits##_t *expected, \
							uint##bits##_t value, int order, int or_else) \
	{ \
		return __tsan_atomic##bits##_compare_exchange_strong(at, expected, value, order, or_else); \
	}

ATOMIC(8)
ATOMIC(32)
ATOMIC(64)
