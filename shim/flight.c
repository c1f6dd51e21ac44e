/* SPDX-License-Identifier: MIT
 *
 * The life of an entry:
 *
 *            lead                      ask returned
 *   (none) -------> OUT --------------------------------> LANDED -> (freed by
 *                    ^ \                                             the last
 *         take over  |  \ leader cancelled, exited, jumped           waiter)
 *                    |   v away, or has nothing to share
 *                   VACANT ----> (freed, if nobody waits)
 *
 * A leader for whom nobody waits frees the entry itself. An entry is taken out
 * of the table when it lands, when nobody is left, and when a waiter has run
 * out of patience with its leader, so that newcomers do not wait in vain too.
 */
#include "flight.h"

#include "compat.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* The older form of pthread_cleanup_push: longjmp runs these handlers, where
 * it leaves the newer form's behind to dangle. libc still exports them; its
 * headers declare just the structure. */
extern void _pthread_cleanup_push(struct _pthread_cleanup_buffer *, void (*)(void *), void *);
extern void _pthread_cleanup_pop(struct _pthread_cleanup_buffer *, int execute);

OLD_SYMBOL(_pthread_cleanup_push, FIRST_GLIBC);
OLD_SYMBOL(_pthread_cleanup_pop, FIRST_GLIBC);
OLD_SYMBOL(pthread_cond_clockwait, "GLIBC_2.30");

enum { BUCKETS = 1024 };

struct flight {
	/* table.lock guards all fields but the constants. What is volatile is stored in the
	 * order of the lines, see lock_table. */
	struct flight *next; /* in its bucket */
	pthread_cond_t changed;
	volatile enum { OUT, LANDED, VACANT } state;
	bool listed;
	unsigned leaders; /* how many it has had */
	volatile unsigned waiters; /* who wait or copy: each holds the entry */
	unsigned sharing; /* waiters when it landed */
	int code;         /* constant once LANDED, like the next two */
	int error;        /* errno of the leader */
	void *answer;     /* the last waiter takes it, the others copy */
	void (*discard)(void *); /* constant, like the rest */
	unsigned generation;
	uint32_t hash;
	size_t key_length;
	unsigned char key[];
};

/* A caller's part in a flight. On its stack; its own thread's alone. */
struct seat {
	volatile enum { STANDING, LEADING, WAITING } part;
	unsigned turn; /* as the flight's how-manieth leader */
	struct flight *volatile flight;
	struct flight *spare; /* an entry not in use, to be freed */
};

static struct {
	pthread_mutex_t lock;
	unsigned generation; /* one up in each child of a fork */
	size_t count;
	struct flight *buckets[BUCKETS];
} table = { .lock = PTHREAD_ERRORCHECK_MUTEX_INITIALIZER_NP };

/* The ask() that this thread is inside of: from which frame of its stack it
 * was called (NULL: none), and for which flight (NULL: alone). */
static _Thread_local struct {
	const char *frame;
	struct flight *flight;
} asking;

/* A signal handler may longjmp out of any line below, even one that holds the
 * lock. Then abandon() finds it to be this thread's (EDEADLK), and the table to
 * be sound: each change to it is a single store that counts, or leaves an entry too
 * many in between. So stores must come in the order in which they are written; these
 * fences and volatiles are for the compiler, the processor's order does. What is not
 * covered are the few instructions within these two functions at which the lock
 * is taken, but has no owner: libc's own locks have the same gap. */
static void lock_table(void)
{
	pthread_mutex_lock(&table.lock);
}

static void unlock_table(void)
{
	pthread_mutex_unlock(&table.lock);
}

