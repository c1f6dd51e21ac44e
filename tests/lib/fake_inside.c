/* SPDX-License-Identifier: MIT */
#include "fake_inside.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

/* Readable while the gate is open; waited for with poll(), as libc's resolver
 * waits for its sockets. */
static int gate = -1;
static void (*_Atomic hook)(const char *host);
static void (*_Atomic in_child)(void);

static atomic_int total, running, running_max;

/* Calls by host, open addressing. Who finds no slot nearby is counted in
 * crowd, so that the memory touched stays the same for any number of hosts. */
enum { SLOTS = 1024, NEARBY = 32 };
static struct slot {
	_Atomic uint64_t host;
	atomic_int calls;
} slots[SLOTS];
static atomic_int crowd;

/* Hosts that are known by their addresses, and never forgotten. */
static char *_Atomic remembered[SLOTS];

static atomic_int *calls_of(const char *host)
{
	uint64_t hash = fake_hash(host) | 1;

	for (size_t i = 0; i < NEARBY; i++) {
		struct slot *at = &slots[(hash / 2 + i) % SLOTS];
		uint64_t seen = 0;

		if (atomic_compare_exchange_strong(&at->host, &seen, hash) || seen == hash)
			return &at->calls;
	}
	return &crowd;
}

int fake_calls(const char *host)
{
	return *calls_of(host);
}

int fake_total(void)
{
	return total;
}

int fake_running(void)
{
	return running;
}

int fake_running_max(void)
{
	return running_max;
}

void fake_open_gate(void)
{
	eventfd_write(gate, 1);
}

void fake_hook(void (*function)(const char *))
{
	hook = function;
}

void fake_in_child(void (*function)(void))
{
	in_child = function;
}

void fake_reset(void)
{
	eventfd_t count;

	eventfd_read(gate, &count);
	hook = NULL;
	in_child = NULL;
	total = running = running_max = crowd = 0;
	for (size_t i = 0; i < SLOTS; i++)
		slots[i].calls = 0;
}

void fake_remember(const char *host)
{
	for (size_t i = 0; i < SLOTS; i++) {
		char *seen = remembered[i];

		if (seen == NULL) {
			char *copy = strdup(host);

			if (copy == NULL)
				abort();
			if (atomic_compare_exchange_strong(&remembered[i], &seen, copy))
				return;
			free(copy);
		}
		if (strcasecmp(seen, host) == 0)
			return;
	}
	abort();
}

/* The child's own gate, open: there may be nobody left to open it. */
static void begin_child(void)
{
	void (*function)(void) = in_child;

	gate = eventfd(1, EFD_CLOEXEC | EFD_NONBLOCK);
	if (function != NULL)
		function();
}

__attribute__((constructor)) static void begin(void)
{
	gate = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	pthread_atfork(NULL, NULL, begin_child);
}

bool fake_is_served(const char *host)
{
	size_t len = strlen(host);

	return len > 5 && strcasecmp(host + len - 5, ".fake") == 0;
}

const char *fake_host_of(const void *address, int family)
{
	unsigned char bytes[16] = { 0 };

	if (family != AF_INET && family != AF_INET6)
		return NULL;
	for (size_t i = 0; i < SLOTS && remembered[i] != NULL; i++)
		if (memcmp(address, bytes, fake_address(remembered[i], family, bytes)) == 0)
			return remembered[i];
	return NULL;
}

/* Waits for the gate, or for MS milliseconds if that is not negative. */
static void stay(int ms)
{
	struct pollfd fd = { .fd = ms < 0 ? gate : -1, .events = POLLIN };
	const char *sanitizer = getenv("TEST_SANITIZER"); /* see tests/lib/unit.h */
	int state;

	/* ThreadSanitizer does not see the locks of a thread that is cancelled
	 * in a function it intercepts, like poll: there, between two looks. */
	if (ms < 0 && sanitizer != NULL && strcmp(sanitizer, "thread") == 0) {
		do {
			pthread_testcancel();
			pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state);
			ms = poll(&fd, 1, 5);
			pthread_setcancelstate(state, NULL);
		} while (ms <= 0);
		return;
	}
	while (poll(&fd, 1, ms) < 0 && errno == EINTR)
		;
}

static void enter(void)
{
	int now = atomic_fetch_add(&running, 1) + 1;
	int max = running_max;

	atomic_fetch_add(&total, 1);
	while (max < now && !atomic_compare_exchange_weak(&running_max, &max, now))
		;
}

static int obey(const char *host)
{
	int before = atomic_fetch_add(calls_of(host), 1), once = fake_label(host, "once");
	void (*function)(const char *) = hook;

	if (once >= 0 && before >= (once > 0 ? once : 1))
		return 0;
	if (fake_label(host, "hook") == 0 && function != NULL)
		function(host);
	if (fake_label(host, "gate") == 0)
		stay(-1);
	if (fake_label(host, "ms") > 0)
		stay(fake_label(host, "ms"));
	if (fake_label(host, "errno") > 0)
		errno = fake_label(host, "errno");
	return fake_label(host, "eai") > 0 ? -fake_label(host, "eai") : 0;
}

int fake_look_up(const char *host)
{
	int code;

	enter();
	code = obey(host);
	atomic_fetch_sub(&running, 1);
	return code;
}
