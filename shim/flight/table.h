/* SPDX-License-Identifier: MIT
 *
 * A hash table of what is under way in this process, and its lock. A forked child
 * starts without one, and makes its own. The table knows keys and nothing else.
 *
 * Any thread may call. All but table_hash(), table_lock() and table_relock() want the lock.
 */
#ifndef GAISHIM_TABLE_H
#define GAISHIM_TABLE_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct table;

/* The head of what is listed. The caller owns its memory, and fills in the key. */
struct entry {
	/* The lock guards these. */
	struct entry *next; /* in its bucket */
	bool listed;
	const struct table *table; /* in which it is or was listed */
	/* Constant once listed. */
	uint32_t hash; /* table_hash() of the key */
	size_t key_length;
	const void *key;
};

uint32_t table_hash(const void *key, size_t length);

/* Returns the table of this process, or NULL if there is no memory for it. A thread that
 * holds the lock already gets it too: it has left a locked section by a jump, and
 * the table is sound, see table.c. An entry of another table is a copy that a fork has
 * taken along, and its other holders are not in this process. */
struct table *table_lock(void);

/* Takes NULL too. */
void table_unlock(struct table *table);

/* Take the lock again. Returns false, without it, in the child of a fork that a signal
 * handler has made meanwhile: there the table is a copy that nobody else is at. */
bool table_relock(const struct table *table);

/* Sleep on a condition until it is signalled, or until this time of clock_now(). Returns
 * as table_relock(). A cancellation point; its cleanup handlers run with the lock held. */
bool table_wait(struct table *table, pthread_cond_t *condition, int64_t until);

/* The listed entry with the same key, or NULL. */
struct entry *table_find(const struct table *table, const struct entry *like);

void table_add(struct table *table, struct entry *entry);

/* Does nothing if the entry is not listed in this table. */
void table_remove(struct table *table, struct entry *entry);

#endif
