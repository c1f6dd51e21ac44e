/* SPDX-License-Identifier: MIT
 *
 * Forks and lookups, one at a time: a child inherits libc's locks as they are,
 * and one that was held by a thread that is not there is never released (glibc's
 * list of interfaces has such a lock, __check_pf). So nobody goes into libc while a
 * fork is under way, and a fork waits a little for those who are inside. Both
 * waits are short and bounded: this makes a hang rare, and nothing else depends
 * on it.
 *
 * Any thread may call, and there is no lock here: a fork may come from a signal
 * handler.
 */
#ifndef GAISHIM_GATE_H
#define GAISHIM_GATE_H

#include <stdbool.h>
#include <stdint.h>

/* Before libc is asked: wait while another thread forks, and be counted, in *era.
 * False within a lookup of this thread: the outer one is counted, and must not wait.
 * May be left for good, by a jump or the end of the thread: then it costs one fork its
 * wait. */
bool gate_enter(uint32_t *era);

/* After it, if gate_enter said true. errno is preserved. */
void gate_leave(uint32_t era);

/* What pthread_atfork wants: before a fork, and after it in parent and child. */
void gate_before_fork(void);
void gate_after_fork(void);
void gate_in_child(void);

#endif
