/* SPDX-License-Identifier: MIT */
/*
 * What an attacker can make the flight table cost who chooses the hosts: keys that
 * all have one hash. Prints how many nanoseconds the table takes of a lookup that has
 * such a key too, and of one that has not:
 *
 *   flood IN_FLIGHT ROUNDS
 *
 * with so many flights of the kind out; and while there are none, as many such
 * lookups one after the other. Each flight that is out is a thread of a program;
 * here they are listed by hand, so that there may be more than there are threads.
 * The table is included, for it is not exported.
 */
#include "flight/table.c"

#include "libc/process.c"

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* All that the table wants of libc: nobody waits here. */
static void init_lock(pthread_mutex_t *lock)
{
	static const pthread_mutex_t checking = PTHREAD_ERRORCHECK_MUTEX_INITIALIZER_NP;

	memcpy(lock, &checking, sizeof checking);
}

static const struct libc locks = { .init_lock = init_lock };
const struct libc *libc = &locks;

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

static void fill_in(struct entry *entry, const struct key *key)
{
	*entry = (struct entry){
		.hash = table_hash(key, sizeof *key), .key_length = sizeof *key, .key = key,
	};
}

static void list(struct entry *entry)
{
	struct table *table = table_lock();

	if (table == NULL || table_find(table, entry) != NULL)
		errx(1, "found a flight of another key");
	table_add(table, entry);
	table_unlock(table);
}

static void unlist(struct entry *entry)
{
	struct table *table = table_lock();

	table_remove(table, entry);
	table_unlock(table);
}

/* Nanoseconds a lookup. */
static double lookups(size_t rounds, bool collide)
{
	struct timespec begun, end;

	clock_gettime(CLOCK_MONOTONIC, &begun);
	for (size_t i = 0; i < rounds; i++) {
		struct key key = collide ? colliding(~(uint64_t)i) : (struct key){ i, i };
		struct entry entry;

		fill_in(&entry, &key);
		list(&entry);
		unlist(&entry);
	}
	clock_gettime(CLOCK_MONOTONIC, &end);
	return ((double)(end.tv_sec - begun.tv_sec) * 1e9 + (double)(end.tv_nsec - begun.tv_nsec))
		/ (double)rounds;
}

int main(int argc, char **argv)
{
	size_t in_flight = argc == 3 ? strtoul(argv[1], NULL, 10) : 0;
	size_t rounds = argc == 3 ? strtoul(argv[2], NULL, 10) : 0;
	struct key *keys = calloc(in_flight + 1, sizeof *keys);
	struct entry *entries = calloc(in_flight + 1, sizeof *entries);
	double others;

	if (in_flight == 0 || rounds == 0 || keys == NULL || entries == NULL)
		errx(2, "usage: flood IN_FLIGHT ROUNDS");
	for (size_t i = 0; i < in_flight; i++) {
		keys[i] = colliding(i);
		fill_in(&entries[i], &keys[i]);
		if (entries[i].hash != entries[0].hash)
			errx(1, "the keys do not collide");
		list(&entries[i]);
	}
	others = lookups(rounds, false);
	printf("in flight: %.0f %.0f\n", lookups(rounds, true), others);
	for (size_t i = 0; i < in_flight; i++)
		unlist(&entries[i]);
	others = lookups(rounds, false);
	printf("in turn: %.0f %.0f\n", lookups(rounds, true), others);
	return 0;
}
