/* SPDX-License-Identifier: MIT */
/*
 * A file is replaced in the middle of a herd:
 *
 *   net_replace HOST OLD NEW FROM TO
 *
 * Eight threads ask for HOST again and again. Soon FROM is renamed
 * to TO, from which on libc's answer is NEW in place of OLD. Prints
 *
 *   old=N new=N late=N other=N
 *
 * how often OLD came, and NEW; late is how many had OLD of those who had begun when
 * all lookups from before the renaming were back, other what is neither.
 */
#include "times.h"

#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <netdb.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { THREADS = 8, LOOKUPS = 20000, BEFORE_US = 400000, AFTER_US = 600000 };

enum answer { OLD, NEW, OTHER };

struct lookup {
	double begun, ended;
	enum answer answer;
};

struct asker {
	pthread_t thread;
	size_t count;
	struct lookup lookups[LOOKUPS];
};

static char **arguments;
static atomic_bool done;

static enum answer ask(void)
{
	const struct addrinfo hints = {.ai_family = AF_INET, .ai_socktype = SOCK_STREAM};
	enum answer answer = OTHER;
	char text[INET_ADDRSTRLEN];
	struct addrinfo *list;

	if (getaddrinfo(arguments[1], NULL, &hints, &list) != 0)
		return OTHER;
	const struct sockaddr_in *in = (const void *)list->ai_addr;
	inet_ntop(AF_INET, &in->sin_addr, text, sizeof text);
	if (list->ai_next == NULL)
		answer = strcmp(text, arguments[2]) == 0 ? OLD
			: strcmp(text, arguments[3]) == 0 ? NEW : OTHER;
	freeaddrinfo(list);
	return answer;
}

/* A thread. */
static void *keep_asking(void *argument)
{
	struct asker *asker = argument;

	while (!done && asker->count < LOOKUPS) {
		struct lookup *lookup = &asker->lookups[asker->count++];
		lookup->begun = now();
		lookup->answer = ask();
		lookup->ended = now();
	}
	return NULL;
}

int main(int argc, char **argv)
{
	static struct asker askers[THREADS];
	size_t had[OTHER + 1] = {0}, late = 0;

	if (argc != 6)
		errx(2, "usage: net_replace HOST OLD NEW FROM TO");
	arguments = argv;
	for (int i = 0; i < THREADS; i++)
		if ((errno = pthread_create(&askers[i].thread, NULL, keep_asking, &askers[i])) != 0)
			err(1, "pthread_create");
	usleep(BEFORE_US);
	if (rename(argv[4], argv[5]) != 0)
		err(1, "%s", argv[5]);
	double renamed = now(), returned = renamed;
	usleep(AFTER_US);
	done = true;
	for (int i = 0; i < THREADS; i++)
		pthread_join(askers[i].thread, NULL);

	for (int i = 0; i < THREADS; i++)
		for (size_t j = 0; j < askers[i].count; j++)
			if (askers[i].lookups[j].begun <= renamed && askers[i].lookups[j].ended > returned)
				returned = askers[i].lookups[j].ended;
	for (int i = 0; i < THREADS; i++)
		for (size_t j = 0; j < askers[i].count; j++) {
			const struct lookup *lookup = &askers[i].lookups[j];
			had[lookup->answer]++;
			late += lookup->answer == OLD && lookup->begun > returned;
		}
	printf("old=%zu new=%zu late=%zu other=%zu\n", had[OLD], had[NEW], late, had[OTHER]);
	return 0;
}
