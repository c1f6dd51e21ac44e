/* SPDX-License-Identifier: MIT
 *
 * The answers that GAISHIM_HOLD keeps for those who ask again: at most HELD_MOST of them, for
 * some seconds, and only as long as the files stay that say where libc looks. Keys and answers
 * are those of flights (flight.h). Any thread and any signal handler may call: if the store is
 * in use for long, nothing is kept, and nothing is found. errno is preserved.
 */
#ifndef GAISHIM_HOLD_H
#define GAISHIM_HOLD_H

#include "flight/flight.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { HELD_MOST = 1024 };

/* Returns a number for the state of resolv.conf, hosts and nsswitch.conf in /etc. */
uint64_t hold_stamp(void);

/* Find an answer to this question that was kept under the same stamp. Returns false if there is
 * none. The caller owns *answer, a copy. */
bool hold_find(const struct flight_kind *kind, const void *key, size_t length, uint64_t stamp, void **answer);

/* Keep a copy of an answer until then, a time of clock_now(), in the place of the oldest one. */
void hold_keep(const struct flight_kind *kind, const void *key, size_t length, uint64_t stamp, int64_t until,
	       const void *answer);

#endif
