/* SPDX-License-Identifier: MIT */
/*
 * Asks getaddrinfo one question and prints the answer, one node a line, so that
 * two answers can be compared as text:
 *
 *   ask [-N] [-f FAMILY] [-t TYPE] [-a FLAG[,FLAG...]] [-n CALLERS] [-v] HOST [SERVICE]
 *   ask -c CALL [-e] [-f FAMILY] [-a FLAG[,FLAG...]] [-n CALLERS] [-v] HOST
 *
 * -N asks without hints. -c asks another call of host_calls.h; with -e the thread's h_errno is
 * printed, too, and it is 77 before. -n asks from that many threads that start together, and
 * prints how many different answers they got before the first one's. -v tells on
 * stderr how long it took. The exit status is 0 if the first answer is a list.
 */
#include "host_calls.h"

#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <locale.h>
#include <netdb.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

struct word {
	const char *name;
	int value;
};

static const struct word families[] = {
	{"unspec", AF_UNSPEC}, {"inet", AF_INET}, {"inet6", AF_INET6}, {NULL, 0}};
static const struct word types[] = {
	{"any", 0}, {"stream", SOCK_STREAM}, {"dgram", SOCK_DGRAM}, {"raw", SOCK_RAW}, {NULL, 0}};
static const struct word flags[] = {
	{"addrconfig", AI_ADDRCONFIG}, {"v4mapped", AI_V4MAPPED}, {"all", AI_ALL},
	{"canonname", AI_CANONNAME}, {"numerichost", AI_NUMERICHOST},
	{"idn", AI_IDN}, {"canonidn", AI_CANONIDN}, {NULL, 0}};
static const struct word name_flags[] = {
	{"namereqd", NI_NAMEREQD}, {"numerichost", NI_NUMERICHOST}, {"nofqdn", NI_NOFQDN},
	{"dgram", NI_DGRAM}, {"idn", NI_IDN}, {NULL, 0}};
static const struct word host_codes[] = {
	{"0", 0}, {"HOST_NOT_FOUND", HOST_NOT_FOUND}, {"TRY_AGAIN", TRY_AGAIN},
	{"NO_RECOVERY", NO_RECOVERY}, {"NO_DATA", NO_DATA}, {"NETDB_INTERNAL", NETDB_INTERNAL}, {NULL, 0}};
static const struct word codes[] = {
	{"0", 0}, {"EAI_AGAIN", EAI_AGAIN}, {"EAI_ADDRFAMILY", EAI_ADDRFAMILY},
	{"EAI_BADFLAGS", EAI_BADFLAGS}, {"EAI_FAIL", EAI_FAIL}, {"EAI_FAMILY", EAI_FAMILY},
	{"EAI_MEMORY", EAI_MEMORY}, {"EAI_NODATA", EAI_NODATA}, {"EAI_NONAME", EAI_NONAME},
	{"EAI_SERVICE", EAI_SERVICE}, {"EAI_SOCKTYPE", EAI_SOCKTYPE},
	{"EAI_SYSTEM", EAI_SYSTEM}, {"EAI_IDN_ENCODE", EAI_IDN_ENCODE}, {NULL, 0}};

static const char *host, *service, *call;
static int ni_flags, tells_h_errno;
static struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
static const struct addrinfo *asked = &hints;
static pthread_barrier_t start;

static int value_of(const struct word *words, const char *name)
{
	for (; words->name != NULL; words++)
		if (strcmp(words->name, name) == 0)
			return words->value;
	errx(2, "%s: unknown", name);
}

static const char *name_of(const struct word *words, int value)
{
	for (; words->name != NULL; words++)
		if (words->value == value)
			return words->name;
	return "?";
}

static void print_node(FILE *out, const struct addrinfo *ai)
{
	char text[INET6_ADDRSTRLEN] = "?";
	in_port_t port = 0;
	uint32_t scope = 0;

	if (ai->ai_family == AF_INET) {
		const struct sockaddr_in *in = (const void *)ai->ai_addr;
		inet_ntop(AF_INET, &in->sin_addr, text, sizeof text);
		port = in->sin_port;
	} else if (ai->ai_family == AF_INET6) {
		const struct sockaddr_in6 *in6 = (const void *)ai->ai_addr;
		inet_ntop(AF_INET6, &in6->sin6_addr, text, sizeof text);
		port = in6->sin6_port;
		scope = in6->sin6_scope_id;
	}
	fprintf(out, "%s %s %d flags=%#x len=%u %s port=%d scope=%u",
		name_of(families, ai->ai_family), name_of(types, ai->ai_socktype),
		ai->ai_protocol, (unsigned)ai->ai_flags, (unsigned)ai->ai_addrlen, text,
		ntohs(port), scope);
	fprintf(out, ai->ai_canonname != NULL ? " canon=%s\n" : "\n", ai->ai_canonname);
}

