/* SPDX-License-Identifier: MIT
 *
 * How long a question usually takes, and so when its answer is late: a small memory of
 * fixed size, by the hash of the question. Times are in nanoseconds. The caller holds the
 * lock of the table of flights.
 */
#ifndef GAISHIM_USUAL_H
#define GAISHIM_USUAL_H

#include <stdint.h>

enum { USUAL_MOST = 400000000 }; /* also for an unknown question */

/* Returns the time after which an answer to this question is late: three times the moving
 * average of its last times, between 20 and 400 ms. */
int64_t usual_wait(uint32_t hash);

/* Remember how long an answer took. */
void usual_learn(uint32_t hash, int64_t took);

#endif
