/* SPDX-License-Identifier: MIT */
/*
 * What preloads add to the start of a process: /bin/true, bare and with each, in turn.
 *
 *   start ROUNDS EMPTY OBJECT [NAME OTHER]...
 */
#include "bench.h"

#include <spawn.h>
#include <sys/wait.h>

enum { BARE, EMPTY, OURS, MAX = 8 };

static struct way {
	const char *name;
	char preload[4096];
	char *environment[2];
	double *times;
} ways[MAX] = { [BARE] = { .name = "bare" }, [EMPTY] = { .name = "an empty preload" }, [OURS] = { .name = "gaishim" } };

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

static void preload(struct way *way, const char *object)
{
	snprintf(way->preload, sizeof way->preload, "LD_PRELOAD=%s", object);
	way->environment[0] = way->preload;
}

int main(int argc, char **argv)
{
	size_t rounds = argc >= 4 ? strtoul(argv[1], NULL, 10) : 0;
	size_t n = OURS + 1;
	struct pair pair;

	if (rounds == 0 || argc % 2 != 0 || argc > 4 + 2 * (MAX - OURS - 1)) {
		fprintf(stderr, "usage: start ROUNDS EMPTY OBJECT [NAME OTHER]...\n");
		return 2;
	}
	preload(&ways[EMPTY], argv[2]);
	preload(&ways[OURS], argv[3]);
	for (int i = 4; i < argc; i += 2, n++) {
		ways[n].name = argv[i];
		preload(&ways[n], argv[i + 1]);
	}
	for (size_t i = 0; i < n; i++) {
		ways[i].times = malloc(rounds * sizeof *ways[i].times);
		if (ways[i].times == NULL)
			abort();
	}
	for (size_t i = 0; i < rounds; i++)
		for (size_t j = 0; j < n; j++) {
			struct way *way = &ways[(i + j) % n];

			way->times[i] = run(way->environment);
		}
	pair = pair_of(ways[EMPTY].times, ways[OURS].times, rounds);
	row("process start, libc: an empty preload", "us", pair.libc, pair.ours,
	    100 * pair.difference / median(ways[BARE].times, rounds), "% of bare", "4");
	pair = pair_of(ways[BARE].times, ways[OURS].times, rounds);
	row("process start, libc: no preload", "us", pair.libc, pair.ours, pair.difference, "us", "-");
	for (size_t i = 0; i < n; i++)
		printf("point\tprocess start\t%s\t/bin/true\tus\t%.4g\n", ways[i].name, median(ways[i].times, rounds));
	for (size_t i = 0; i < n; i++)
		free(ways[i].times);
	return 0;
}