static void print_hostent(FILE *out, const struct hostent *answer)
{
	char text[INET6_ADDRSTRLEN];

	fprintf(out, "%s %s", name_of(families, answer->h_addrtype), answer->h_name);
	for (char **alias = answer->h_aliases; *alias != NULL; alias++)
		fprintf(out, " alias=%s", *alias);
	for (char **at = answer->h_addr_list; *at != NULL; at++)
		fprintf(out, "\n%s", inet_ntop(answer->h_addrtype, *at, text, sizeof text));
	fputc('\n', out);
}

static void ask_call(FILE *out)
{
	struct host_reply reply;
	int h_error;

	if (tells_h_errno)
		h_errno = 77;
	host_call(call, host, hints.ai_family, ni_flags, &reply);
	h_error = h_errno;
	fprintf(out, "code=%s\n", name_of(strcmp(call, "getnameinfo") == 0 ? codes : host_codes, reply.code));
	if (reply.host != NULL)
		print_hostent(out, reply.host);
	else if (reply.code == 0)
		fprintf(out, "%s\n", reply.name);
	if (tells_h_errno)
		fprintf(out, "h_errno=%d\n", h_error);
}

static void ask_addrinfo(FILE *out)
{
	struct addrinfo *list = NULL;
	int code = getaddrinfo(host, service, asked, &list);
	int error = errno;

	fprintf(out, "code=%s", name_of(codes, code));
	if (code == EAI_SYSTEM)
		fprintf(out, " errno=%d", error);
	fputc('\n', out);
	for (const struct addrinfo *ai = list; ai != NULL; ai = ai->ai_next)
		print_node(out, ai);
	if (code == 0)
		freeaddrinfo(list);
}

/* A thread: the answer as text, which is the caller's to free. */
static void *ask(void *unused)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	(void)unused;
	pthread_barrier_wait(&start);
	if (call != NULL)
		ask_call(out);
	else
		ask_addrinfo(out);
	fclose(out);
	return text;
}

static int compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static long ms_since(const struct timespec *then)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (now.tv_sec - then->tv_sec) * 1000 + (now.tv_nsec - then->tv_nsec) / 1000000;
}

/* The number of different texts; sorts them. */
static int count_distinct(char **texts, int count)
{
	int distinct = 1;

	qsort(texts, (size_t)count, sizeof *texts, compare);
	for (int i = 1; i < count; i++)
		distinct += strcmp(texts[i - 1], texts[i]) != 0;
	return distinct;
}

int main(int argc, char **argv)
{
	int callers = 1, verbose = 0, option;

	setlocale(LC_ALL, "");
	while ((option = getopt(argc, argv, "Nec:f:t:a:n:v")) != -1)
		switch (option) {
		case 'N': asked = NULL; break;
		case 'e': tells_h_errno = 1; break;
		case 'c': call = optarg; hints.ai_family = AF_INET; break;
		case 'f': hints.ai_family = value_of(families, optarg); break;
		case 't': hints.ai_socktype = value_of(types, optarg); break;
		case 'a':
			for (char *flag = strtok(optarg, ","); flag != NULL; flag = strtok(NULL, ","))
				*(call != NULL ? &ni_flags : &hints.ai_flags) |=
					value_of(call != NULL ? name_flags : flags, flag);
			break;
		case 'n': callers = atoi(optarg); break;
		case 'v': verbose = 1; break;
		default: return 2;
		}
	if (optind >= argc || callers < 1)
		errx(2, "usage: ask [-Nev] [-c CALL] [-f FAMILY] [-t TYPE] [-a FLAG,...] [-n CALLERS] HOST [SERVICE]");
	host = argv[optind];
	service = argv[optind + 1];

	pthread_t *threads = calloc((size_t)callers, sizeof *threads);
	char **texts = calloc((size_t)callers, sizeof *texts);
	struct timespec then;

	pthread_barrier_init(&start, NULL, (unsigned)callers + 1);
	for (int i = 0; i < callers; i++)
		if ((errno = pthread_create(&threads[i], NULL, ask, NULL)) != 0)
			err(2, "pthread_create");
	clock_gettime(CLOCK_MONOTONIC, &then);
	pthread_barrier_wait(&start);
	for (int i = 0; i < callers; i++)
		pthread_join(threads[i], (void **)&texts[i]);
	if (verbose)
		fprintf(stderr, "%ld\n", ms_since(&then));

	if (callers > 1)
		printf("%d callers, %d different\n", callers, count_distinct(texts, callers));
	fputs(texts[0], stdout);

	int failed = strncmp(texts[0], "code=0\n", 7) != 0;
	for (int i = 0; i < callers; i++)
		free(texts[i]);
	free(texts);
	free(threads);
	return failed;
}
