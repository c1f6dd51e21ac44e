/* SPDX-License-Identifier: MIT
 *
 * The environment as a preloaded program meets it: GAISHIM_DISABLE=1 leaves
 * libc as it is, and so does an old release of it; an unknown value leaves the default.
 *
 * The environment is read once per process, so the Check program starts
 * itself anew for every case; the process started asks what only the shim, or
 * only libc, answers in one way.
 */
#include "musl.h"
#include "unit.h"

#include <gnu/libc-version.h>
#include <netdb.h>
#include <nss.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static const struct {
	const char *variable, *value;
	int nonblock;	 /* what becomes of SOCK_NONBLOCK in ai_socktype */
	int full_width;	 /* of a host in full-width digits */
	const char *how; /* of a name, says the log: "led" is the lock of mode host; NULL: no log */
	bool complains;	 /* does the log name the variable? */
} cases[] = {
	{ "GAISHIM_DISABLE", NULL, 0, 0, "led", false },
	{ "GAISHIM_DISABLE", "1", EAI_SOCKTYPE, EAI_NONAME, NULL, false },
	{ "GAISHIM_DISABLE", "0", 0, 0, "led", false },
	{ "GAISHIM_DISABLE", "", 0, 0, "led", false },
	{ "GAISHIM_DISABLE", "yes", EAI_SOCKTYPE, EAI_NONAME, NULL, false },
	{ "GAISHIM_DISABLE", "please", 0, 0, "led", true },
	{ "GAISHIM_STRICT", "1", EAI_SOCKTYPE, EAI_NONAME, "led", false },
	{ "GAISHIM_STRICT", "2", 0, 0, "led", true },
	{ "GAISHIM_IDN", "off", 0, EAI_NONAME, "led", false },
	{ "GAISHIM_IDN", "OFF", 0, 0, "led", true },
	{ "GAISHIM_LOCK", "none", 0, 0, "passed", false },
	{ "GAISHIM_LOCK", "global", 0, 0, "passed", false },
	{ "GAISHIM_LOCK", "host", 0, 0, "led", false },
	{ "GAISHIM_LOCK", "nobody", 0, 0, "led", true },
	{ "GAISHIM_LOCK", "global ", 0, 0, "led", true },
	{ "GAISHIM_PATIENCE", "soon", 0, 0, "led", false }, /* it was an option once */
	{ "TEST_RELEASE", "2.4", EAI_SOCKTYPE, EAI_NONAME, NULL, false },
	{ "TEST_RELEASE", "2.30", EAI_SOCKTYPE, EAI_NONAME, NULL, false },
	{ "TEST_RELEASE", "2.31", 0, 0, "led", false },
	{ "TEST_RELEASE", "2.31.9000", 0, 0, "led", false },
	{ "TEST_RELEASE", "2.100", 0, 0, "led", false },
	{ "TEST_RELEASE", "3.0", 0, 0, "led", false },
};

/* The object finds this function, and not libc's: the program comes first. */
const char *gnu_get_libc_version(void)
{
	const char *release = getenv("TEST_RELEASE");

	return release != NULL ? release : "2.31";
}

static int ask(const char *host, int flags, int socktype)
{
	struct addrinfo hints = { .ai_flags = flags, .ai_socktype = socktype };
	struct addrinfo *list = NULL;
	int code = getaddrinfo(host, "80", &hints, &list);

	if (code == 0)
		freeaddrinfo(list);
	return code;
}

static bool is_code(const char *what, int got, int want)
{
	if (got != want)
		printf("# %s: got %d, wanted %d\n", what, got, want);
	return got == want;
}

/* musl is served whatever release of glibc the function names, which another object may have
 * there for programs that were built for glibc. */
static bool is_of_musl(int i)
{
	return is_musl() && strcmp(cases[i].variable, "TEST_RELEASE") == 0;
}

/* In the process started: does it find what case I says? */
static int child_main(int i)
{
	/* In any case nothing is looked up outside. */
	bool good = is_musl() || __nss_configure_lookup("hosts", "files") == 0;
	int nonblock = is_of_musl(i) ? 0 : cases[i].nonblock;

	if (is_musl() && nonblock == EAI_SOCKTYPE)
		nonblock = EAI_SERVICE; /* of an unknown type, there */
	good &= is_code("SOCK_NONBLOCK", ask("127.0.0.1", 0, SOCK_STREAM | SOCK_NONBLOCK), nonblock);
	good &= is_code("full width", ask("１２７.０.０.１", AI_NUMERICHOST, SOCK_STREAM), is_of_musl(i) ? 0 : cases[i].full_width);
	good &= is_code("127.0.0.1", ask("127.0.0.1", 0, SOCK_STREAM), 0);
	ask("localhost", 0, SOCK_STREAM); /* for the log */
	return !good;
}

START_TEST(test_case)
{
	char index[16], log[] = "/tmp/gaishim-test-XXXXXX", text[4096];
	char **command = command_anew(index);
	int fd = mkstemp(log), status;
	pid_t pid;

	ck_assert_int_ge(fd, 0);
	setenv("GAISHIM_LOG", log, 1);
	if (cases[_i].value)
		setenv(cases[_i].variable, cases[_i].value, 1);
	snprintf(index, sizeof index, "%d", _i);
	ck_assert_int_eq(posix_spawn(&pid, command[0], NULL, NULL, command, environ), 0);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	unsetenv(cases[_i].variable);

	ssize_t length = read(fd, text, sizeof text - 1);
	close(fd);
	unlink(log);
	ck_assert_int_ge(length, 0);
	text[length] = '\0';

	const char *value = cases[_i].value ? cases[_i].value : "(unset)";
	const char *wanted = is_of_musl(_i) ? "led" : cases[_i].how;
	ck_assert_msg(status == 0, "%s=%s: wait status 0x%x", cases[_i].variable, value, (unsigned)status);
	if (!wanted) {
		ck_assert_msg(length == 0, "%s=%s: logged %s", cases[_i].variable, value, text);
		return;
	}
	const char *line = strstr(text, "host=\"localhost\""), *how = line ? strstr(line, " how=") : NULL;
	/* A bare system has no /etc/hosts, and libc does not find localhost there. */
	bool unknown = access("/etc/hosts", F_OK) != 0 && how && strncmp(how, " how=localhost", 14) == 0;
	ck_assert_msg(unknown || (how && strncmp(how + strlen(" how="), wanted, strlen(wanted)) == 0),
		      "%s=%s: not how=%s in the log: %s", cases[_i].variable, value, wanted, text);
	ck_assert_msg((strstr(text, cases[_i].variable) != NULL) == cases[_i].complains,
		      "%s=%s: %s the variable: %s", cases[_i].variable, value,
		      cases[_i].complains ? "the log does not name" : "the log names", text);
}
END_TEST

TCase *make_tests(void)
{
	TCase *tc = tcase_create("environment");

	if (arguments[1] != NULL)
		exit(child_main(atoi(arguments[1])));
	tcase_set_timeout(tc, 60);
	ADD_ROWS(tc, test_case, cases);
	return tc;
}
