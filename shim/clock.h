/* SPDX-License-Identifier: MIT
 *
 * The kernel's own clock, whatever clock the program is shown: libfaketime has a
 * clock_gettime of its own, and must not end a wait. Asked as libc asks, through the
 * vDSO: a system call filter need not list what libc does without.
 *
 * Any thread and any signal handler may call, at any time. errno is preserved. Where
 * a filter refuses the kernel's clock altogether, the time goes on by a millisecond
 * with each call: no loop up to a deadline is endless, and no wait longer than meant.
 */
#ifndef GAISHIM_CLOCK_H
#define GAISHIM_CLOCK_H

#include <stdint.h>

/* CLOCK_MONOTONIC in nanoseconds. */
int64_t clock_now(void);

/* The same as of the last tick of the kernel, some milliseconds ago, for less. It may
 * be behind what clock_now has said. */
int64_t clock_coarse(void);

#endif
