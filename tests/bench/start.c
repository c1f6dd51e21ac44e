/* SPDX-License-Identifier: MIT */
/*
 * What the object adds to the start of a process: /bin/true, bare, with an
 * empty preload and with ours, in turn.
 *
 *   start ROUNDS OBJECT EMPTY
 */
#include "bench.h"

#include <spawn.h>
#include <sys/wait.h>

enum { BARE, EMPTY, OURS, WAYS };

/* Microseconds from spawn to wait; a failure ends it all. */
static double run(char *const environment[])
{
	char program[] = "/bin/true";
	char *arguments[] = { program, NULL };
	double start = now_ns();
	pid_t pid;
	int status;

	if (posix_spawn(&pid, program, NULL, NULL, arguments, environment) != 0
	    || waitpid(pid, &status, 0) != pid || status != 0) {
		fprintf(stderr, "start: /bin/true did not run\n");
		exit(1);
	}
	return (now_ns() - start) / 1e3;
}

int main(int argc, char **argv)
{
	size_t rounds = argc == 4 ? strtoul(argv[1], NULL, 10) : 0;
	char preload[2][4096];
	char *const environments[WAYS][2] = {
		[EMPTY] = { preload[0], NULL }, [OURS] = { preload[1], NULL },
	};
	double *times[WAYS];
	struct pair pair;

	if (rounds == 0) {
		fprintf(stderr, "usage: start ROUNDS OBJECT EMPTY\n");
		return 2;
	}
	snprintf(preload[0], sizeof preload[0], "LD_PRELOAD=%s", argv[3]);
	snprintf(preload[1], sizeof preload[1], "LD_PRELOAD=%s", argv[2]);
	for (int way = 0; way < WAYS; way++) {
		times[way] = malloc(rounds * sizeof *times[way]);
		if (times[way] == NULL)
			abort();
	}
	for (size_t i = 0; i < rounds; i++)
		for (size_t j = 0; j < WAYS; j++) {
			size_t way = (i + j) % WAYS;

			times[way][i] = run(environments[way]);
		}
	pair = pair_of(times[EMPTY], times[OURS], rounds);
	row("process start, libc: an empty preload", "us", pair.libc, pair.ours, pair.difference, "us", "60");
	pair = pair_of(times[BARE], times[OURS], rounds);
	row("process start, libc: no preload", "us", pair.libc, pair.ours, pair.difference, "us", "-");
	for (int way = 0; way < WAYS; way++)
		free(times[way]);
	return 0;
}
