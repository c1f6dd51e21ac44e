/* SPDX-License-Identifier: MIT */
/*
 * An NSS module, for local.sh: it knows the names that begin with "module-", whatever
 * bytes follow, and the machine's own, each by an IPv4 address. For names that begin
 * with "nested-" it asks for server.test, while another thread does so as well and
 * waits for this one in the module. glibc finds it as libnss_test.so.2.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <nss.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum nss_status _nss_test_gethostbyname2_r(const char *name, int family, struct hostent *host,
					   char *buffer, size_t size, int *error, int *h_error);
enum nss_status _nss_test_gethostbyname_r(const char *name, struct hostent *host, char *buffer, size_t size,
					  int *error, int *h_error);

/* Held while the module asks. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static _Thread_local bool asks;
static atomic_bool others_wait;

static void *ask_for_server(void *unused)
{
	const struct addrinfo hints = { .ai_family = AF_INET };
	struct addrinfo *list;

	if (getaddrinfo("server.test", NULL, &hints, &list) == 0)
		freeaddrinfo(list);
	return unused;
}

static void ask_within(void)
{
	pthread_t other;

	asks = true;
	pthread_mutex_lock(&lock);
	if (pthread_create(&other, NULL, ask_for_server, NULL) == 0) {
		for (int ms = 0; ms < 5000 && !others_wait; ms++)
			usleep(1000);
		ask_for_server(NULL);
		pthread_mutex_unlock(&lock);
		pthread_join(other, NULL);
	} else {
		pthread_mutex_unlock(&lock);
	}
	asks = false;
}

static void wait_for_who_asks(void)
{
	others_wait = true;
	pthread_mutex_lock(&lock);
	pthread_mutex_unlock(&lock);
}

static const char *address_of(const char *name)
{
	char own[256] = "";

	if (strncmp(name, "module-", 7) == 0)
		return "192.0.2.31";
	gethostname(own, sizeof own - 1);
	return strcmp(name, own) == 0 ? "192.0.2.32" : NULL;
}

enum nss_status _nss_test_gethostbyname2_r(const char *name, int family, struct hostent *host,
					   char *buffer, size_t size, int *error, int *h_error)
{
	struct {
		char *addresses[2], *aliases[1];
		struct in_addr address;
		char name[];
	} *room = (void *)buffer;
	const char *address = address_of(name);

	*error = 0;
	*h_error = HOST_NOT_FOUND;
	if (family == AF_INET && strncmp(name, "nested-", 7) == 0)
		ask_within();
	if (strcmp(name, "server.test") == 0 && !asks)
		wait_for_who_asks();
	if (address == NULL || family != AF_INET)
		return NSS_STATUS_NOTFOUND;
	if (size < offsetof(__typeof__(*room), name) + strlen(name) + 1) {
		*error = ERANGE;
		*h_error = NETDB_INTERNAL;
		return NSS_STATUS_TRYAGAIN;
	}
	strcpy(room->name, name);
	inet_pton(AF_INET, address, &room->address);
	room->addresses[0] = (char *)&room->address;
	room->addresses[1] = room->aliases[0] = NULL;
	*host = (struct hostent){
		.h_name = room->name,
		.h_aliases = room->aliases,
		.h_addrtype = AF_INET,
		.h_length = sizeof room->address,
		.h_addr_list = room->addresses,
	};
	*h_error = 0;
	return NSS_STATUS_SUCCESS;
}

/* gethostbyname and gethostbyname_r ask for this one alone. */
enum nss_status _nss_test_gethostbyname_r(const char *name, struct hostent *host, char *buffer, size_t size,
					  int *error, int *h_error)
{
	return _nss_test_gethostbyname2_r(name, AF_INET, host, buffer, size, error, h_error);
}
