/* SPDX-License-Identifier: MIT
 *
 * For a test that single-steps x86-64 code: where a source file's functions are, the trap,
 * and a free() that tells of use after free.
 */
#ifndef STEP_H
#define STEP_H

#include <setjmp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

/* The functions here are there, and those of the shim are as they are compiled for it. */
#if defined __x86_64__ && defined __LP64__ && !defined SANITIZED
#define CAN_STEP
#endif

enum { TRAP_FLAG = 0x100 };

/* While keeping is set, what is freed is poisoned, and kept. */
extern bool keeping, freed_twice;

/* Returns whether nothing was written to what was kept, and lets it go. */
bool is_poison_left(void);

/* Have the functions of shim/flight/ that run on a caller's thread stepped through. */
void find_flights(void);

extern int steps, last_step; /* of the thread that is stepped: at the last it jumps out */
extern sigjmp_buf out;

/* The test's: told of each function that the stepped code calls. */
void see_call(uintptr_t function);

/* For SIGTRAP. */
void on_step(int number, siginfo_t *info, void *context);

/* STEP("orq %0") sets the trap flag, STEP("andq %1") clears it. The red zone is spared. */
#define STEP(operation) __asm__ volatile("lea -128(%%rsp), %%rsp\n\tpushfq\n\t" operation \
	", (%%rsp)\n\tpopfq\n\tlea 128(%%rsp), %%rsp" \
	: : "i"(TRAP_FLAG), "i"(~TRAP_FLAG) : "memory", "cc")

#endif
