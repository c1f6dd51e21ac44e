/* SPDX-License-Identifier: MIT
 *
 * Keeps forks and lookups apart. A child inherits libc's locks as they are, and a lock
 * whose holder is not in the child is never released (glibc's list of interfaces has such a
 * lock, __check_pf). So no lookup goes into libc while a fork is under way, and a fork
 * waits a little for the lookups that are inside. Both waits are short and bounded. A child
 * knows whether they were long enough.
 *
 * Any thread may call, and there is no lock here: a fork may come from a signal
 * handler.
 */
#ifndef GAISHIM_GATE_H
#define GAISHIM_GATE_H

#include <stdbool.h>
#include <stdint.h>

/* Call this before libc is asked. Waits while another thread forks, and counts the lookup
 * in the era that *era becomes. Returns false, with *era unchanged, within a lookup of this
 * thread: the outer lookup is counted, and the inner lookup must not wait. If a lookup never
 * leaves, because its thread has jumped or ended, a single fork waits in vain for it. */
bool gate_enter(uint32_t *era);

/* Call this after libc has answered, if gate_enter() returned true. errno is preserved. */
void gate_leave(uint32_t era);

/* Call this in a cleanup handler, for a thread that leaves all frames below `frame` without
 * gate_leave(): it is cancelled, exits or jumps away. */
void gate_abandon(const void *frame);

/* Handlers for pthread_atfork(): before a fork, and after it in the parent and in the child. */
void gate_before_fork(void);
void gate_after_fork(void);
void gate_in_child(void);

/* Returns whether a fork is under way: then lookups that come to gate_enter() wait. */
bool gate_is_closed(void);

/* Returns whether this is the child of a fork, or a child of such a child, that was made while
 * lookups were out: libc may have locks here whose holders are not in this process. A lookup
 * that its thread has left without gate_leave() or gate_abandon() is out for ever. */
bool gate_has_doubt(void);

/* How long a fork waits for lookups, in nanoseconds. Constant once the process has started. */
extern int64_t gate_fork_wait;

#endif
