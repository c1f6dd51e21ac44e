/* SPDX-License-Identifier: MIT */
/* GAISHIM_LOG: a line for each call, with its name. */
#include "callers.h"
#include "logged.h"

#include <sys/wait.h>
#include <unistd.h>

static const struct {
	struct question q;
	const char *line;
} lines[] = {
	{ { .host = "a.fake", .service = "80", .socktype = SOCK_STREAM },
	  "getaddrinfo host=\"a\\.fake\" service=\"80\" family=unspec socktype=stream protocol=0 flags=0 how=led "
	  "asks=1 shared=0 answers=\"fd00::[0-9a-f:]+,10(\\.[0-9]+){3}\" code=0" },
	{ { .host = "a.fake", .call = BYNAME },
	  "gethostbyname host=\"a\\.fake\" family=inet how=led asks=1 shared=0 answers=\"10(\\.[0-9]+){3}\" code=0" },
	{ { .host = "a.fake", .call = BYNAME_R },
	  "gethostbyname_r host=\"a\\.fake\" family=inet how=led asks=1 shared=0 answers=\"10(\\.[0-9]+){3}\" code=0" },
	{ { .host = "a.fake", .call = BYNAME2, .family = AF_INET6 },
	  "gethostbyname2 host=\"a\\.fake\" family=inet6 how=led asks=1 shared=0 answers=\"fd00::[0-9a-f:]+\" code=0" },
	{ { .host = "a.fake", .call = BYNAME2_R },
	  "gethostbyname2_r host=\"a\\.fake\" family=inet how=led asks=1 shared=0 answers=\"10(\\.[0-9]+){3}\" code=0" },
	{ { .host = "a.fake", .call = BYADDR },
	  "gethostbyaddr host=\"10(\\.[0-9]+){3}\" family=inet how=led asks=1 shared=0 answers=\"canon-of\\.a\\.fake\" code=0" },
	{ { .host = "a.fake", .call = BYADDR_R, .family = AF_INET6 },
	  "gethostbyaddr_r host=\"fd00::[0-9a-f:]+\" family=inet6 how=led asks=1 shared=0 answers=\"canon-of\\.a\\.fake\" code=0" },
	{ { .host = "a.fake", .call = NAMEINFO, .service = "80", .flags = NI_NUMERICSERV },
	  "getnameinfo host=\"10(\\.[0-9]+){3}\" family=inet how=led asks=1 shared=0 answers=\"canon-of\\.a\\.fake\" code=0" },
	{ { .host = "127.0.0.1", .call = BYNAME }, "gethostbyname host=\"127\\.0\\.0\\.1\" family=inet how=numeric answers=\"127\\.0\\.0\\.1\" code=0" },
	{ { .host = "::1", .call = BYNAME2_R, .family = AF_INET6 },
	  "gethostbyname2_r host=\"::1\" family=inet6 how=numeric answers=\"::1\" code=0" },
	{ { .host = "b\u00fccher.fake", .asked = "xn--bcher-kva.fake", .call = BYNAME },
	  "gethostbyname host=\"b\u00fccher\\.fake\" family=inet normalized=\"xn--bcher-kva\\.fake\" how=led asks=1 shared=0 "
	  "answers=\"10(\\.[0-9]+){3}\" code=0" },
	{ { .host = "eai-2.fake", .call = BYNAME, .code = HOST_NOT_FOUND },
	  "gethostbyname host=\"eai-2\\.fake\" family=inet how=led asks=1 shared=0 code=HOST_NOT_FOUND" },
	{ { .host = "eai-3.fake", .call = BYNAME_R, .code = TRY_AGAIN, .error = EAGAIN },
	  "gethostbyname_r host=\"eai-3\\.fake\" family=inet how=led asks=1 shared=0 code=TRY_AGAIN" },
	{ { .host = "eai-4.errno-111.fake", .call = BYNAME2_R, .code = NO_RECOVERY, .error = 111 },
	  "gethostbyname2_r host=\"eai-4\\.errno-111\\.fake\" family=inet how=led asks=1 shared=0 code=NO_RECOVERY" },
	{ { .host = "eai-5.fake", .call = BYNAME2, .code = NO_DATA },
	  "gethostbyname2 host=\"eai-5\\.fake\" family=inet how=led asks=1 shared=0 code=NO_DATA" },
	{ { .host = "eai-11.errno-5.fake", .call = BYNAME, .code = NETDB_INTERNAL, .error = 5 },
	  "gethostbyname host=\"eai-11\\.errno-5\\.fake\" family=inet how=led asks=1 shared=0 code=NETDB_INTERNAL errno=5" },
	{ { .host = "many-100.fake", .call = BYNAME_R, .code = NETDB_INTERNAL, .error = ERANGE },
	  "gethostbyname_r host=\"many-100\\.fake\" family=inet how=led asks=1 shared=0 code=NETDB_INTERNAL errno=34" },
	{ { .host = "eai-3.fake", .call = NAMEINFO, .code = EAI_AGAIN },
	  "getnameinfo host=\"10(\\.[0-9]+){3}\" family=inet how=led asks=1 shared=0 code=EAI_AGAIN" },
	{ { .host = "eai-11.errno-5.fake", .call = NAMEINFO, .code = EAI_SYSTEM, .error = 5 },
	  "getnameinfo host=\"10(\\.[0-9]+){3}\" family=inet how=led asks=1 shared=0 code=EAI_SYSTEM errno=5" },
};

