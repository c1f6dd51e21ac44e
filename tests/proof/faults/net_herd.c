/* SPDX-License-Identifier: MIT */
/*
 * Herds, one after another, in one process:
 *
 *   net_herd [-c] [-f inet|inet6]
 *
 * For each line of stdin, "CALLERS HOST...", that many threads ask for each of the
 * hosts, all at once. When all are back, tells how many had which answer:
 *
 *   a.test 8 x 192.0.2.10 2001:db8::10 canon=a.test
 *   b.test 8 x EAI_AGAIN errno=110
 *   1004 ms
 *
 * Of a long list just its length, its ends and a hash of all of it. -c asks for the
 * canonical name too; what is no graphic character in it is told in hex.
 */
#include <arpa/inet.h>
#include <ctype.h>
#include <err.h>
#include <errno.h>
#include <netdb.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { MOST_HOSTS = 128, LONG_LIST = 4 };

struct caller {
	pthread_t thread;
	const char *host;
	char *answer;
};

static struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
static pthread_barrier_t start;

static const char *name_of(int code)
{
	switch (code) {
	case EAI_ADDRFAMILY: return "EAI_ADDRFAMILY";
	case EAI_AGAIN: return "EAI_AGAIN";
	case EAI_FAIL: return "EAI_FAIL";
	case EAI_MEMORY: return "EAI_MEMORY";
	case EAI_NODATA: return "EAI_NODATA";
	case EAI_NONAME: return "EAI_NONAME";
	case EAI_SYSTEM: return "EAI_SYSTEM";
	default: return gai_strerror(code);
	}
}

static uint32_t hash(uint32_t sum, const void *bytes, size_t length)
{
	for (const unsigned char *at = bytes; length > 0; at++, length--)
		sum = (sum ^ *at) * 16777619u;
	return sum;
}

static void print_address(FILE *out, const struct addrinfo *node)
{
	char text[NI_MAXHOST] = "?";

	getnameinfo(node->ai_addr, node->ai_addrlen, text, sizeof text, NULL, 0, NI_NUMERICHOST);
	fprintf(out, " %s", text);
}

static void print_list(FILE *out, const struct addrinfo *list)
{
	const struct addrinfo *last = list;
	unsigned length = 0;
	uint32_t sum = 2166136261u;

	for (const struct addrinfo *node = list; node != NULL; last = node, node = node->ai_next) {
		sum = hash(sum, &node->ai_flags, 4 * sizeof(int)); /* family, socktype, protocol too */
		sum = hash(sum, node->ai_addr, node->ai_addrlen);
		if (++length <= LONG_LIST)
			print_address(out, node);
	}
	if (length > LONG_LIST) {
		fputs(" ...", out);
		print_address(out, last);
		fprintf(out, " (%u, hash %08x)", length, sum);
	}
	if (list == NULL || list->ai_canonname == NULL)
		return;
	fputs(" canon=", out);
	for (const char *at = list->ai_canonname; *at != '\0'; at++)
		fprintf(out, isgraph((unsigned char)*at) ? "%c" : "\\x%02x", (unsigned char)*at);
}

/* A thread. */
static void *ask(void *argument)
{
	struct caller *caller = argument;
	struct addrinfo *list = NULL;
	size_t size;
	FILE *out;

	pthread_barrier_wait(&start);
	errno = 0;
	int code = getaddrinfo(caller->host, NULL, &hints, &list);
	int error = errno;

	if ((out = open_memstream(&caller->answer, &size)) == NULL)
		err(1, "open_memstream");
	if (code != 0) {
		fprintf(out, " %s errno=%d", name_of(code), error);
	} else {
		print_list(out, list);
		freeaddrinfo(list);
	}
	fclose(out);
	return NULL;
}

static int compare(const void *a, const void *b)
{
	return strcmp(((const struct caller *)a)->answer, ((const struct caller *)b)->answer);
}

/* What the callers of one host had, the same answers together. */
static void report(struct caller *callers, size_t count)
{
	size_t same;

	qsort(callers, count, sizeof *callers, compare);
	for (size_t i = 0; i < count; i += same) {
		for (same = 1; i + same < count && compare(&callers[i], &callers[i + same]) == 0;)
			same++;
		printf("%s %zu x%s\n", callers[i].host, same, callers[i].answer);
	}
}

static void herd(char **hosts, size_t count, size_t callers_each)
{
	struct caller *callers = calloc(count * callers_each, sizeof *callers);
	struct timespec begun, end;
	pthread_attr_t attributes;

	if (callers == NULL)
		err(1, "calloc");
	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, 512 * 1024);
	pthread_barrier_init(&start, NULL, (unsigned)(count * callers_each) + 1);
	for (size_t i = 0; i < count * callers_each; i++) {
		callers[i].host = hosts[i / callers_each];
		errno = pthread_create(&callers[i].thread, &attributes, ask, &callers[i]);
		if (errno != 0)
			err(1, "pthread_create");
	}
	clock_gettime(CLOCK_MONOTONIC, &begun);
	pthread_barrier_wait(&start);
	for (size_t i = 0; i < count * callers_each; i++)
		pthread_join(callers[i].thread, NULL);
	clock_gettime(CLOCK_MONOTONIC, &end);
	pthread_barrier_destroy(&start);
	pthread_attr_destroy(&attributes);

	for (size_t i = 0; i < count; i++)
		report(&callers[i * callers_each], callers_each);
	printf("%ld ms\n", (end.tv_sec - begun.tv_sec) * 1000 + (end.tv_nsec - begun.tv_nsec) / 1000000);
	fflush(stdout);
	for (size_t i = 0; i < count * callers_each; i++)
		free(callers[i].answer);
	free(callers);
}

int main(int argc, char **argv)
{
	char *line = NULL;
	size_t size = 0;
	int option;

	while ((option = getopt(argc, argv, "cf:")) != -1)
		switch (option) {
		case 'c': hints.ai_flags = AI_CANONNAME; break;
		case 'f': hints.ai_family = strcmp(optarg, "inet") == 0 ? AF_INET : AF_INET6; break;
		default: return 2;
		}
	while (getline(&line, &size, stdin) > 0) {
		char *hosts[MOST_HOSTS], *rest, *word = strtok_r(line, " \n", &rest);
		size_t count = 0, callers = word != NULL ? strtoul(word, NULL, 10) : 0;

		while ((word = strtok_r(NULL, " \n", &rest)) != NULL && count < MOST_HOSTS)
			hosts[count++] = word;
		if (word != NULL || count == 0 || callers == 0)
			errx(2, "a line is CALLERS HOST..., at most %d hosts", MOST_HOSTS);
		herd(hosts, count, callers);
	}
	free(line);
	return 0;
}
