/* SPDX-License-Identifier: MIT */
/*
 * The page faults of a start of /bin/true with each preload, the fewest of many starts: a
 * line each.
 *
 *   faults PRELOAD...
 */
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>

enum { STARTS = 50 };

static long start_with(const char *preload)
{
	static char variable[4096];
	char program[] = "/bin/true";
	char *arguments[] = { program, NULL };
	char *environment[] = { variable, NULL };
	struct rusage usage;
	pid_t pid;
	int status;

	snprintf(variable, sizeof variable, "LD_PRELOAD=%s", preload);
	if (posix_spawn(&pid, program, NULL, NULL, arguments, environment) != 0
	    || wait4(pid, &status, 0, &usage) != pid || status != 0) {
		fprintf(stderr, "faults: /bin/true did not run\n");
		exit(1);
	}
	return usage.ru_minflt;
}

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		long fewest = start_with(argv[i]);

		for (int n = 1; n < STARTS; n++) {
			long count = start_with(argv[i]);

			if (count < fewest)
				fewest = count;
		}
		printf("%ld\n", fewest);
	}
	return 0;
}
