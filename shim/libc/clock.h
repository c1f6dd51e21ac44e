/* SPDX-License-Identifier: MIT
 *
 * The kernel's own clock, whatever clock the program is shown: libfaketime has a
 * clock_gettime of its own, and that clock must not end a wait. The clock is read through
 * the vDSO, as libc reads it: a filter need not allow a system call that libc does not
 * make.
 *
 * Any thread and any signal handler may call, at any time. errno is preserved. Where a
 * filter refuses the kernel's clock altogether, the time goes on by a millisecond with each
 * call, from the last time that was read, or from up to a second before. So every loop to a
 * deadline ends, and no wait is more than a second too long.
 */
#ifndef GAISHIM_CLOCK_H
#define GAISHIM_CLOCK_H

#include <stdint.h>

/* CLOCK_MONOTONIC in nanoseconds. */
int64_t clock_now(void);

/* The same clock at the kernel's last tick, some milliseconds ago: this costs a tenth. The
 * result may be before that of an earlier clock_now(). */
int64_t clock_coarse(void);

#endif
