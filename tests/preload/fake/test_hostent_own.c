/* SPDX-License-Identifier: MIT */
/* What gethostbyname, gethostbyname2 and gethostbyaddr return is the calling thread's own, until
 * its next call of the same function. */
#include "callers.h"

#include <sys/wait.h>

static const enum call forms[] = { BYNAME, BYNAME2, BYADDR };
enum { FORMS = sizeof forms / sizeof *forms };

/* Asks, and keeps the answer where the function put it. */
static struct hostent *answer_of(struct question q)
{
	struct caller caller = { .q = q };

	ask(&caller);
	ck_right(&caller);
	forget(&caller);
	return caller.answer;
}

#define ck_still(question, answered) do { \
	const char *ck_wrong = wrong_hostent(&(question), answered); \
	ck_assert_msg(ck_wrong == NULL, "%s(%s): later wrong %s", call_names[(question).call], \
	              (question).host, ck_wrong); \
} while (0)

/* Answers of 1 KiB, of more than the 64 KiB for which libc is asked first, and of more than
 * the 1 MiB beyond which a buffer is for one caller alone. */
static const char *const sizes[] = { "many-100.fake", "many-8000.fake", "many-100000.fake" };

START_TEST(answers_of_any_length)
{
	for (size_t form = 0; form < FORMS; form++)
		for (int again = 0; again < 2; again++) {
			ask_right((struct question){ .host = sizes[_i], .call = forms[form] });
			ask_right((struct question){ .host = "short.fake", .call = forms[form] });
		}
}
END_TEST

START_TEST(long_answers_are_shared)
{
	struct herd *herd = start_herd(20, (struct question){ .host = "ms-200.many-8000.fake", .call = BYNAME });
	double begun = herd->begun;

	herd_end_right(herd);
	/* There is no room for it the first time. */
	ck_lookups("ms-200.many-8000.fake", 2, begun);
}
END_TEST

/* A room that large is not copied. */
START_TEST(huge_buffers_of_callers)
{
	ask_right((struct question){ .host = "many-100000.fake", .call = BYNAME_R, .room = 4 << 20 });
	ask_right((struct question){ .host = "many-100000.fake", .call = BYADDR_R, .room = 4 << 20 });
	ask_right((struct question){ .host = "many-100000.fake", .call = BYNAME_R, .room = (1 << 20) + 1,
	          .code = NETDB_INTERNAL, .error = ERANGE });
}
END_TEST

/* Programs ask for the name of each address in an answer, and for the answer's own name. libc,
 * too, has a buffer for each function. */
START_TEST(answers_of_functions_are_apart)
{
	struct question q[FORMS];
	struct hostent *answer[FORMS];

	for (size_t i = 0; i < FORMS; i++) {
		q[i] = (struct question){ .host = i == 0 ? "a.many-20.fake" : i == 1 ? "127.0.0.1" : "c.fake",
		                          .call = forms[i] };
		answer[i] = answer_of(q[i]);
	}
	for (size_t i = 0; i < FORMS; i++)
		ck_still(q[i], answer[i]);
	ck_assert_ptr_eq(gethostbyname(answer[0]->h_aliases[0]), answer[0]);
	ck_still(q[0], answer[0]);
	ck_assert_ptr_eq(gethostbyname2(answer[1]->h_name, AF_INET), answer[1]);
	ck_still(q[1], answer[1]);
	ck_assert_ptr_eq(gethostbyaddr(answer[2]->h_addr_list[0], 4, AF_INET), answer[2]);
	ck_still(q[2], answer[2]);
}
END_TEST

enum { THREADS = 20, ROUNDS = 50 };

/* A thread that asks in turn with the others, and looks at its answers after them. */
struct reader {
	pthread_t thread;
	pthread_barrier_t *turn;
	size_t number;
	const char *wrong;
};

static void *reader_main(void *arg)
{
	static const char *const kinds[] = { "x", "many-100", "many-3", "eai-2", "many-1000" };
	struct reader *reader = arg;
	char host[64];

	for (size_t round = 0; round < ROUNDS; round++) {
		struct question q = { .host = host, .call = forms[(round + reader->number) % FORMS] };
		struct caller caller;
		const char *kind = kinds[(round + reader->number) % 5];

		snprintf(host, sizeof host, "%s.reader%zu.fake", kind, reader->number);
		q.code = strcmp(kind, "eai-2") == 0 ? HOST_NOT_FOUND : 0;
		caller = (struct caller){ .q = q };
		ask(&caller);
		if (reader->wrong == NULL)
			reader->wrong = caller.wrong;
		forget(&caller);
		pthread_barrier_wait(reader->turn);
		if (reader->wrong == NULL && caller.answer != NULL)
			reader->wrong = wrong_hostent(&q, caller.answer);
		pthread_barrier_wait(reader->turn);
	}
	return NULL;
}

