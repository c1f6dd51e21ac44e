/* SPDX-License-Identifier: MIT */
/* GAISHIM_HOLD: who asks again is told without libc. */
#include "callers.h"
#include "musl.h"

#include <setjmp.h>
#include <signal.h>
#include <sys/wait.h>

/* Seconds that an answer is kept: longer than a test takes. */
#define HOLD "600"
#define LOG "/tmp/gaishim-test-hold-log."
enum { MOST = 1024, HOSTS = MOST + 200 };

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

START_TEST(libc_is_asked_once)
{
	struct question q = { .host = "a.fake", .service = "80", .call = (enum call)_i };

	if (q.call == NAMEINFO)
		q.flags = NI_NUMERICSERV;
	for (int i = 0; i < 50; i++)
		ask_right(q);
	ck_assert_int_eq(fake->total(), 1);
	/* The lock of what is kept is only tried, so on a busy machine some may ask libc. */
	for (int i = 0, before = 0; i < 20 && before != fake->total(); i++) {
		before = fake->total();
		herd_end_right(start_herd(20, q));
		ck_assert(i < 19 || before == fake->total());
	}
}
END_TEST

/* What a caller does to an answer of its own is not seen by the next one. */
START_TEST(each_answer_is_the_callers_own)
{
	struct question q = { .host = "a.fake", .flags = AI_CANONNAME, .call = (enum call)_i };

	for (int i = 0; i < 5; i++) {
		struct caller caller = { .q = q };

		ask(&caller);
		ck_right(&caller);
		if (q.call == GETADDRINFO) {
			memset(caller.list->ai_canonname, 'x', strlen(caller.list->ai_canonname));
			memset(caller.list->ai_addr, 'x', caller.list->ai_addrlen);
		} else if (caller.answer != NULL) {
			memset(caller.answer->h_name, 'x', strlen(caller.answer->h_name));
			memset(caller.answer->h_addr_list[0], 'x', (size_t)caller.answer->h_length);
		}
		forget(&caller);
	}
	ck_assert_int_eq(fake->calls("a.fake"), 1);
}
END_TEST

/* A no is never kept, final or not. */
static const struct question refused[] = {
	{ .host = "eai-2.fake", .code = EAI_NONAME },
	{ .host = "eai-3.fake", .code = EAI_AGAIN },
	{ .host = "eai-4.fake", .code = EAI_FAIL },
	{ .host = "eai-5.fake", .code = EAI_NODATA },
	{ .host = "eai-11.errno-5.fake", .code = EAI_SYSTEM, .error = 5 },
	{ .host = "eai-2.fake", .call = BYNAME, .code = HOST_NOT_FOUND },
	{ .host = "eai-3.fake", .call = BYNAME_R, .code = TRY_AGAIN, .error = EAGAIN },
	{ .host = "eai-5.fake", .call = BYNAME2, .code = NO_DATA },
	{ .host = "eai-2.fake", .call = BYADDR, .code = HOST_NOT_FOUND },
	{ .host = "eai-2.fake", .call = NAMEINFO, .code = EAI_NONAME },
};

START_TEST(only_answers)
{
	for (int i = 1; i <= 5; i++) {
		ask_right(refused[_i]);
		ck_assert_int_eq(fake->calls(refused[_i].host), i);
	}
}
END_TEST

/* A no does not take an answer's place either: "once" is one no, then answers. */
START_TEST(an_answer_after_a_no)
{
	ask_right((struct question){ .host = "once.eai-2.fake", .code = EAI_NONAME });
	for (int i = 0; i < 5; i++)
		ask_right((struct question){ .host = "once.eai-2.fake" });
	ck_assert_int_eq(fake->calls("once.eai-2.fake"), 2);
}
END_TEST

