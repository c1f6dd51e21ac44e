/* SPDX-License-Identifier: MIT */
/*
 * What the object adds to a command: it is run with OTHER preloaded (empty: with
 * nothing) and with OBJECT.
 *
 *   command ROUNDS PROCESSES NAME OBJECT OTHER COMMAND [ARG...]
 *
 * PROCESSES 0: side by side, so that both meet the same noise; the figure is the ratio,
 * of the time that passes and of the time that the processors are at work for it and
 * what it starts. Else in turn; COMMAND starts that many, itself included, one after
 * another, and the figure is the difference for each. The output goes nowhere.
 */
#include "bench.h"

#include <err.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

struct cost {
	double wall, cpu; /* seconds */
};

static double seconds(struct timeval time)
{
	return (double)time.tv_sec + (double)time.tv_usec / 1e6;
}

static pid_t start(const char *preload, char **command)
{
	pid_t pid = fork();

	if (pid < 0)
		err(1, "fork");
	if (pid == 0) {
		int null = open("/dev/null", O_WRONLY);

		if (null < 0 || dup2(null, STDOUT_FILENO) < 0
		    || (*preload != '\0' ? setenv("LD_PRELOAD", preload, 1) : unsetenv("LD_PRELOAD")) != 0)
			err(126, "before %s", *command);
		execvp(*command, command);
		err(127, "%s", *command);
	}
	return pid;
}

/* The next child that ends, and what it cost. One that fails ends it all. */
static pid_t await(double began, struct cost *cost)
{
	struct rusage usage;
	int status;
	pid_t pid = wait4(-1, &status, 0, &usage);

	if (pid < 0 || status != 0) {
		while (wait(NULL) > 0) /* the other one writes where the caller cleans up */
			;
		errx(1, "the command failed, status %#x", (unsigned)status);
	}
	cost->wall = (now_ns() - began) / 1e9;
	cost->cpu = seconds(usage.ru_utime) + seconds(usage.ru_stime);
	return pid;
}

/* Both ways; FIRST, 0 or 1, is the one to start with. */
static void run_pair(char *const preload[2], char **command, bool together, size_t first, struct cost costs[2])
{
	struct cost cost;
	pid_t pids[2];

	for (size_t i = 0; i < 2; i++) {
		size_t way = (first + i) % 2;
		double began = now_ns();

		pids[way] = start(preload[way], command);
		if (!together)
			await(began, &costs[way]);
	}
	if (together) {
		double began = now_ns();

		for (int i = 0; i < 2; i++) {
			pid_t pid = await(began, &cost);
			costs[pid == pids[1]] = cost;
		}
	}
}

int main(int argc, char **argv)
{
	size_t rounds = argc > 6 ? strtoul(argv[1], NULL, 10) : 0;
	double processes = argc > 6 ? strtod(argv[2], NULL) : 0;
	double *wall[2], *cpu[2], scale = processes > 0 ? 1e6 / processes : 1;
	char name[2][128];

	if (rounds == 0)
		errx(2, "usage: command ROUNDS PROCESSES NAME OBJECT OTHER COMMAND [ARG...]");
	for (int ours = 0; ours < 2; ours++) {
		wall[ours] = malloc(rounds * sizeof **wall);
		cpu[ours] = malloc(rounds * sizeof **cpu);
		if (wall[ours] == NULL || cpu[ours] == NULL)
			abort();
	}
	for (size_t i = 0; i < rounds; i++) {
		struct cost costs[2];

		run_pair((char *[]){ argv[5], argv[4] }, argv + 6, processes == 0, i % 2, costs);
		for (int ours = 0; ours < 2; ours++) {
			wall[ours][i] = costs[ours].wall * scale;
			cpu[ours][i] = costs[ours].cpu * scale;
		}
	}
	for (int ours = 0; ours < 2; ours++)
		snprintf(name[ours], sizeof *name, "%s, %s", argv[3], ours ? "CPU" : "wall");
	for (int i = 0; i < 2; i++) {
		struct pair pair = i == 0 ? pair_of(wall[0], wall[1], rounds) : pair_of(cpu[0], cpu[1], rounds);

		if (processes > 0)
			row(name[i], "us", pair.libc, pair.ours, pair.difference, "us", "60");
		else
			row(name[i], "s", pair.libc, pair.ours, pair.ratio, "-", "1.03");
	}
	for (int ours = 0; ours < 2; ours++) {
		free(wall[ours]);
		free(cpu[ours]);
	}
	return 0;
}
