/* SPDX-License-Identifier: MIT */
/* Hosts by the hundred thousand leave nothing behind. */
#include "callers.h"

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

TCase *make_tests(void)
{
	TCase *tcase;

	/* They keep what is freed, and tell of leaks by themselves. */
	if (SANITIZER(""))
		return skip_all("resident memory says nothing under a sanitizer or valgrind");
	tcase = callers_case("growth");
	tcase_add_test(tcase, memory_stays_where_it_was);
	return tcase;
}
