/* SPDX-License-Identifier: MIT */
#ifndef TIMES_H
#define TIMES_H

/* Seconds, by the kernel's monotonic clock. */
double now(void);

/* Sleeps so many milliseconds, or until a signal comes. Async-signal-safe, as now() is. */
void nap(double ms);

#endif
