/* SPDX-License-Identifier: MIT */
#include "flight/usual.h"

enum { SLOTS = 256, USUAL_LEAST = 20000000, TIMES = 3, WEIGHT = 8 };

/* Two questions that share a slot overwrite each other. */
static struct {
	uint32_t hash;
	uint32_t mean; /* nanoseconds, at most USUAL_MOST; 0: the slot is empty */
} slots[SLOTS];

int64_t usual_wait(uint32_t hash)
{
	int64_t wait = (int64_t)slots[hash % SLOTS].mean * TIMES;

	if (slots[hash % SLOTS].hash != hash || wait == 0 || wait > USUAL_MOST)
		return USUAL_MOST;
	return wait < USUAL_LEAST ? USUAL_LEAST : wait;
}

void usual_learn(uint32_t hash, int64_t took)
{
	uint32_t capped = took < 1 ? 1 : took < USUAL_MOST ? (uint32_t)took : USUAL_MOST;
	uint32_t mean = slots[hash % SLOTS].mean;

	if (slots[hash % SLOTS].hash != hash || mean == 0)
		mean = capped;
	else if (capped > mean)
		mean += (capped - mean) / WEIGHT;
	else
		mean -= (mean - capped) / WEIGHT;
	slots[hash % SLOTS].hash = hash;
	slots[hash % SLOTS].mean = mean;
}
