/* SPDX-License-Identifier: MIT */
/*
 * How long those who wait for a leader's answer get it after him: N wait for a host, the
 * resolver answers, and each notes when its getaddrinfo returns. A round counts if one
 * lookup was made for all. Points: from the resolver's answer until the last of N has
 * it. The row: from the return of the leader to that of the only waiter. Beside both the
 * floor: the same with threads that wait on a bare condition variable. Started with the
 * object and, behind it, the fake resolver preloaded.
 *
 *   waiters ROUNDS N...
 */
#include "bench.h"

#include "fake.h"

#include <dlfcn.h>
#include <err.h>
#include <math.h>
#include <pthread.h>
#include <stdatomic.h>

enum { MAX = 1000 };
#define HOST "gate.waiters.fake"

static const struct addrinfo stream4 = { .ai_family = AF_INET, .ai_socktype = SOCK_STREAM };
static const struct question question = { HOST, "80", &stream4 };
static const struct fake *fake;

/* The least there is: somebody asks, and tells the others by a condition variable. */
static struct {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	bool out, landed, late; /* late: somebody came after it had landed */
	getaddrinfo_fn *next;
} bare = { .lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER };

static int bare_getaddrinfo(const char *host, const char *service, const struct addrinfo *hints,
                            struct addrinfo **list)
{
	bool lead;

	pthread_mutex_lock(&bare.lock);
	lead = !bare.out;
	bare.out = true;
	bare.late |= bare.landed;
	while (!lead && !bare.landed)
		pthread_cond_wait(&bare.changed, &bare.lock);
	pthread_mutex_unlock(&bare.lock);
	if (!lead)
		return EAI_FAIL;
	int code = bare.next(host, service, hints, list);

	pthread_mutex_lock(&bare.lock);
	bare.landed = true;
	pthread_cond_broadcast(&bare.changed);
	pthread_mutex_unlock(&bare.lock);
	return code;
}

static struct {
	pthread_barrier_t begin, end;
	getaddrinfo_fn *get; /* NULL: go home */
	double back[MAX + 1];
} crew;

static void *member(void *number)
{
	size_t i = (size_t)number;

	for (;;) {
		struct addrinfo *list;
		int code;

		pthread_barrier_wait(&crew.begin);
		if (crew.get == NULL)
			return NULL;
		while (i > 0 && fake->total() == 0)
			sched_yield(); /* number 0 leads */
		code = crew.get(question.host, question.service, question.hints, &list);
		crew.back[i] = now_ns();
		if (code == 0)
			freeaddrinfo(list);
		pthread_barrier_wait(&crew.end);
	}
}

/* Microseconds until the last waiter is back. */
struct lag {
	double answer, leader; /* since then */
};

/* False: not all waited. */
static bool herd(getaddrinfo_fn *get, size_t waiters, struct lag *lag)
{
	/* Time for all to be in and asleep. */
	struct timespec moment = { .tv_nsec = 1000000L + 20000L * (long)waiters };
	double opened, last = 0;

	fake->reset();
	bare.out = bare.landed = bare.late = false;
	crew.get = get;
	pthread_barrier_wait(&crew.begin);
	while (fake->running() == 0)
		nanosleep(&(struct timespec){ .tv_nsec = 50000 }, NULL);
	nanosleep(&moment, NULL);
	opened = now_ns();
	fake->open_gate();
	pthread_barrier_wait(&crew.end);
	for (size_t i = 1; i <= waiters; i++)
		last = fmax(last, crew.back[i]);
	lag->answer = (last - opened) / 1e3;
	lag->leader = (last - crew.back[0]) / 1e3;
	return fake->calls(HOST) == 1 && !bare.late;
}

static void measure(size_t waiters, size_t rounds)
{
	pthread_t threads[MAX + 1];
	double *answer[2], *leader[2]; /* the floor's and ours */
	size_t n = 0;
	struct pair pair;

	for (int i = 0; i < 2; i++) {
		answer[i] = malloc(rounds * sizeof **answer);
		leader[i] = malloc(rounds * sizeof **leader);
		if (answer[i] == NULL || leader[i] == NULL)
			abort();
	}
	pthread_barrier_init(&crew.begin, NULL, (unsigned)waiters + 2);
	pthread_barrier_init(&crew.end, NULL, (unsigned)waiters + 2);
	for (size_t i = 0; i <= waiters; i++)
		if (pthread_create(&threads[i], NULL, member, (void *)i) != 0)
			errx(1, "no more than %zu threads here", i);
	for (size_t i = 0; i < rounds; i++) {
		struct lag lags[2];

		if (!herd(bare_getaddrinfo, waiters, &lags[0]) || !herd(getaddrinfo, waiters, &lags[1]))
			continue;
		for (int j = 0; j < 2; j++) {
			answer[j][n] = lags[j].answer;
			leader[j][n] = lags[j].leader;
		}
		n++;
	}
	crew.get = NULL;
	pthread_barrier_wait(&crew.begin);
	for (size_t i = 0; i <= waiters; i++)
		pthread_join(threads[i], NULL);
	if (n > 0) {
		pair = pair_of(answer[0], answer[1], n);
		point("table, the last waiter", "a condvar", waiters, "us", pair.libc);
		point("table, the last waiter", "gaishim", waiters, "us", pair.ours);
		pair = pair_of(leader[0], leader[1], n);
		if (waiters == 1)
			row("a waiter after its leader, libc: a condvar", "us", pair.libc, pair.ours, pair.ours, "us", "5");
	} else {
		skip_row("waiters", "they came too late to wait, each time");
	}
	for (int i = 0; i < 2; i++) {
		free(answer[i]);
		free(leader[i]);
	}
}

int main(int argc, char **argv)
{
	size_t rounds = argc > 2 ? strtoul(argv[1], NULL, 10) : 0;

	fake = dlsym(RTLD_DEFAULT, "fake_resolver");
	bare.next = next_in(fake);
	if (rounds == 0 || bare.next == NULL || bare.next == getaddrinfo) {
		fprintf(stderr, "usage: waiters ROUNDS N..., the object and the fake resolver being preloaded\n");
		return 2;
	}
	for (int i = 2; i < argc; i++) {
		size_t waiters = strtoul(argv[i], NULL, 10);

		if (waiters == 0 || waiters > MAX)
			return 2;
		measure(waiters, rounds);
	}
	return 0;
}