/* FNV-1a, eight bytes at a time; its high bits are the better ones. */
static uint32_t hash_key(const unsigned char *key, size_t length)
{
	const uint64_t prime = UINT64_C(1099511628211);
	uint64_t hash = UINT64_C(14695981039346656037);
	uint64_t eight;

	for (; length >= sizeof eight; key += sizeof eight, length -= sizeof eight) {
		memcpy(&eight, key, sizeof eight);
		hash = (hash ^ eight) * prime;
	}
	for (; length > 0; key++, length--)
		hash = (hash ^ *key) * prime;
	return (uint32_t)(hash >> 32);
}

static struct flight *new_flight(const struct flight_plan *plan)
{
	struct flight *flight = malloc(sizeof *flight + plan->key_length);

	if (flight == NULL)
		return NULL;
	/* Not the whole of it, and not as one literal, which gcc clears with the
	 * slow "rep stos": this is most of what a lone caller pays. */
	flight->changed = (pthread_cond_t)PTHREAD_COND_INITIALIZER;
	flight->state = VACANT;
	flight->listed = false;
	flight->leaders = 0;
	flight->waiters = 0;
	flight->answer = NULL;
	flight->discard = plan->discard;
	flight->hash = hash_key(plan->key, plan->key_length);
	flight->key_length = plan->key_length;
	memcpy(flight->key, plan->key, plan->key_length);
	return flight;
}

static void free_flight(struct flight *flight)
{
	if (flight == NULL)
		return;
	if (flight->answer != NULL)
		flight->discard(flight->answer);
	free(flight);
}

static struct flight *find_locked(const struct flight *like)
{
	struct flight *flight = table.buckets[like->hash % BUCKETS];

	while (flight != NULL
	       && (flight->hash != like->hash || flight->key_length != like->key_length
		   || memcmp(flight->key, like->key, like->key_length) != 0))
		flight = flight->next;
	return flight;
}

static void list_locked(struct flight *flight)
{
	struct flight **bucket = &table.buckets[flight->hash % BUCKETS];

	flight->generation = table.generation;
	flight->listed = true;
	flight->next = *bucket;
	atomic_signal_fence(memory_order_seq_cst);
	*bucket = flight;
	table.count++;
}

static void unlist_locked(struct flight *flight)
{
	struct flight **link = &table.buckets[flight->hash % BUCKETS];

	if (!flight->listed || flight->generation != table.generation)
		return;
	while (*link != NULL && *link != flight)
		link = &(*link)->next;
	if (*link == NULL)
		return;
	*link = flight->next;
	flight->listed = false;
	table.count--;
}

/* Nobody leads the flight any more: the next in line shall. Returns the flight,
 * to be freed, if nobody is. */
static struct flight *vacate_locked(struct flight *flight)
{
	flight->state = VACANT;
	if (flight->waiters > 0) {
		pthread_cond_signal(&flight->changed);
		return NULL;
	}
	unlist_locked(flight);
	return flight;
}

/* One waiter less. Returns the flight, to be freed, if it was the last. */
static struct flight *leave_locked(struct flight *flight)
{
	flight->waiters--;
	if (flight->state == VACANT)
		return vacate_locked(flight); /* the signal may have been ours */
	return flight->state == LANDED && flight->waiters == 0 ? flight : NULL;
}

/* False if the flight was given up, and perhaps has another leader by now. */
static bool is_leader_locked(const struct seat *seat)
{
	return seat->flight->state == OUT && seat->flight->leaders == seat->turn;
}

/* End a leader's part in a flight whose answer it does not share. Returns the
 * flight, to be freed, if nobody is left in it. */
static struct flight *resign_locked(struct seat *seat)
{
	struct flight *flight = seat->flight;

	seat->part = STANDING;
	if (flight->generation != table.generation)
		return flight; /* this is the child of a fork: who waited is not here */
	if (!is_leader_locked(seat))
		return leave_locked(flight); /* give_up counted us as a waiter */
	return vacate_locked(flight);
}

