/* SPDX-License-Identifier: MIT */
#include "forks.h"

#include "flight.h"
#include "unit.h"

#include <pthread.h>
#include <semaphore.h>
#include <sys/wait.h>
#include <unistd.h>

static sem_t entered, gate;

static int stay_out(void *context, void **answer)
{
	sem_post(&entered);
	while (sem_wait(&gate) != 0)
		;
	*answer = context;
	return 0;
}

static int come_home(void *context, void **answer)
{
	*answer = context;
	return 0;
}

static int fly(int (*ask)(void *, void **))
{
	struct flight_story story;
	void *answer;

	return flight_run(&(struct flight_plan){ .key = "key", .key_length = 3, .ask = ask }, &answer, &story);
}

static void *leader(void *unused)
{
	(void)unused;
	fly(stay_out);
	return NULL;
}

/* A child does not wait for the flight that is out in its parent. */
START_TEST(test_child)
{
	pthread_t thread;
	int status;

	sem_init(&entered, 0, 0);
	sem_init(&gate, 0, 0);
	forks_watch();
	ck_assert_int_eq(pthread_create(&thread, NULL, leader, NULL), 0);
	sem_wait(&entered);
	ck_assert_uint_eq(flight_count(), 1);

	pid_t child = fork();
	if (child == 0) {
		alarm(20);
		_exit(flight_count() == 0 && fly(come_home) == 0 && flight_count() == 0 ? 0 : 1);
	}
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_int_eq(status, 0);
	ck_assert_uint_eq(flight_count(), 1);
	sem_post(&gate);
	ck_assert_int_eq(pthread_join(thread, NULL), 0);
	ck_assert_uint_eq(flight_count(), 0);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("forks");
	TCase *tcase = tcase_create("children");

	suite_add_tcase(suite, tcase);
	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, test_child);
	return run_suite(suite);
}
