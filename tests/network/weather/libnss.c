/* SPDX-License-Identifier: MIT */
/*
 * NSS modules that do what modules of the field do. A copy of this object is the module
 * libnss_NAME.so.2 for each NAME below:
 *
 *   late    takes 0.5 s, then does not know the host
 *   once    takes 0.5 s the first time and does not know the host; knows it at once later
 *   found   knows every host: 192.0.2.7
 *   helper  asks the same question on a thread; meanwhile it knows no host, whichever
 *           thread asks
 *   marked  asks the same question on a thread; it knows no host for that very thread
 *   locked  takes the lock of its program (weather_lock), then knows the host
 *
 * The layout of an answer is that of glibc's <nss.h>, struct gaih_addrtuple.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <nss.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

/* Declares the function of a module that libc calls, and begins its definition. */
#define MODULE(name) \
	lookup_fn _nss_##name##_gethostbyname4_r; \
	enum nss_status _nss_##name##_gethostbyname4_r( \
		const char *host, struct gaih_addrtuple **list, char *buffer, size_t size, \
		int *error, int *h_error, int32_t *ttl)

typedef enum nss_status lookup_fn(const char *, struct gaih_addrtuple **, char *, size_t,
				  int *, int *, int32_t *);

/* A program may hold it while it looks a host up. */
pthread_mutex_t weather_lock = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;

static enum nss_status unknown(int *error, int *h_error)
{
	*error = ENOENT;
	*h_error = HOST_NOT_FOUND;
	return NSS_STATUS_NOTFOUND;
}

/* The answer lies in the caller's buffer, which libc has made large enough. */
static enum nss_status known(const char *host, struct gaih_addrtuple **list, char *buffer,
			     size_t size, int *error, int *h_error)
{
	size_t padding = -(uintptr_t)buffer % _Alignof(struct gaih_addrtuple);
	struct gaih_addrtuple *tuple = (void *)(buffer + padding);

	if (size < padding + sizeof *tuple + strlen(host) + 1) {
		*error = ERANGE;
		*h_error = NETDB_INTERNAL;
		return NSS_STATUS_TRYAGAIN;
	}
	*tuple = (struct gaih_addrtuple){ .family = AF_INET, .addr = { inet_addr("192.0.2.7") } };
	tuple->name = strcpy((char *)(tuple + 1), host);
	if (*list == NULL)
		*list = tuple;
	else
		**list = *tuple;
	return NSS_STATUS_SUCCESS;
}

static void half_a_second(void)
{
	nanosleep(&(struct timespec){ .tv_nsec = 500000000 }, NULL);
}

MODULE(late)
{
	(void)host, (void)list, (void)buffer, (void)size, (void)ttl;
	half_a_second();
	return unknown(error, h_error);
}

MODULE(once)
{
	static atomic_bool asked;

	(void)ttl;
	if (atomic_exchange(&asked, true))
		return known(host, list, buffer, size, error, h_error);
	half_a_second();
	return unknown(error, h_error);
}

MODULE(found)
{
	(void)ttl;
	return known(host, list, buffer, size, error, h_error);
}

static bool resolves(const char *host)
{
	static const struct addrinfo stream = { .ai_socktype = SOCK_STREAM };
	struct addrinfo *answer;

	if (getaddrinfo(host, "80", &stream, &answer) != 0)
		return false;
	freeaddrinfo(answer);
	return true;
}

static atomic_int helpers;
static _Thread_local bool marked;

static void *help(void *host)
{
	return resolves(host) ? host : NULL;
}

static void *help_marked(void *host)
{
	marked = true;
	return help(host);
}

/* True if the thread that runs HELPER has found the host. */
static bool helped(void *(*helper)(void *), const char *host)
{
	pthread_t thread;
	void *found = NULL;

	if (pthread_create(&thread, NULL, helper, (void *)host) == 0)
		pthread_join(thread, &found);
	return found != NULL;
}

MODULE(helper)
{
	bool found;

	(void)ttl;
	if (atomic_load(&helpers) > 0)
		return unknown(error, h_error);
	atomic_fetch_add(&helpers, 1);
	found = helped(help, host);
	atomic_fetch_sub(&helpers, 1);
	return found ? known(host, list, buffer, size, error, h_error) : unknown(error, h_error);
}

MODULE(marked)
{
	(void)ttl;
	if (marked || !helped(help_marked, host))
		return unknown(error, h_error);
	return known(host, list, buffer, size, error, h_error);
}

MODULE(locked)
{
	(void)ttl;
	pthread_mutex_lock(&weather_lock);
	pthread_mutex_unlock(&weather_lock);
	return known(host, list, buffer, size, error, h_error);
}
