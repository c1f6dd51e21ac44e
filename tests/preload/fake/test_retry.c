/* SPDX-License-Identifier: MIT */
/* GAISHIM_RETRY: a code that may be another in a moment is asked for again, once for all who
 * wait. */
#include "callers.h"

#include <setjmp.h>
#include <signal.h>
#include <sys/wait.h>

/* Seconds. Three retries are 1, 3 and 7 delays after the first ask. */
#define DELAY 0.1
enum { RETRIES = 3, HERD = 200, TRIES = 10 };
#define LOG "/tmp/gaishim-test-retry-log."

static void name_log(char path[static 64])
{
	snprintf(path, 64, LOG "%d", getpid());
}

static void remove_log(void)
{
	char path[64];

	name_log(path);
	unlink(path);
}

/* A lookup that fails for now. */
static struct question failing(const char *host, enum call call)
{
	struct question q = { .host = host, .call = call };
	bool is_hostent = call != GETADDRINFO && call != NAMEINFO;

	q.code = is_hostent ? TRY_AGAIN : EAI_AGAIN;
	q.error = is_hostent ? EAGAIN : 0;
	return q;
}

/* How often libc is asked for a herd, when the machine has let all of it come in time. */
static int asks_of_herd(size_t n, struct question q, int wanted)
{
	int asks = 0;

	for (int i = 0; i < TRIES && asks != wanted; i++) {
		struct herd *herd;

		fake->reset();
		herd = start_herd(n, q);
		herd_end_right(herd);
		asks = fake->calls(q.host);
	}
	return asks;
}

START_TEST(once_for_all_who_wait)
{
	ck_assert_int_eq(asks_of_herd(scaled(HERD), failing("eai-3.fake", (enum call)_i), RETRIES + 1), RETRIES + 1);
}
END_TEST

START_TEST(an_answer_ends_it)
{
	struct question q = { .host = "once-2.eai-3.fake", .call = (enum call)_i };

	ck_assert_int_eq(asks_of_herd(20, q, 3), 3);
}
END_TEST

START_TEST(the_last_retry_counts)
{
	ck_assert_double_ge(ask_right((struct question){ .host = "once-3.eai-3.fake", .call = (enum call)_i }), 7 * DELAY);
	ck_assert_int_eq(fake->calls("once-3.eai-3.fake"), RETRIES + 1);
}
END_TEST

static const struct question final[] = {
	{ .host = "eai-2.fake", .code = EAI_NONAME },
	{ .host = "eai-4.fake", .code = EAI_FAIL },
	{ .host = "eai-5.fake", .code = EAI_NODATA },
	{ .host = "eai-10.fake", .code = EAI_MEMORY },
	{ .host = "eai-11.errno-5.fake", .code = EAI_SYSTEM, .error = 5 },
	{ .host = "eai-2.fake", .call = BYNAME, .code = HOST_NOT_FOUND },
	{ .host = "eai-4.fake", .call = BYNAME_R, .code = NO_RECOVERY },
	{ .host = "eai-5.fake", .call = BYNAME2, .code = NO_DATA },
	{ .host = "eai-11.errno-5.fake", .call = BYADDR, .code = NETDB_INTERNAL, .error = 5 },
	{ .host = "eai-2.fake", .call = NAMEINFO, .code = EAI_NONAME },
};

START_TEST(no_other_code)
{
	ask_right(final[_i]);
	ck_assert_int_eq(fake->calls(final[_i].host), 1);
}
END_TEST

/* Who comes between two asks is served by the next one. */
START_TEST(newcomers_share_the_next_ask)
{
	struct question q = { .host = "once-3.eai-3.fake", .service = "80" };
	int asks = 0;

	for (int i = 0; i < TRIES && asks != RETRIES + 1; i++) {
		struct herd *first, *second;

		fake->reset();
		first = start_herd(1, q);
		await(fake->calls(q.host) == 3);
		second = start_herd(50, q);
		herd_end_right(second);
		herd_end_right(first);
		asks = fake->calls(q.host);
	}
	ck_assert_int_eq(asks, RETRIES + 1);
}
END_TEST

START_TEST(a_lone_caller_is_cancelled_in_a_pause)
{
	struct herd *herd = start_herd(1, failing("eai-3.fake", (enum call)_i));
	double begun;

	await(fake->calls("eai-3.fake") == 3); /* the last pause is 4 delays */
	begun = now();
	ck_assert_int_eq(pthread_cancel(herd->caller->thread), 0);
	herd_join(herd);
	if (fake->calls("eai-3.fake") == 3) /* the machine may have been busy */
		ck_assert_ptr_eq(herd->caller->ended, PTHREAD_CANCELED);
	ck_assert_double_lt(now() - begun, 30);
	herd_end(herd);
	ask_right((struct question){ .host = "a.fake", .call = (enum call)_i });
}
END_TEST

