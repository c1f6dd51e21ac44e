/* SPDX-License-Identifier: MIT */
/*
 * What an attacker can make the flight table cost who chooses the hosts: keys that
 * all have one hash. Prints how many nanoseconds a lookup takes that has such a key
 * too, and one that has not:
 *
 *   flood IN_FLIGHT ROUNDS
 *
 * with so many flights of the kind out; and while there are none, as many such
 * lookups one after the other. Each flight that is out is a thread of a program;
 * here they are listed by hand, so that there may be more than there are threads.
 * The table is included, for what it keeps to itself.
 */
#include "../../shim/flight.c"

#include <err.h>
#include <stdio.h>

struct key {
	uint64_t number, rest;
};

/* What the hash multiplies by has an inverse: the second half of a key leads from
 * anywhere to anywhere. */
static struct key colliding(uint64_t number)
{
	const uint64_t prime = UINT64_C(1099511628211);
	uint64_t hash = (UINT64_C(14695981039346656037) ^ number) * prime;
	uint64_t inverse = prime; /* to 3 bits; each step doubles them */

	for (int i = 0; i < 5; i++)
		inverse *= 2 - prime * inverse;
	return (struct key){ number, hash ^ UINT64_C(0x0123456789ABCDEF) * inverse };
}

static int at_once(void *context, void **answer)
{
	(void)context;
	*answer = NULL;
	return 0;
}

static struct flight_plan plan_for(const struct key *key)
{
	return (struct flight_plan){
		.key = key, .key_length = sizeof *key, .ask = at_once, .no_memory = -1,
	};
}

/* Nanoseconds a lookup. */
static double lookups(size_t rounds, bool collide)
{
	struct timespec begun = now();

	for (size_t i = 0; i < rounds; i++) {
		struct key key = collide ? colliding(~(uint64_t)i) : (struct key){ i, i };
		struct flight_plan plan = plan_for(&key);
		struct flight_story story;
		void *answer;

		flight_run(&plan, &answer, &story);
		if (story.role != FLIGHT_LED)
			errx(1, "a lookup did not lead: %d", (int)story.role);
	}
	return (double)elapsed(begun) / (double)rounds;
}

int main(int argc, char **argv)
{
	size_t in_flight = argc == 3 ? strtoul(argv[1], NULL, 10) : 0;
	size_t rounds = argc == 3 ? strtoul(argv[2], NULL, 10) : 0;
	uint32_t hash = 0;
	double same;

	if (in_flight == 0 || rounds == 0)
		errx(2, "usage: flood IN_FLIGHT ROUNDS");
	same = lookups(rounds, true);
	printf("in turn: %.0f %.0f\n", same, lookups(rounds, false));
	for (size_t i = 0; i < in_flight; i++) {
		struct key key = colliding(i);
		struct flight_plan plan = plan_for(&key);
		struct flight *flight = new_flight(&plan);

		if (flight == NULL || (i > 0 && flight->hash != hash))
			errx(1, "no memory, or the hash is another one");
		hash = flight->hash;
		flight->state = OUT;
		list_locked(flight);
	}
	same = lookups(rounds, true);
	printf("in flight: %.0f %.0f\n", same, lookups(rounds, false));
	return flight_count() == in_flight ? 0 : 1;
}
