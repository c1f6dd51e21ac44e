/* SPDX-License-Identifier: MIT
 *
 * A signal handler may longjmp out of any line that holds the lock. The next call of that
 * thread then finds that the thread has the lock already (EDEADLK), and that the table is
 * sound: a change takes effect by a single store, or leaves at most an entry too many. So
 * stores must come in the order in which they are written. The fences are for the compiler:
 * for one thread the processor's order does. A gap is left: a few instructions within
 * libc's mutex functions, at which the lock is taken but has no owner. libc's own locks
 * have the same gap.
 */
#include "flight/table.h"

#include "libc/libc.h"
#include "libc/process.h"

#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>

enum { BUCKETS = 1024 };

struct table {
	pthread_mutex_t lock;
	struct entry *buckets[BUCKETS]; /* the lock guards these */
};

/* FNV-1a, eight bytes at a time, and mixed once more. A product carries upwards only:
 * without the last mixing, the last bytes would not reach the bits that name a bucket. */
uint32_t table_hash(const void *key, size_t length)
{
	const uint64_t prime = UINT64_C(1099511628211);
	const uint64_t golden = UINT64_C(0x9E3779B97F4A7C15); /* 2^64 by the golden ratio */
	const unsigned char *byte = key;
	uint64_t hash = UINT64_C(14695981039346656037);
	uint64_t eight;

	for (; length >= sizeof eight; byte += sizeof eight, length -= sizeof eight) {
		memcpy(&eight, byte, sizeof eight);
		hash = (hash ^ eight) * prime;
	}
	for (; length > 0; byte++, length--)
		hash = (hash ^ *byte) * prime;
	return (uint32_t)((hash ^ hash >> 32) * golden >> 32);
}

/* Threads may race here: the first table stays. */
__attribute__((noinline)) static struct table *make_table(struct process *process)
{
	struct table *made = process_map(sizeof *made);
	struct table *first = NULL;

	if (made == NULL)
		return NULL;
	libc->init_lock(&made->lock);
	if (atomic_compare_exchange_strong(&process->table, &first, made))
		return made;
	munmap(made, sizeof *made);
	return first;
}

struct table *table_lock(void)
{
	struct process *process = process_own();
	struct table *table;

	if (process == NULL)
		return NULL;
	for (;;) {
		table = atomic_load_explicit(&process->table, memory_order_acquire);
		if (table == NULL)
			table = make_table(process);
		if (table == NULL)
			return NULL;
		pthread_mutex_lock(&table->lock);
		if (atomic_load_explicit(&process->table, memory_order_relaxed) == table)
			return table;
		/* A signal handler has forked meanwhile, and this is the child. */
		pthread_mutex_unlock(&table->lock);
	}
}

void table_unlock(struct table *table)
{
	if (table != NULL)
		pthread_mutex_unlock(&table->lock);
}

bool table_wait(struct table *table, pthread_cond_t *condition, int64_t until)
{
	libc->wait(condition, &table->lock, until);
	if (atomic_load(&process_own()->table) == table)
		return true;
	/* A signal handler has forked meanwhile. The child found the lock wiped, and free. */
	pthread_mutex_unlock(&table->lock);
	return false;
}

bool table_relock(const struct table *table)
{
	struct table *own = table_lock();

	if (own == table)
		return true;
	table_unlock(own);
	return false;
}

struct entry *table_find(const struct table *table, const struct entry *like)
{
	struct entry *entry = table->buckets[like->hash % BUCKETS];

	while (entry != NULL
	       && (entry->hash != like->hash || entry->key_length != like->key_length
		   || memcmp(entry->key, like->key, like->key_length) != 0))
		entry = entry->next;
	return entry;
}

void table_add(struct table *table, struct entry *entry)
{
	struct entry **bucket = &table->buckets[entry->hash % BUCKETS];

	entry->table = table;
	entry->listed = true;
	entry->next = *bucket;
	atomic_signal_fence(memory_order_seq_cst);
	*bucket = entry;
}

void table_remove(struct table *table, struct entry *entry)
{
	struct entry **link = &table->buckets[entry->hash % BUCKETS];

	if (!entry->listed || entry->table != table)
		return;
	while (*link != NULL && *link != entry)
		link = &(*link)->next;
	if (*link == NULL)
		return;
	*link = entry->next;
	entry->listed = false;
}