/* Then the next one who waits asks, and those who came early are told what it is told. */
START_TEST(the_asker_is_cancelled_in_a_pause)
{
	struct question q = failing("hook.eai-3.fake", GETADDRINFO);
	size_t cancelled = 0;

	fake->hook(note_asker_of_herd);
	newest_asker = NULL;
	watched = herd_of(20, q);
	herd_start(watched);
	await(fake->calls(q.host) == 2);
	ck_assert_int_eq(pthread_cancel(newest_asker->thread), 0);
	herd_join(watched);
	for (size_t i = 0; i < watched->n; i++) {
		if (watched->caller[i].ended == PTHREAD_CANCELED)
			cancelled++;
		else
			ck_right(&watched->caller[i]);
	}
	ck_assert_uint_eq(cancelled, 1);
	ck_assert_int_gt(fake->calls(q.host), 2);
	herd_end(watched);
}
END_TEST

static sigjmp_buf out;

static void jump(int signal)
{
	(void)signal;
	siglongjmp(out, 1);
}

/* As curl does for its own limit. */
START_TEST(a_jump_leaves_a_pause)
{
	double begun = now();

	signal(SIGALRM, jump);
	if (sigsetjmp(out, 1) == 0) {
		ualarm((useconds_t)(2 * DELAY * 1e6), 0);
		ask_right(failing("eai-3.fake", (enum call)_i));
		ck_abort_msg("it came back");
	}
	ck_assert_double_ge(now() - begun, 2 * DELAY);
	ask_right((struct question){ .host = "a.fake", .call = (enum call)_i });
}
END_TEST

/* A pause takes none of libc's locks: no fork waits for it, whatever GAISHIM_FORK_WAIT says. */
START_TEST(a_fork_waits_for_no_pause)
{
	double least = 1000;

	for (int i = 0; i < TRIES && least > DELAY; i++) {
		struct herd *herd;
		double begun;
		pid_t child;
		int status;

		fake->reset();
		herd = start_herd(1, failing("eai-3.fake", GETADDRINFO));
		await(fake->calls("eai-3.fake") == 3);
		nap(20);
		begun = now();
		child = fork();
		if (child == 0)
			_exit(0);
		least = now() - begun < least ? now() - begun : least;
		ck_assert_int_eq(waitpid(child, &status, 0), child);
		herd_end_right(herd);
	}
	ck_assert_double_le(least, DELAY);
}
END_TEST

/* Each line says how often libc was asked. */
START_TEST(the_log_counts)
{
	char path[64], line[512];
	size_t callers = 0, told = 0;
	FILE *file;

	remove_log();
	name_log(path);
	ask_right(failing("eai-3.fake", (enum call)_i));
	herd_end_right(start_herd(5, failing("eai-3.fake", (enum call)_i)));
	file = fopen(path, "r");
	ck_assert_ptr_nonnull(file);
	while (fgets(line, sizeof line, file) != NULL) {
		callers += strstr(line, " call=") != NULL;
		told += strstr(line, " asks=4 ") != NULL;
	}
	fclose(file);
	ck_assert_uint_eq(callers, 6);
	if (fake->calls("eai-3.fake") == 2 * (RETRIES + 1)) /* else one came late */
		ck_assert_uint_eq(told, 6);
}
END_TEST

TCase *make_tests(void)
{
	TCase *tcase;

	with_environment("GAISHIM_RETRY", "3");
	with_environment("GAISHIM_RETRY_DELAY", "0.1");
	with_environment("GAISHIM_FORK_WAIT", "5");
	with_environment("GAISHIM_LOG", LOG "%p");
	tcase = callers_case("retry");
	tcase_add_checked_fixture(tcase, NULL, remove_log);
	tcase_add_loop_test(tcase, once_for_all_who_wait, 0, CALLS);
	tcase_add_loop_test(tcase, an_answer_ends_it, 0, CALLS);
	tcase_add_loop_test(tcase, the_last_retry_counts, 0, CALLS);
	ADD_ROWS(tcase, no_other_code, final);
	tcase_add_test(tcase, newcomers_share_the_next_ask);
	/* ThreadSanitizer does not see the locks of a thread that is cancelled in poll(). */
	if (!SANITIZER("thread")) {
		tcase_add_loop_test(tcase, a_lone_caller_is_cancelled_in_a_pause, 0, CALLS);
		tcase_add_test(tcase, the_asker_is_cancelled_in_a_pause);
	}
	if (!SANITIZER(""))
		tcase_add_loop_test(tcase, a_jump_leaves_a_pause, 0, CALLS);
	tcase_add_test(tcase, a_fork_waits_for_no_pause);
	tcase_add_loop_test(tcase, the_log_counts, 0, CALLS);
	return tcase;
}
