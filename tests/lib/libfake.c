/* SPDX-License-Identifier: MIT */
/*
 * The fake resolver of fake.h. It takes no lock and has no cleanup handler, so
 * that a test may leave a lookup in any way (a jump, the end of the thread, a
 * fork) and harm nothing here.
 */
#include "fake.h"

#include <dlfcn.h>
#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

typedef int getaddrinfo_fn(const char *, const char *, const struct addrinfo *, struct addrinfo **);

/* Readable while the gate is open; waited for with poll(), as libc's resolver
 * waits for its sockets. */
static int gate = -1;
static void (*_Atomic hook)(const char *host);
static void (*_Atomic in_child)(void);
static getaddrinfo_fn *next;

static atomic_int total, running, running_max;

/* Calls by host, open addressing. Who finds no slot nearby is counted in
 * crowd, so that the memory touched stays the same for any number of hosts. */
enum { SLOTS = 1024, NEARBY = 32 };
static struct slot {
	_Atomic uint64_t host;
	atomic_int calls;
} slots[SLOTS];
static atomic_int crowd;

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

static int api_calls(const char *host)
{
	return *calls_of(host);
}

static int api_total(void)
{
	return total;
}

static int api_running(void)
{
	return running;
}

static int api_running_max(void)
{
	return running_max;
}

static void api_open_gate(void)
{
	eventfd_write(gate, 1);
}

static void api_hook(void (*function)(const char *))
{
	hook = function;
}

static void api_in_child(void (*function)(void))
{
	in_child = function;
}

static void api_reset(void)
{
	eventfd_t count;

	eventfd_read(gate, &count);
	hook = NULL;
	in_child = NULL;
	total = running = running_max = crowd = 0;
	for (size_t i = 0; i < SLOTS; i++)
		slots[i].calls = 0;
}

const struct fake fake_resolver = {
	.reset = api_reset,
	.calls = api_calls,
	.total = api_total,
	.running = api_running,
	.running_max = api_running_max,
	.open_gate = api_open_gate,
	.hook = api_hook,
	.in_child = api_in_child,
};

/* The child's own gate, open: there may be nobody left to open it. */
static void begin_child(void)
{
	void (*function)(void) = in_child;

	gate = eventfd(1, EFD_CLOEXEC | EFD_NONBLOCK);
	if (function != NULL)
		function();
}

static getaddrinfo_fn *find_next(void)
{
	return (getaddrinfo_fn *)dlsym(RTLD_NEXT, "getaddrinfo");
}

__attribute__((constructor)) static void begin(void)
{
	gate = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	next = find_next();
	pthread_atfork(NULL, NULL, begin_child);
}

static bool is_ascii(const char *host)
{
	while ((unsigned char)*host - 1u < 0x7f)
		host++;
	return *host == '\0';
}

static bool is_served(const char *host)
{
	size_t len = strlen(host);

	return len > 5 && strcasecmp(host + len - 5, ".fake") == 0;
}

/* The number after NAME- in a label of HOST; 0 for NAME alone; -1 if neither. */
static int label(const char *host, const char *name)
{
	size_t len = strlen(name);

	for (; host != NULL; host = strchr(host, '.')) {
		host += *host == '.';
		if (strncasecmp(host, name, len) != 0)
			continue;
		if (host[len] == '-')
			return atoi(host + len + 1);
		if (host[len] == '.')
			return 0;
	}
	return -1;
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

static struct addrinfo *new_node(const char *host, const struct addrinfo *like, int family, int port)
{
	socklen_t len = family == AF_INET6 ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in);
	struct addrinfo *node = calloc(1, sizeof *node + len);
	unsigned char bytes[16];
	size_t n = fake_address(host, family, bytes);

	if (node == NULL)
		abort();
	*node = *like;
	node->ai_family = family;
	node->ai_addrlen = len;
	node->ai_addr = (struct sockaddr *)(node + 1);
	if (family == AF_INET6) {
		struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)node->ai_addr;

		in6->sin6_family = AF_INET6;
		in6->sin6_port = htons((uint16_t)port);
		memcpy(&in6->sin6_addr, bytes, n);
	} else {
		struct sockaddr_in *in = (struct sockaddr_in *)node->ai_addr;

		in->sin_family = AF_INET;
		in->sin_port = htons((uint16_t)port);
		memcpy(&in->sin_addr, bytes, n);
	}
	return node;
}

static char *canonical(const char *host)
{
	char *name = malloc(sizeof FAKE_CANON + strlen(host));

	if (name == NULL)
		abort();
	strcpy(stpcpy(name, FAKE_CANON), host);
	return name;
}

/* IPv6 before IPv4, and for each the types that the hints leave open. */
static int answer(const char *host, const char *service, const struct addrinfo *hints, struct addrinfo **res)
{
	static const struct { int type, protocol; } types[] = {
		{ SOCK_STREAM, IPPROTO_TCP }, { SOCK_DGRAM, IPPROTO_UDP }, { SOCK_RAW, 0 },
	};
	static const int families[] = { AF_INET6, AF_INET };
	struct addrinfo *list = NULL, **end = &list;

	for (size_t f = 0; f < 2; f++) {
		if (hints->ai_family != AF_UNSPEC && hints->ai_family != families[f])
			continue;
		for (size_t t = 0; t < 3; t++) {
			struct addrinfo like = {
				.ai_flags = hints->ai_flags,
				.ai_socktype = types[t].type,
				.ai_protocol = types[t].protocol,
			};

			if (hints->ai_socktype != 0 && hints->ai_socktype != types[t].type)
				continue;
			*end = new_node(host, &like, families[f], service == NULL ? 0 : atoi(service));
			end = &(*end)->ai_next;
		}
	}
	if (list == NULL)
		return EAI_SOCKTYPE;
	if (hints->ai_flags & AI_CANONNAME)
		list->ai_canonname = canonical(host);
	*res = list;
	return 0;
}

static int serve(const char *host, const char *service, const struct addrinfo *hints, struct addrinfo **res)
{
	static const struct addrinfo no_hints = { .ai_flags = AI_V4MAPPED | AI_ADDRCONFIG };
	int before = atomic_fetch_add(calls_of(host), 1), once = label(host, "once");
	bool plain = once >= 0 && before >= (once > 0 ? once : 1);
	void (*function)(const char *) = hook;

	if (!plain) {
		if (label(host, "hook") == 0 && function != NULL)
			function(host);
		if (label(host, "gate") == 0)
			stay(-1);
		if (label(host, "ms") > 0)
			stay(label(host, "ms"));
		if (label(host, "errno") > 0)
			errno = label(host, "errno");
		if (label(host, "eai") > 0)
			return -label(host, "eai");
	}
	return answer(host, service, hints == NULL ? &no_hints : hints, res);
}

int getaddrinfo(const char *restrict host, const char *restrict service,
                const struct addrinfo *restrict hints, struct addrinfo **restrict res)
{
	int code;

	if (host != NULL && !is_ascii(host))
		return EAI_FAIL;
	if (host == NULL || !is_served(host)) {
		if (next == NULL)
			next = find_next();
		return next(host, service, hints, res);
	}
	enter();
	code = serve(host, service, hints, res);
	atomic_fetch_sub(&running, 1);
	return code;
}