/* Spellings are one question, but for callers who want the canonical name. */
START_TEST(spellings)
{
	static const char *const spelled[] = { "b\u00fccher.fake", "B\u00dcCHER.Fake", "xn--bcher-kva.fake", "XN--Bcher-kva.FAKE" };
	enum { SPELLINGS = sizeof spelled / sizeof *spelled };

	for (int i = 0; i < 3 * SPELLINGS && !is_musl(); i++) /* whose answers always have the name */
		ask_right((struct question){ .host = spelled[i % SPELLINGS], .asked = "xn--bcher-kva.fake" });
	ck_assert_int_eq(fake->total(), is_musl() ? 0 : 1);
	/* The last of these is the only one whose name libc would write in another way. */
	for (int i = 0; i < 3 * SPELLINGS; i++)
		ask_right((struct question){ .host = spelled[i % SPELLINGS], .flags = AI_CANONNAME,
		          .asked = i % SPELLINGS == 3 ? spelled[3] : "xn--bcher-kva.fake" });
	ck_assert_int_eq(fake->total(), is_musl() ? 2 : 3);
	for (int i = 0; i < 3 * SPELLINGS; i++)
		ask_right((struct question){ .host = spelled[i % SPELLINGS], .call = BYNAME_R,
		          .asked = i % SPELLINGS == 3 ? spelled[3] : "xn--bcher-kva.fake" });
	ck_assert_int_eq(fake->total(), is_musl() ? 4 : 5);
}
END_TEST

START_TEST(different_questions)
{
	static const struct question different[] = {
		{ .host = "a.fake" },
		{ .host = "a.fake", .service = "80" },
		{ .host = "a.fake", .family = AF_INET },
		{ .host = "a.fake", .socktype = SOCK_STREAM },
		{ .host = "a.fake", .flags = AI_CANONNAME },
		{ .host = "a.fake", .flags = AI_ADDRCONFIG },
		{ .host = "a.fake", .call = BYNAME_R },
		{ .host = "a.fake", .call = BYNAME_R, .room = USUAL_ROOM + 8 },
		{ .host = "a.fake", .call = BYNAME2_R },
		{ .host = "a.fake", .call = BYNAME2_R, .family = AF_INET6 },
		{ .host = "a.fake", .call = BYADDR },
		{ .host = "a.fake", .call = NAMEINFO },
		{ .host = "a.fake", .call = NAMEINFO, .flags = NI_NAMEREQD },
	};
	enum { QUESTIONS = sizeof different / sizeof *different };

	for (int i = 0; i < 3 * QUESTIONS; i++)
		ask_right(different[i % QUESTIONS]);
	ck_assert_int_eq(fake->total(), QUESTIONS);
}
END_TEST

START_TEST(a_child_begins_without)
{
	struct caller caller = { .q = { .host = "a.fake" } };
	int status;
	pid_t child;

	ask_right(caller.q);
	child = fork();
	if (child == 0) {
		for (int i = 0; i < 3; i++)
			ask(&caller);
		remove_log();
		_exit(wrong(&caller) == NULL && fake->calls("a.fake") == 2 ? 0 : 1);
	}
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_int_eq(status, 0);
	ask_right(caller.q);
	ck_assert_int_eq(fake->calls("a.fake"), 1);
}
END_TEST

/* A signal comes in the middle of a lookup, and its handler asks for what is kept and for
 * what is not, and leaves by its end or by a jump. */
static struct caller asked[] = {
	{ .q = { .host = "kept.fake" } },
	{ .q = { .host = "new.fake", .call = BYNAME_R } },
	{ .q = { .host = "eai-2.fake", .code = EAI_NONAME } },
};
enum { ASKED = sizeof asked / sizeof *asked };
static sigjmp_buf out;
static volatile sig_atomic_t may_jump;

static void ask_in_handler(int signal)
{
	int saved = errno;

	(void)signal;
	for (size_t i = 0; i < ASKED; i++)
		ask(&asked[i]);
	if (may_jump)
		siglongjmp(out, 1);
	errno = saved;
}

static void interrupt(const char *host)
{
	(void)host;
	raise(SIGUSR2);
}

START_TEST(handlers)
{
	may_jump = _i;
	signal(SIGUSR2, ask_in_handler);
	fake->hook(interrupt);
	ask_right(asked[0].q);
	if (sigsetjmp(out, 1) == 0)
		ask_right((struct question){ .host = "hook.fake" });
	for (size_t i = 0; i < ASKED; i++) {
		ck_right(&asked[i]);
		forget(&asked[i]);
	}
	ck_assert_int_eq(fake->calls("kept.fake"), 1);
	may_jump = 0;
	/* All goes on as before. */
	for (int i = 0; i < 3; i++)
		ask_right((struct question){ .host = "b.fake" });
	ck_assert_int_eq(fake->calls("b.fake"), 1);
	/* What the jump has left is asked for again, and then kept. */
	ask_right((struct question){ .host = "hook.fake" });
	ask_right((struct question){ .host = "hook.fake" });
	ck_assert_int_eq(fake->calls("hook.fake"), 1 + _i);
}
END_TEST