/* A cleanup handler: the thread is cancelled, exits, or jumps away. */
static void abandon(void *argument)
{
	struct seat *seat = argument;
	struct flight *last = NULL;

	/* libc's cancellation points are asynchronous within: a jump out of one leaves the
	 * thread so, and it may be cancelled in the middle of free(). */
	pthread_setcanceltype(PTHREAD_CANCEL_DEFERRED, NULL);
	asking.frame = NULL;
	lock_table();
	if (seat->part == LEADING) {
		last = resign_locked(seat);
	} else if (seat->part == WAITING) {
		seat->part = STANDING;
		last = leave_locked(seat->flight);
	}
	unlock_table();
	free_flight(last);
	free_flight(seat->spare);
	seat->spare = NULL;
}

/* The frame that led this flight is gone, by a jump that ran no cleanup
 * handler. Should it come back after all (stacks can be switched), it must
 * find its flight: it is counted as a waiter, which keeps the entry. */
static void give_up(struct flight *flight)
{
	lock_table();
	if (flight->generation == table.generation) {
		unlist_locked(flight);
		flight->waiters++;
		vacate_locked(flight);
	}
	unlock_table();
}

/* True inside an ask() of this thread: its frame is further up the stack. */
static bool is_nested(const char *frame)
{
	if (asking.frame == NULL)
		return false;
	if (frame < asking.frame)
		return true;
	asking.frame = NULL;
	if (asking.flight != NULL)
		give_up(asking.flight);
	return false;
}

/* The kernel's time, which the waits here are in: libfaketime has a clock_gettime of
 * its own. */
static struct timespec now(void)
{
	struct timespec time;

	syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &time);
	return time;
}

static struct timespec later(int64_t nanoseconds)
{
	struct timespec time = now();

	nanoseconds += time.tv_nsec;
	time.tv_sec += nanoseconds / 1000000000;
	time.tv_nsec = nanoseconds % 1000000000;
	return time;
}

static int64_t elapsed(struct timespec begun)
{
	struct timespec end = now();

	return (end.tv_sec - begun.tv_sec) * INT64_C(1000000000) + end.tv_nsec - begun.tv_nsec;
}

/* Wait until the flight has landed or has no leader. False: one leader has
 * tried our patience. */
static bool wait_locked(struct flight *flight, int64_t patience)
{
	struct timespec deadline;
	unsigned leader = 0; /* the first is 1 */
	int rc = 0;

	while (flight->state == OUT) {
		if (leader != flight->leaders) {
			leader = flight->leaders;
			deadline = later(patience);
		} else if (rc != 0) {
			return false;
		}
		rc = pthread_cond_clockwait(&flight->changed, &table.lock, CLOCK_MONOTONIC,
					    &deadline);
	}
	return true;
}

/* Take a part in the flight that the spare entry is like: STANDING is for who
 * has waited long enough and must ask alone. */
static void board(struct seat *seat, const struct flight_plan *plan, struct flight_story *story)
{
	struct flight *flight;

	lock_table();
	flight = find_locked(seat->spare);
	if (flight == NULL) {
		flight = seat->spare;
		seat->spare = NULL; /* before abandon() could free what is listed */
		atomic_signal_fence(memory_order_seq_cst);
		list_locked(flight);
	}
	seat->flight = flight;
	if (flight->state == OUT) {
		struct timespec begun = now();
		flight->waiters++;
		seat->part = WAITING;
		if (!wait_locked(flight, plan->patience)) {
			seat->part = STANDING;
			flight->waiters--;
			unlist_locked(flight);
		}
		story->waited = elapsed(begun);
	}
	if (flight->state == VACANT) {
		unsigned own = seat->part == WAITING;
		seat->part = STANDING; /* first: abandon() would count us out once more */
		flight->waiters -= own;
		seat->turn = ++flight->leaders;
		atomic_signal_fence(memory_order_seq_cst);
		flight->state = OUT;
		seat->part = LEADING;
	}
	unlock_table();
}