START_TEST(threads_do_not_share_an_answer)
{
	struct reader reader[THREADS];
	pthread_barrier_t turn;

	pthread_barrier_init(&turn, NULL, THREADS);
	for (size_t i = 0; i < THREADS; i++) {
		reader[i] = (struct reader){ .turn = &turn, .number = i };
		ck_assert_int_eq(pthread_create(&reader[i].thread, NULL, reader_main, &reader[i]), 0);
	}
	for (size_t i = 0; i < THREADS; i++) {
		ck_assert_int_eq(pthread_join(reader[i].thread, NULL), 0);
		ck_assert_msg(reader[i].wrong == NULL, "reader %zu: wrong %s", i, reader[i].wrong);
	}
	pthread_barrier_destroy(&turn);
}
END_TEST

static void *ask_and_end(void *arg)
{
	ask(arg);
	return NULL;
}

/* Asks on a thread that has ended before this returns. */
static struct hostent *answer_of_ended(struct question q)
{
	struct caller caller = { .q = q };

	ck_assert_int_eq(pthread_create(&caller.thread, NULL, ask_and_end, &caller), 0);
	ck_assert_int_eq(pthread_join(caller.thread, NULL), 0);
	ck_right(&caller);
	forget(&caller);
	return caller.answer;
}

START_TEST(answer_outlives_its_thread)
{
	struct question q = { .host = "many-3.fake", .call = forms[_i] };
	struct question here = { .host = "here.fake", .call = forms[_i] };
	struct hostent *own = answer_of(here), *answer = answer_of_ended(q);
	struct hostent before = *answer;
	char **addresses = answer->h_addr_list;

	ck_still(q, answer);
	ck_assert_ptr_eq(answer_of(here), own);
	ck_still(q, answer);
	/* The next threads have a longer answer each. Nobody takes away what can still be read. */
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
		answer_of_ended((struct question){ .host = sizes[i], .call = forms[_i] });
	ck_assert_str_eq(before.h_name, FAKE_CANON "many-3.fake");
	ck_assert_ptr_nonnull(addresses[2]);
	ck_still(q, &before);
}
END_TEST

/* Other functions of the thread's end ask as well, and after ours. */
static pthread_key_t at_end;
static const char *wrong_at_end;

static void ask_at_end(void *left)
{
	struct caller caller = { .q = { .host = "many-3.fake", .call = BYNAME } };

	ask(&caller);
	if (caller.wrong != NULL)
		wrong_at_end = caller.wrong;
	forget(&caller);
	if ((size_t)left > 1)
		pthread_setspecific(at_end, (char *)left - 1);
}

static void *ask_and_ask_at_end(void *call)
{
	struct caller caller = { .q = { .host = "many-3.fake", .call = *(const enum call *)call } };

	pthread_setspecific(at_end, (void *)3);
	ask(&caller);
	forget(&caller);
	return NULL;
}

START_TEST(threads_ask_while_they_end)
{
	ck_assert_int_eq(pthread_key_create(&at_end, ask_at_end), 0);
	for (int i = 0; i < 20; i++) {
		pthread_t thread;

		ck_assert_int_eq(pthread_create(&thread, NULL, ask_and_ask_at_end, (void *)&forms[i % FORMS]), 0);
		ck_assert_int_eq(pthread_join(thread, NULL), 0);
		ck_assert_msg(wrong_at_end == NULL, "wrong %s", wrong_at_end);
	}
}
END_TEST

/* In a child: without Check, which is the parent's. */
static bool is_right_in_child(const struct question *inherited, const struct hostent *answer, int generations)
{
	struct caller caller = { .q = { .host = "many-20.child.fake", .call = inherited->call } };
	pid_t pid;
	int status;

	alarm(20);
	if (wrong_hostent(inherited, answer) != NULL)
		return false;
	if (pthread_create(&caller.thread, NULL, ask_and_end, &caller) != 0
	    || pthread_join(caller.thread, NULL) != 0 || caller.wrong != NULL
	    || wrong_hostent(inherited, answer) != NULL)
		return false;
	ask(&caller);
	if (caller.wrong != NULL)
		return false;
	if (generations == 0)
		return true;
	pid = fork();
	if (pid == 0)
		_exit(is_right_in_child(&caller.q, caller.answer, generations - 1) ? 0 : 1);
	return pid > 0 && waitpid(pid, &status, 0) == pid && status == 0
	       && wrong_hostent(&caller.q, caller.answer) == NULL;
}

START_TEST(children_have_answers_of_their_own)
{
	struct question q = { .host = "many-10.parent.fake", .call = forms[_i] };
	struct hostent *answer = answer_of(q);
	pid_t pid = fork();
	int status;

	if (pid == 0)
		_exit(is_right_in_child(&q, answer, 3) ? 0 : 1);
	ck_assert_int_gt(pid, 0);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(status, 0);
	ck_still(q, answer);
}
END_TEST

TCase *make_tests(void)
{
	TCase *tcase = callers_case("own");

	ADD_ROWS(tcase, answers_of_any_length, sizes);
	tcase_add_test(tcase, long_answers_are_shared);
	tcase_add_test(tcase, huge_buffers_of_callers);
	tcase_add_test(tcase, answers_of_functions_are_apart);
	tcase_add_test(tcase, threads_do_not_share_an_answer);
	ADD_ROWS(tcase, answer_outlives_its_thread, forms);
	tcase_add_test(tcase, threads_ask_while_they_end);
	ADD_ROWS(tcase, children_have_answers_of_their_own, forms);
	return tcase;
}