static void ask_for_all(int hosts)
{
	char host[32];

	for (int i = 0; i < hosts; i++) {
		snprintf(host, sizeof host, "h%d.fake", i);
		ask_right((struct question){ .host = host, .service = "443", .socktype = SOCK_STREAM });
	}
}

/* The last 1,024 are kept, and the oldest go first. */
START_TEST(the_oldest_go_first)
{
	ask_for_all(HOSTS);
	ck_assert_int_eq(fake->total(), HOSTS);
	for (int i = HOSTS - MOST; i < HOSTS; i++) {
		char host[32];

		snprintf(host, sizeof host, "h%d.fake", i);
		ask_right((struct question){ .host = host, .service = "443", .socktype = SOCK_STREAM });
	}
	ck_assert_int_eq(fake->total(), HOSTS);
	ask_right((struct question){ .host = "h0.fake", .service = "443", .socktype = SOCK_STREAM });
	ck_assert_int_eq(fake->total(), HOSTS + 1);
}
END_TEST

static long resident_kb(void)
{
	FILE *file = fopen("/proc/self/statm", "r");
	long size, resident;

	ck_assert_ptr_nonnull(file);
	ck_assert_int_eq(fscanf(file, "%ld %ld", &size, &resident), 2);
	fclose(file);
	return resident * (sysconf(_SC_PAGESIZE) / 1024);
}

/* 1,024 answers of two addresses each; and then 100,000 more, which take the places of those. */
START_TEST(memory_is_bounded)
{
	long before, full, after;

	ask_for_all(1);
	before = resident_kb();
	ask_for_all(MOST);
	full = resident_kb();
	ask_for_all(100000);
	after = resident_kb();
	printf("# %ld kB for %d answers\n", full - before, MOST);
	ck_assert_int_lt(full - before, 1024);
	ck_assert_int_lt(after - full, 256);
}
END_TEST

START_TEST(the_log_says_so)
{
	char path[64], line[512];
	int held = 0, led = 0;
	FILE *file;

	remove_log();
	name_log(path);
	for (int i = 0; i < 3; i++)
		ask_right((struct question){ .host = "a.fake", .call = (enum call)_i });
	file = fopen(path, "r");
	ck_assert_ptr_nonnull(file);
	while (fgets(line, sizeof line, file) != NULL) {
		held += strstr(line, " how=held answers=") != NULL;
		led += strstr(line, " how=led asks=1 shared=0 answers=") != NULL;
	}
	fclose(file);
	ck_assert_int_eq(led, 1);
	ck_assert_int_eq(held, 2);
}
END_TEST

TCase *make_tests(void)
{
	TCase *tcase;

	with_environment("GAISHIM_HOLD", HOLD);
	with_environment("GAISHIM_LOG", LOG "%p");
	tcase = callers_case("hold");
	tcase_add_checked_fixture(tcase, NULL, remove_log);
	tcase_add_loop_test(tcase, libc_is_asked_once, 0, CALLS);
	tcase_add_loop_test(tcase, each_answer_is_the_callers_own, 0, CALLS);
	ADD_ROWS(tcase, only_answers, refused);
	tcase_add_test(tcase, an_answer_after_a_no);
	tcase_add_test(tcase, spellings);
	tcase_add_test(tcase, different_questions);
	tcase_add_test(tcase, a_child_begins_without);
	/* ThreadSanitizer wants no malloc() in a handler, and the others do not know jumps. */
	if (!SANITIZER("thread"))
		tcase_add_loop_test(tcase, handlers, 0, SANITIZER("") ? 1 : 2);
	tcase_add_test(tcase, the_oldest_go_first);
	if (!SANITIZER(""))
		tcase_add_test(tcase, memory_is_bounded);
	tcase_add_loop_test(tcase, the_log_says_so, 0, CALLS);
	return tcase;
}
