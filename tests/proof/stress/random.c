/* SPDX-License-Identifier: MIT
 *
 * SplitMix64 (Steele, Lea, Flood 2014): a stream for every thread of every round.
 */
#include "stress.h"

uint64_t random_next(struct random *r)
{
	uint64_t z = r->state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

unsigned random_below(struct random *r, unsigned n)
{
	return (unsigned)(random_next(r) >> 32) % n;
}

struct random random_stream(uint64_t number)
{
	struct random r = { options.seed };

	r.state = random_next(&r) ^ number * UINT64_C(0xd1342543de82ef95);
	return r;
}
