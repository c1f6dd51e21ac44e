/* SPDX-License-Identifier: MIT */
#include "hold.h"

#include "flight/table.h"
#include "libc/clock.h"
#include "libc/process.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define PATIENCE INT64_C(1000000) /* nanoseconds for the lock */
#define STUCK 8 /* callers in a row that have waited in vain: then the lock is taken for lost */

struct held {
	uint32_t hash;
	int64_t until;
	uint64_t stamp;
	const struct flight_kind *kind;
	void *answer;
	size_t length;
	unsigned char key[];
};

/* The child of a fork finds no store, and makes its own. */
struct store {
	atomic_bool locked;  /* no mutex: before glibc 2.34 only libpthread can try one */
	atomic_uint in_vain; /* callers in a row that have waited for the lock in vain */
	unsigned next;       /* the place of the oldest; the lock guards these */
	struct held *held[HELD_MOST];
	struct store *older; /* of the process that this one was forked from; constant */
};

/* Leads to all stores from data of the object, where LeakSanitizer looks for pointers. */
static struct store *_Atomic newest;

static struct store *find_store(void)
{
	struct process *process = process_own();
	struct store *store, *first = NULL;

	if (process == NULL)
		return NULL;
	store = atomic_load(&process->store);
	if (store != NULL)
		return store;
	store = calloc(1, sizeof *store); /* all zero, as a lock may be */
	if (store == NULL)
		return NULL;
	if (!atomic_compare_exchange_strong(&process->store, &first, store)) {
		free(store);
		return first;
	}
	store->older = atomic_exchange(&newest, store);
	return store;
}

/* Returns the store, locked, or NULL. The lock may be this thread's own, in a signal handler, or
 * that of a thread that has jumped away: then some callers wait in vain, and the others not. */
static struct store *lock_store(void)
{
	struct store *store = find_store();
	int64_t until = 0;

	if (store == NULL)
		return NULL;
	while (atomic_exchange_explicit(&store->locked, true, memory_order_acquire)) {
		syscall(SYS_sched_yield);
		if (until == 0)
			until = clock_now() + PATIENCE;
		if (atomic_load(&store->in_vain) >= STUCK)
			return NULL;
		if (clock_now() > until) {
			atomic_fetch_add(&store->in_vain, 1);
			return NULL;
		}
	}
	atomic_store(&store->in_vain, 0);
	return store;
}

static void unlock_store(struct store *store)
{
	atomic_store_explicit(&store->locked, false, memory_order_release);
}

/* Returns the place of an answer to the question, old or new, or NULL. */
static struct held **find(struct store *store, uint32_t hash, const struct flight_kind *kind, const void *key,
			  size_t length)
{
	for (unsigned i = 0; i < HELD_MOST; i++) {
		struct held *held = store->held[i];

		if (held != NULL && held->hash == hash && held->kind == kind && held->length == length
		    && memcmp(held->key, key, length) == 0)
			return &store->held[i];
	}
	return NULL;
}

static void forget(struct held *held)
{
	if (held == NULL)
		return;
	held->kind->discard(held->answer);
	free(held);
}

/* stat() is another symbol where headers are newer (glibc 2.33), and an object with that one does
 * not load where libc is older. libc looks at resolv.conf by the same system call, so a program's
 * filter allows it; not all filters know statx(2). A file that is not there has no state. */
static void get_state(const char *file, uint64_t state[static 4])
{
#if defined __x86_64__ || defined __aarch64__ /* the kernel's struct stat is libc's */
	struct stat found;

	if (syscall(SYS_newfstatat, AT_FDCWD, file, &found, 0) != 0)
		return;
	state[0] = (uint64_t)found.st_ino;
	state[1] = (uint64_t)found.st_size;
	state[2] = (uint64_t)found.st_ctim.tv_sec;
	state[3] = (uint64_t)found.st_ctim.tv_nsec;
#else
	struct statx found;

	if (syscall(SYS_statx, AT_FDCWD, file, 0, STATX_INO | STATX_SIZE | STATX_CTIME, &found) != 0)
		return;
	state[0] = found.stx_ino;
	state[1] = found.stx_size;
	state[2] = (uint64_t)found.stx_ctime.tv_sec;
	state[3] = found.stx_ctime.tv_nsec;
#endif
}

uint64_t hold_stamp(void)
{
	static const char *const files[] = { "/etc/resolv.conf", "/etc/hosts", "/etc/nsswitch.conf" };
	uint64_t states[3][4] = { { 0 } };
	int saved = errno;

	for (int i = 0; i < 3; i++)
		get_state(files[i], states[i]);
	errno = saved;
	return table_hash(states, sizeof states);
}

bool hold_find(const struct flight_kind *kind, const void *key, size_t length, uint64_t stamp, void **answer)
{
	int saved = errno;
	struct store *store = lock_store();
	struct held **place, *old = NULL;
	void *copy = NULL;

	if (store == NULL)
		return false;
	place = find(store, table_hash(key, length), kind, key, length);
	if (place != NULL && ((*place)->stamp != stamp || (*place)->until <= clock_now())) {
		old = *place;
		*place = NULL;
	} else if (place != NULL) {
		copy = kind->copy((*place)->answer);
	}
	unlock_store(store);
	forget(old);
	errno = saved;
	if (copy == NULL)
		return false;
	*answer = copy;
	return true;
}

void hold_keep(const struct flight_kind *kind, const void *key, size_t length, uint64_t stamp, int64_t until,
	       const void *answer)
{
	int saved = errno;
	struct held *held = malloc(sizeof *held + length), *old;
	struct held **place;
	struct store *store;

	if (held == NULL)
		goto out;
	*held = (struct held){ table_hash(key, length), until, stamp, kind, kind->copy(answer), length };
	memcpy(held->key, key, length);
	store = held->answer != NULL ? lock_store() : NULL;
	if (store == NULL) {
		if (held->answer != NULL)
			forget(held);
		else
			free(held);
		goto out;
	}
	place = find(store, held->hash, kind, key, length);
	if (place == NULL)
		place = &store->held[store->next++ % HELD_MOST];
	old = *place;
	*place = held;
	unlock_store(store);
	forget(old);
out:
	errno = saved;
}
