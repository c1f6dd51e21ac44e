/* SPDX-License-Identifier: MIT */
/*
 * The same question to several implementations, each in a process of its own, in turn:
 *
 *   compete ROUNDS CHART HOST CONTENDER PRELOAD PROGRAM [CONTENDER PRELOAD PROGRAM]...
 *
 * HOST "-" stands for all of cases.h, numbered. An empty PRELOAD is none, and PROGRAM,
 * others/contender.c, may have an argument after a blank. Prints the points of CHART.
 */
#include "bench.h"

#include "cases.h"
#include "order.h"

#include <err.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MAX = 8 };

static struct contender {
	const char *name;
	int to, from;
	bool answers;
	unsigned calls;
} contenders[MAX];

static void start(struct contender *c, const char *name, const char *preload, char *program)
{
	char *argument = strchr(program, ' ');
	int to[2], from[2];

	if (argument != NULL)
		*argument++ = '\0';
	if (pipe2(to, O_CLOEXEC) != 0 || pipe2(from, O_CLOEXEC) != 0)
		err(1, "pipe");
	switch (fork()) {
	case -1:
		err(1, "fork");
	case 0:
		if (*preload != '\0')
			setenv("LD_PRELOAD", preload, 1);
		dup2(to[0], STDIN_FILENO);
		dup2(from[1], STDOUT_FILENO);
		execl(program, program, argument, NULL);
		err(127, "%s", program);
	}
	close(to[0]);
	close(from[1]);
	*c = (struct contender){ .name = name, .to = to[1], .from = from[0] };
}

/* Nanoseconds a call; negative: no answer. */
static double tell(const struct contender *c, struct order order)
{
	double spent;

	if (write(c->to, &order, sizeof order) != sizeof order
	    || read(c->from, &spent, sizeof spent) != sizeof spent)
		errx(1, "%s has ended", c->name);
	return spent;
}

/* A first batch tells how many calls take some 50 us. */
static void prepare(struct contender *c, struct order order)
{
	c->calls = 1;
	c->answers = tell(c, order) >= 0;
	for (int i = 0; i < 3 && c->answers; i++) {
		order.calls = c->calls;
		c->calls = 1 + (unsigned)(50e3 / (tell(c, order) + 1));
	}
}

static void compete(size_t n, struct order order, size_t rounds, const char *chart, const char *what)
{
	double *times[MAX];

	for (size_t j = 0; j < n; j++) {
		times[j] = malloc(rounds * sizeof *times[j]);
		if (times[j] == NULL)
			abort();
		prepare(&contenders[j], order);
	}
	for (size_t i = 0; i < rounds; i++)
		for (size_t k = 0; k < n; k++) {
			size_t j = (i + k) % n;

			order.calls = contenders[j].calls;
			if (contenders[j].answers)
				times[j][i] = tell(&contenders[j], order);
		}
	for (size_t j = 0; j < n; j++) {
		if (contenders[j].answers)
			printf("point\t%s\t%s\t%s\tns\t%.4g\n", chart, contenders[j].name, what,
			       median(times[j], rounds));
		free(times[j]);
	}
	fflush(stdout);
}

int main(int argc, char **argv)
{
	size_t rounds = argc > 6 ? strtoul(argv[1], NULL, 10) : 0, n = ((size_t)argc - 4) / 3;

	if (rounds == 0 || argc % 3 != 1 || n > MAX) {
		fprintf(stderr, "usage: compete ROUNDS CHART HOST CONTENDER PRELOAD PROGRAM [...]\n");
		return 2;
	}
	signal(SIGPIPE, SIG_IGN);
	for (size_t j = 0; j < n; j++)
		start(&contenders[j], argv[4 + 3 * j], argv[5 + 3 * j], argv[6 + 3 * j]);
	if (strcmp(argv[3], "-") != 0) {
		struct order order = { .which = 0 };

		snprintf(order.host, sizeof order.host, "%s", argv[3]);
		compete(n, order, rounds, argv[2], argv[3]);
	} else {
		for (unsigned i = 0; i < CASES; i++)
			compete(n, (struct order){ .which = i }, rounds, argv[2], cases[i].name);
	}
	for (size_t j = 0; j < n; j++)
		close(contenders[j].to);
	while (wait(NULL) > 0)
		;
	return 0;
}
