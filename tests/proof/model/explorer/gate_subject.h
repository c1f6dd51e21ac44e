/* SPDX-License-Identifier: MIT
 *
 * shim/libc/gate.c as the model sees it: what it calls, and what is inside.
 */
#ifndef GATE_SUBJECT_H
#define GATE_SUBJECT_H

#include "libc/gate.h"

long model_syscall(long number, ...); /* futex */
int64_t model_now(void);

void subject_memory(void); /* registers it with the explorer */
uint32_t subject_era(void);
uint32_t subject_inside(void);
uint32_t subject_overdue(void);
bool subject_is_own(uint32_t era); /* not one of the parent's */
unsigned subject_forks(void);
void subject_settle(void); /* forget what means nothing any more: states would differ */

#endif