START_TEST(a_call_is_a_line)
{
	const char *log;

	ask_right(lines[_i].q);
	log = read_log();
	ck_logged(log, 1, lines[_i].line);
	log = strchr(log, '\n') + 1; /* behind the line of the process */
	ck_assert_ptr_eq(strchr(log, '\n'), log + strlen(log) - 1);
}
END_TEST

static void assert_introduced(void)
{
	const char *log = read_log();
	const char *line = strstr(log, " program=\"test_hostent_log\" version=");

	if (line == NULL)
		line = strstr(log, " program=\"ld-musl-"); /* which has started this program */
	ck_assert_msg(line != NULL && line < strchr(log, '\n'), "%s", log);
	ck_assert_ptr_null(strstr(line + 1, " program="));
}

/* Each process has one line about itself before its first lookup, and so has a forked child. */
START_TEST(a_process_is_a_line)
{
	int child, status;

	ask_right((struct question){ .host = "a.fake", .call = BYNAME });
	ask_right((struct question){ .host = "b.fake", .call = BYNAME });
	assert_introduced();
	child = fork();
	if (child == 0) {
		ask_right((struct question){ .host = "c.fake", .call = BYNAME });
		assert_introduced();
		_exit(0);
	}
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_int_eq(status, 0);
}
END_TEST

/* With NI_NUMERICHOST nothing is looked up. */
START_TEST(a_numeric_name_is_no_line)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	char name[INET_ADDRSTRLEN];

	ck_assert_int_eq(getnameinfo((struct sockaddr *)&address, sizeof address, name, sizeof name, NULL, 0,
	                             NI_NUMERICHOST), 0);
	ask_right((struct question){ .host = "a.fake", .call = BYNAME });
	ck_logged(read_log(), 1, "gethostbyname .*");
}
END_TEST

START_TEST(a_herd_is_told_by_its_lines)
{
	struct herd *herd = start_herd(5, (struct question){ .host = "gate.fake", .call = (enum call)_i });
	const char *log;
	char line[128];
	double begun = herd->begun;

	await(fake->running() >= 1);
	settle();
	fake->open_gate();
	herd_end_right(herd);
	log = read_log();
	snprintf(line, sizeof line, "%s host=.*", call_names[_i]);
	ck_logged(log, 5, line);
	snprintf(line, sizeof line, "%s .* how=(led|waited) ms=[0-9]+ asks=[0-9]+ shared=4 answers=\"[^\"]+\" code=0", call_names[_i]);
	if (fake->calls("gate.fake") == 1)
		ck_logged(log, 4, line);
	ck_lookups("gate.fake", 1, begun);
}
END_TEST

TCase *make_tests(void)
{
	TCase *tcase;

	with_log();
	tcase = callers_case("log");
	ADD_ROWS(tcase, a_call_is_a_line, lines);
	tcase_add_test(tcase, a_process_is_a_line);
	tcase_add_test(tcase, a_numeric_name_is_no_line);
	ADD_CALLS(tcase, a_herd_is_told_by_its_lines);
	return tcase;
}
