/* SPDX-License-Identifier: MIT
 *
 * A hash table of what is under way in this process, and its lock. A forked child starts
 * without a table, and makes its own. The table knows keys and nothing else.
 *
 * Any thread may call. The caller must hold the lock, but for table_hash(), table_lock()
 * and table_relock().
 */
#ifndef GAISHIM_TABLE_H
#define GAISHIM_TABLE_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct table;

/* The head of each listed object. The caller owns its memory, and fills in the key. */
struct entry {
	/* The lock guards these. */
	struct entry *next; /* in its bucket */
	bool listed;
	const struct table *table; /* the table in which it is or was listed */
	/* Constant once listed. */
	uint32_t hash; /* table_hash() of the key */
	size_t key_length;
	const void *key;
};

uint32_t table_hash(const void *key, size_t length);

/* Take the lock. Returns the table of this process, or NULL if there is no memory for one.
 * A thread that holds the lock already gets the table, too: that thread has left a locked
 * section by a jump, and the table is sound, see table.c. An entry of another table is a
 * copy that a fork has taken along, and its other holders are not in this process. */
struct table *table_lock(void);

/* Accepts NULL. */
void table_unlock(struct table *table);

/* Take the lock again. Returns false, without the lock, in the child of a fork that a
 * signal handler has made meanwhile: there the table is a copy that nobody else uses. */
bool table_relock(const struct table *table);

/* Sleep on a condition until it is signalled, or until this time of clock_now(). Returns
 * as table_relock(). A cancellation point; its cleanup handlers run with the lock held. */
bool table_wait(struct table *table, pthread_cond_t *condition, int64_t until);

/* Returns the listed entry with the same key, or NULL. */
struct entry *table_find(const struct table *table, const struct entry *like);

void table_add(struct table *table, struct entry *entry);

/* Does nothing if the entry is not listed in this table. */
void table_remove(struct table *table, struct entry *entry);

#endif
