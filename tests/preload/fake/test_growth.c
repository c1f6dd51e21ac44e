/* SPDX-License-Identifier: MIT */
/* Hosts, and threads, by the hundred thousand leave nothing behind. */
#include "callers.h"

#include <sys/wait.h>

enum { THREADS = 4, WARM = 20000, HOSTS = 200000, MARGIN_KB = 1024 };

static long resident_kb(void)
{
	FILE *file = fopen("/proc/self/statm", "r");
	long size, resident;

	ck_assert_ptr_nonnull(file);
	ck_assert_int_eq(fscanf(file, "%ld %ld", &size, &resident), 2);
	fclose(file);
	return resident * (sysconf(_SC_PAGESIZE) / 1024);
}

/* The hosts from..to, asked by all threads: by pairs at the same time, so that
 * some wait for others, and every tenth fails. */
struct work {
	pthread_t thread;
	size_t from, to, step;
	const char *wrong;
};

static void *work_main(void *arg)
{
	struct work *work = arg;

	for (size_t i = work->from; i < work->to; i += work->step) {
		struct caller caller = { .q = { .service = "80", .flags = AI_CANONNAME } };
		char host[64];

		snprintf(host, sizeof host, "n%zu.%s.fake", i, i % 10 == 0 ? "eai-2" : "some");
		caller.q.host = host;
		caller.q.code = i % 10 == 0 ? EAI_NONAME : 0;
		ask(&caller);
		if (work->wrong == NULL)
			work->wrong = wrong(&caller);
		forget(&caller);
	}
	return NULL;
}

static void ask_for(size_t from, size_t to)
{
	struct work work[THREADS];

	for (size_t i = 0; i < THREADS; i++) {
		work[i] = (struct work){ .from = from + i / 2, .to = to, .step = THREADS / 2 };
		ck_assert_int_eq(pthread_create(&work[i].thread, NULL, work_main, &work[i]), 0);
	}
	for (size_t i = 0; i < THREADS; i++) {
		ck_assert_int_eq(pthread_join(work[i].thread, NULL), 0);
		ck_assert_msg(work[i].wrong == NULL, "wrong %s", work[i].wrong);
	}
}

START_TEST(memory_stays_where_it_was)
{
	long before, after;

	ask_for(0, WARM);
	before = resident_kb();
	ask_for(WARM, WARM + HOSTS);
	after = resident_kb();
	ck_assert_int_ge(fake->total(), WARM + HOSTS);
	ck_assert_msg(after - before < MARGIN_KB, "%ld kB before, %ld kB after", before, after);
}
END_TEST

enum { CROWD = 100000, FIRST_CROWD = 4000, IN_CHILD = 4000 };

static pthread_key_t at_end;

static void ask_at_end(void *number)
{
	if ((size_t)number % 100 == 0)
		gethostbyname("at-end.fake");
}

static void *ask_once(void *number)
{
	static const enum call forms[] = { BYNAME, BYNAME2, BYADDR };
	size_t n = (size_t)number;
	enum call form = forms[n % 3];
	/* Without an /etc/hosts libc would ask a nameserver for the name of 127.0.0.1. */
	const char *host = n % 4 == 0 ? "many-20.fake" : form == BYADDR ? "named.fake" : "127.0.0.1";
	struct caller caller = { .q = { .host = host, .call = form } };

	pthread_setspecific(at_end, number);
	ask(&caller);
	forget(&caller);
	return (void *)caller.wrong;
}

/* Threads that ask for one answer each, and end. */
static const char *come_and_go(size_t threads)
{
	const char *what = NULL;

	for (size_t i = 0; i < threads; i += THREADS) {
		pthread_t thread[THREADS];
		void *wrong;

		for (size_t j = 0; j < THREADS; j++)
			if (pthread_create(&thread[j], NULL, ask_once, (void *)(i + j + 1)) != 0)
				return "thread";
		for (size_t j = 0; j < THREADS; j++) {
			pthread_join(thread[j], &wrong);
			if (wrong != NULL)
				what = wrong;
		}
	}
	return what;
}

static const char *grows_with(size_t threads)
{
	static char text[64];
	const char *what = come_and_go(threads / 10);
	long before = resident_kb(), after;

	if (what == NULL)
		what = come_and_go(threads);
	after = resident_kb();
	if (what != NULL || after - before < MARGIN_KB)
		return what;
	snprintf(text, sizeof text, "%ld kB before, %ld kB after", before, after);
	return text;
}

/* What gethostbyname returns to a thread is the next thread's when that one has ended. */
START_TEST(threads_leave_nothing_behind)
{
	const char *what;

	ck_assert_int_eq(pthread_key_create(&at_end, ask_at_end), 0);
	what = grows_with(CROWD);
	ck_assert_msg(what == NULL, "%s", what);
}
END_TEST

START_TEST(nor_do_they_in_a_child)
{
	int status;
	pid_t pid;

	ck_assert_int_eq(pthread_key_create(&at_end, ask_at_end), 0);
	ck_assert_ptr_null(come_and_go(FIRST_CROWD));
	pid = fork();
	if (pid == 0) {
		const char *what = grows_with(IN_CHILD);

		if (what != NULL)
			dprintf(STDERR_FILENO, "# in a child: %s\n", what);
		_exit(what == NULL ? 0 : 1);
	}
	ck_assert_int_gt(pid, 0);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(status, 0);
}
END_TEST

TCase *make_tests(void)
{
	TCase *tcase;

	/* They keep what is freed, and tell of leaks by themselves. */
	if (SANITIZER(""))
		return skip_all("resident memory says nothing under a sanitizer, valgrind or an emulator");
	tcase = callers_case("growth");
	tcase_add_test(tcase, memory_stays_where_it_was);
	tcase_add_test(tcase, threads_leave_nothing_behind);
	tcase_add_test(tcase, nor_do_they_in_a_child);
	return tcase;
}
