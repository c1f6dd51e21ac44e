/* SPDX-License-Identifier: MIT
 *
 * How long a question usually takes: a small memory of fixed size, by the hash of the
 * question. It says when an answer is late. Times are in nanoseconds. The caller holds
 * the lock of the table of flights.
 */
#ifndef GAISHIM_USUAL_H
#define GAISHIM_USUAL_H

#include <stdint.h>

enum { USUAL_MOST = 400000000 }; /* and what an unknown question is given */

/* The time after which an answer to this question is late: three times as long as it
 * took, on the average of the last few times, between 20 and 400 ms. */
int64_t usual_wait(uint32_t hash);

/* An answer took so long. */
void usual_learn(uint32_t hash, int64_t took);

#endif
