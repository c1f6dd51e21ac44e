/* SPDX-License-Identifier: MIT */
/*
 * Asks getaddrinfo for each host, hints NULL, and writes "HOST ADDRESS" with the
 * first address, or "HOST" and what gai_strerror says, a line each:
 *
 *   lookups [-g] [-s] [-o FILE] HOST...
 *
 * Asked are they in the main thread, in threads at the same time, and in a forked
 * child; who hears otherwise than the main thread adds a line, as does each of the
 * three standard streams that was closed before and is open afterwards. -s hints at
 * SOCK_STREAM. With -g the main thread alone asks, by gethostbyname. FILE is opened when
 * all is done. The exit status is 0 if every host has an address.
 */
#include <arpa/inet.h>
#include <err.h>
#include <fcntl.h>
#include <netdb.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { HOSTS = 8, THREADS = 4, TEXT = 128 };

struct answers {
	bool failed;
	char text[HOSTS][TEXT];
};

static char **hosts;
static const struct addrinfo stream = {.ai_socktype = SOCK_STREAM}, *hints;

static void *ask_all(void *argument)
{
	struct answers *answers = argument;

	for (int i = 0; hosts[i] != NULL; i++) {
		struct addrinfo *list;
		int code = getaddrinfo(hosts[i], "80", hints, &list);

		if (code == 0) {
			getnameinfo(list->ai_addr, list->ai_addrlen, answers->text[i], TEXT, NULL, 0, NI_NUMERICHOST);
			freeaddrinfo(list);
		} else {
			strncpy(answers->text[i], gai_strerror(code), TEXT - 1);
			answers->failed = true;
		}
	}
	return NULL;
}

static void ask_by_name(struct answers *answers)
{
	for (int i = 0; hosts[i] != NULL; i++) {
		const struct hostent *host = gethostbyname(hosts[i]);

		if (host != NULL) {
			inet_ntop(host->h_addrtype, host->h_addr_list[0], answers->text[i], TEXT);
		} else {
			strncpy(answers->text[i], hstrerror(h_errno), TEXT - 1);
			answers->failed = true;
		}
	}
}

static void compare(FILE *out, const char *who, const struct answers *own, const struct answers *main_thread)
{
	for (int i = 0; hosts[i] != NULL; i++)
		if (strcmp(own->text[i], main_thread->text[i]) != 0)
			fprintf(out, "%s: %s %s\n", who, hosts[i], own->text[i]);
}

static void ask_in_child(struct answers *answers)
{
	int ends[2], status;
	pid_t child;

	if (pipe(ends) != 0 || (child = fork()) < 0)
		err(2, "fork");
	if (child == 0) {
		ask_all(answers);
		_exit(write(ends[1], answers, sizeof *answers) != (ssize_t)sizeof *answers);
	}
	if (waitpid(child, &status, 0) != child || status != 0
	    || read(ends[0], answers, sizeof *answers) != (ssize_t)sizeof *answers)
		snprintf(answers->text[0], TEXT, "status %#x", (unsigned)status);
	close(ends[0]);
	close(ends[1]);
}

/* Bit N: N is open. */
static int standard_streams(void)
{
	int open = 0;

	for (int fd = 0; fd <= 2; fd++)
		open |= (fcntl(fd, F_GETFD) >= 0) << fd;
	return open;
}

int main(int argc, char **argv)
{
	static struct answers main_thread, threads[THREADS], child; /* zero: read where nothing was written */
	pthread_t ids[THREADS];
	const char *file = "/dev/stdout";
	int option, before, after, count = THREADS;

	while ((option = getopt(argc, argv, "gso:")) != -1)
		switch (option) {
		case 'g': count = 0; break;
		case 's': hints = &stream; break;
		case 'o': file = optarg; break;
		default: return 2;
		}
	hosts = argv + optind;
	if (argc - optind < 1 || argc - optind > HOSTS)
		errx(2, "usage: lookups [-g] [-s] [-o FILE] HOST...");

	before = standard_streams();
	if (count > 0)
		ask_all(&main_thread);
	else
		ask_by_name(&main_thread);
	for (int i = 0; i < count; i++)
		if (pthread_create(&ids[i], NULL, ask_all, &threads[i]) != 0)
			err(2, "pthread_create");
	for (int i = 0; i < count; i++)
		pthread_join(ids[i], NULL);
	if (count > 0)
		ask_in_child(&child);
	after = standard_streams();

	FILE *out = fopen(file, "w");
	if (out == NULL)
		err(2, "%s", file);
	for (int i = 0; hosts[i] != NULL; i++)
		fprintf(out, "%s %s\n", hosts[i], main_thread.text[i]);
	for (int i = 0; i < count; i++)
		compare(out, "thread", &threads[i], &main_thread);
	if (count > 0)
		compare(out, "child", &child, &main_thread);
	if (after != before)
		fprintf(out, "standard streams: %#x before, %#x afterwards\n", (unsigned)before, (unsigned)after);
	if (fclose(out) != 0)
		err(2, "%s", file);
	return main_thread.failed;
}