/* Take what a landed flight brought: the last takes the answer itself. */
static int take(struct seat *seat, const struct flight_plan *plan, void **answer,
		struct flight_story *story)
{
	struct flight *flight = seat->flight;
	struct flight *last;
	void *own = NULL;
	int code = flight->code;
	int error = flight->error;

	lock_table();
	story->others = flight->sharing;
	if (flight->waiters == 1) {
		own = flight->answer;
		flight->answer = NULL;
	} else if (code == 0) {
		unlock_table();
		own = plan->copy(flight->answer);
		lock_table();
	}
	seat->part = STANDING;
	last = leave_locked(flight);
	unlock_table();
	free_flight(last);

	if (code == 0 && own == NULL)
		return plan->no_memory;
	if (code == 0)
		*answer = own;
	else
		errno = error;
	return code;
}

/* The leader is back, with an answer or an error. */
static int land(struct seat *seat, const struct flight_plan *plan, int code, void **answer,
		struct flight_story *story)
{
	struct flight *flight = seat->flight;
	struct flight *last = NULL;
	int error = errno;
	bool shared;

	lock_table();
	shared = plan->copy != NULL && code != plan->no_memory && flight->waiters > 0
		&& flight->generation == table.generation && is_leader_locked(seat);
	if (shared) {
		flight->sharing = flight->waiters++; /* the leader takes a copy like the others */
		seat->part = WAITING;
		flight->code = code;
		flight->error = error;
		flight->answer = code == 0 ? *answer : NULL;
		unlist_locked(flight); /* first: the last waiter frees what has landed */
		atomic_signal_fence(memory_order_seq_cst);
		flight->state = LANDED;
		pthread_cond_broadcast(&flight->changed);
	} else {
		last = resign_locked(seat);
	}
	unlock_table();
	free_flight(last);

	if (shared)
		return take(seat, plan, answer, story);
	errno = error;
	return code;
}

int flight_run(const struct flight_plan *plan, void **answer, struct flight_story *story)
{
	const char *frame = __builtin_frame_address(0);
	struct seat seat = { .part = STANDING };
	struct _pthread_cleanup_buffer cleanup;
	void *brought = NULL;
	int saved = errno;
	int code;

	*story = (struct flight_story){ .role = FLIGHT_PASSED };
	/* Without libpthread there is one thread, and nobody to share with. */
	if (_pthread_cleanup_push == NULL || pthread_cond_clockwait == NULL || is_nested(frame))
		return plan->ask(plan->context, answer);
	seat.spare = new_flight(plan);
	if (seat.spare == NULL) {
		errno = saved; /* it may succeed all the same */
		return plan->ask(plan->context, answer);
	}

	_pthread_cleanup_push(&cleanup, abandon, &seat);
	/* It is where a frame that setcontext has left had its own: libc would run
	 * abandon for ever. */
	if (cleanup.__prev == &cleanup)
		cleanup.__prev = NULL;
	board(&seat, plan, story);
	if (seat.part == WAITING) {
		story->role = FLIGHT_SHARED;
		code = take(&seat, plan, &brought, story);
	} else {
		story->role = seat.part == LEADING ? FLIGHT_LED : FLIGHT_ALONE;
		asking.flight = seat.part == LEADING ? seat.flight : NULL;
		asking.frame = frame;
		code = plan->ask(plan->context, &brought);
		asking.frame = NULL;
		if (seat.part == LEADING)
			code = land(&seat, plan, code, &brought, story);
	}
	_pthread_cleanup_pop(&cleanup, 0);
	free(seat.spare);
	if (code == 0)
		*answer = brought;
	return code;
}

void flight_reset(void)
{
	pthread_mutex_t fresh = PTHREAD_ERRORCHECK_MUTEX_INITIALIZER_NP;

	table.lock = fresh;
	memset(table.buckets, 0, sizeof table.buckets);
	table.count = 0;
	table.generation++;
}

size_t flight_count(void)
{
	size_t count;

	lock_table();
	count = table.count;
	unlock_table();
	return count;
}
