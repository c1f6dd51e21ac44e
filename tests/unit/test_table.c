/* SPDX-License-Identifier: MIT */
#include "flight/table.h"

#include "libc/clock.h"
#include "libc/next.h"
#include "libc/libc.h"
#include "unit.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const int64_t millisecond = 1000000;

static struct entry entry_of(const char *key)
{
	const size_t length = strlen(key);

	return (struct entry){ .hash = table_hash(key, length), .key_length = length, .key = key };
}

/* Each bit counts, wherever it is, and the length. */
START_TEST(test_hash)
{
	unsigned char key[24] = { 0 };
	uint32_t hash;

	for (size_t length = 1; length <= sizeof key; length++) {
		hash = table_hash(key, length);
		ck_assert_uint_eq(table_hash(key, length), hash);
		ck_assert_uint_ne(table_hash(key, length - 1), hash);
		for (size_t bit = 0; bit < 8 * length; bit++) {
			key[bit / 8] ^= (unsigned char)(1 << bit % 8);
			ck_assert_uint_ne(table_hash(key, length), hash);
			key[bit / 8] = 0;
		}
	}
}
END_TEST

/* Hosts that differ in little do not fall into few buckets, wherever in a key they are. */
static const char *const hosts[] = {
	"host%d.test", "%d.test", "www.site%d.com", "a%06d.example.org", "node-%d.cluster.local",
};

START_TEST(test_spread)
{
	enum { BUCKETS = 1024, KEYS = 4 * BUCKETS, OFFSETS = 8 };
	int count[BUCKETS], most;
	char key[64] = "";

	for (int offset = 0; offset < OFFSETS; offset++) {
		memset(count, 0, sizeof count);
		most = 0;
		for (int i = 0; i < KEYS; i++) {
			int length = offset + 1 + sprintf(key + offset, hosts[_i], i);
			int *bucket = &count[table_hash(key, (size_t)length) % BUCKETS];

			most = ++*bucket > most ? *bucket : most;
		}
		ck_assert_msg(most <= 6 * KEYS / BUCKETS, "%s at %d: %d in a bucket", hosts[_i],
			      offset, most);
		key[offset] = ' ';
	}
}
END_TEST

START_TEST(test_find)
{
	struct table *table = table_lock();
	struct entry a = entry_of("a"), b = entry_of("b");
	const struct entry like_a = entry_of("a"), longer = entry_of("aa");

	ck_assert_ptr_null(table_find(table, &like_a));
	table_add(table, &a);
	table_add(table, &b);
	ck_assert_ptr_eq(table_find(table, &like_a), &a);
	ck_assert_ptr_null(table_find(table, &longer));
	ck_assert(a.listed);
	ck_assert_ptr_eq(a.table, table);
	table_unlock(table);
	ck_assert_ptr_eq(table_lock(), table);
	ck_assert_ptr_eq(table_find(table, &like_a), &a);
	table_remove(table, &a);
	ck_assert(!a.listed);
	ck_assert_ptr_null(table_find(table, &like_a));
	ck_assert_ptr_eq(table_find(table, &b), &b);
	table_remove(table, &a); /* again: nothing */
	table_remove(table, &b);
	ck_assert_ptr_null(table_find(table, &b));
	table_unlock(table);
}
END_TEST

/* Entries of one bucket, of one hash even, are told apart by their keys, and taken out
 * in any order. */
START_TEST(test_chain)
{
	static const int orders[][3] = {
		{ 0, 1, 2 }, { 0, 2, 1 }, { 1, 0, 2 }, { 1, 2, 0 }, { 2, 0, 1 }, { 2, 1, 0 },
	};
	static const char *const keys[] = { "a", "c", "cc" };
	struct table *table = table_lock();
	struct entry entries[3], *entry, like;

	for (size_t i = 0; i < sizeof orders / sizeof orders[0]; i++) {
		for (int j = 0; j < 3; j++) {
			entries[j] = entry_of(keys[j]);
			entries[j].hash = j == 0 ? 7 + 1024 : 7;
			table_add(table, &entries[j]);
		}
		for (int j = 0; j < 3; j++) {
			for (int k = 0; k < 3; k++) {
				entry = &entries[orders[i][k]];
				like = *entry;
				ck_assert_ptr_eq(table_find(table, &like), k < j ? NULL : entry);
			}
			table_remove(table, &entries[orders[i][j]]);
		}
	}
	table_unlock(table);
}
END_TEST

/* What is listed in another table stays there: it is a parent's, in the child. */
START_TEST(test_other_table)
{
	struct table *table = table_lock(), *other = (struct table *)&table;
	struct entry entry = entry_of("a");

	table_add(table, &entry);
	entry.table = other;
	table_remove(table, &entry);
	ck_assert_ptr_eq(table_find(table, &entry), &entry);
	entry.table = table;
	table_remove(table, &entry);
	ck_assert_ptr_null(table_find(table, &entry));
	table_unlock(table);
}
END_TEST

/* A jump has left a locked section. */
START_TEST(test_locked_already)
{
	struct table *table = table_lock();

	ck_assert_ptr_eq(table_lock(), table);
	ck_assert(table_relock(table));
	table_unlock(table);
	ck_assert(table_relock(table));
	table_unlock(table);
}
END_TEST

static pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
static atomic_bool woken, waits;

static void *wait_for_signal(void *table)
{
	ck_assert_ptr_eq(table_lock(), table);
	atomic_store(&waits, true);
	ck_assert(table_wait(table, &condition, clock_now() + 100000 * millisecond));
	atomic_store(&woken, true);
	table_unlock(table);
	return NULL;
}

START_TEST(test_wait)
{
	struct table *table = table_lock();
	int64_t until = clock_now() + 50 * millisecond;
	pthread_t thread;

	ck_assert(table_wait(table, &condition, until));
	ck_assert_int_ge(clock_now(), until);
	ck_assert(table_wait(table, &condition, until)); /* is over */

	pthread_create(&thread, NULL, wait_for_signal, table);
	table_unlock(table);
	while (!atomic_load(&waits))
		nanosleep(&(struct timespec){ .tv_nsec = millisecond }, NULL);
	table_lock(); /* which the thread has while it does not wait */
	ck_assert(!atomic_load(&woken));
	libc->signal(&condition);
	table_unlock(table);
	ck_assert_int_eq(pthread_join(thread, NULL), 0);
	ck_assert(atomic_load(&woken));
}
END_TEST

static void expect_exit(pid_t child, int wanted)
{
	int status;

	ck_assert_int_gt(child, 0);
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_int_eq(status, wanted << 8);
}

/* A child has an empty table and a free lock, whoever held the parent's. */
START_TEST(test_child)
{
	struct table *table = table_lock();
	struct entry entry = entry_of("a");
	pid_t child;

	table_add(table, &entry);
	child = fork();
	if (child == 0) {
		struct table *own;

		alarm(20);
		if (table_relock(table))
			_exit(1);
		own = table_lock();
		if (own == NULL || own == table || table_find(own, &entry) != NULL)
			_exit(2);
		table_remove(own, &entry);
		if (!entry.listed || entry.table != table)
			_exit(3);
		table_unlock(own);
		_exit(4);
	}
	expect_exit(child, 4);
	ck_assert_ptr_eq(table_find(table, &entry), &entry);
	table_remove(table, &entry);
	table_unlock(table);
}
END_TEST

static pid_t forked;

static void on_alarm(int number)
{
	(void)number;
	forked = fork();
}

/* A signal handler forks while its thread waits. */
START_TEST(test_child_of_handler)
{
	struct table *table = table_lock();
	struct table *own;
	bool same;

	signal(SIGALRM, on_alarm);
	ualarm(20000, 0);
	forked = -1;
	do
		same = table_wait(table, &condition, clock_now() + 200 * millisecond);
	while (forked < 0);
	if (forked == 0) {
		own = table_lock();
		_exit(!same && own != NULL && own != table ? 4 : 1);
	}
	ck_assert(same);
	table_unlock(table);
	expect_exit(forked, 4);
}
END_TEST

/* No memory for a table. Nothing is asserted, nor printed, while the limit holds. */
START_TEST(test_no_memory)
{
	struct table *table;
	struct rlimit limit;
	int error;

	getrlimit(RLIMIT_AS, &limit);
	setrlimit(RLIMIT_AS, &(struct rlimit){ 4096, limit.rlim_max });
	errno = 4242;
	table = table_lock();
	error = errno;
	table_unlock(table);
	setrlimit(RLIMIT_AS, &limit);
	ck_assert_ptr_null(table);
	ck_assert_int_eq(error, 4242);
	table = table_lock(); /* not for ever */
	ck_assert_ptr_nonnull(table);
	table_unlock(table);
}
END_TEST

TCase *make_tests(void)
{
	TCase *tcase = tcase_create("entries");

	next_find();
	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, test_hash);
	ADD_ROWS(tcase, test_spread, hosts);
	tcase_add_test(tcase, test_find);
	tcase_add_test(tcase, test_chain);
	tcase_add_test(tcase, test_other_table);
	if (SANITIZER("thread"))
		puts("# SKIP a lock that is held already: ThreadSanitizer calls it a double lock");
	else
		tcase_add_test(tcase, test_locked_already);
	tcase_add_test(tcase, test_wait);
	if (SANITIZER("thread"))
		puts("# SKIP a child of who holds the lock: ThreadSanitizer believes it held");
	else
		tcase_add_test(tcase, test_child);
	tcase_add_test(tcase, test_child_of_handler);
	if (SANITIZER(""))
		puts("# SKIP no memory: the sanitizer needs some");
	else
		tcase_add_test(tcase, test_no_memory);
	return tcase;
}
