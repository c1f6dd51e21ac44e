/* SPDX-License-Identifier: MIT */
/* The calls of the fake resolver of fake.h. */
#include "fake_inside.h"
#include "musl.h"

#include <dlfcn.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

const struct fake fake_resolver = {
	.reset = fake_reset,
	.calls = fake_calls,
	.total = fake_total,
	.running = fake_running,
	.running_max = fake_running_max,
	.open_gate = fake_open_gate,
	.hook = fake_hook,
	.in_child = fake_in_child,
	.remember = fake_remember,
};

/* The next functions of these names. A constructor of another object may have called before ours
 * has run. */
#define FUNCTIONS(ROW) \
	ROW(getaddrinfo) ROW(gethostbyname_r) ROW(gethostbyname2_r) ROW(gethostbyaddr_r) ROW(getnameinfo)
#define NEXT(function) (next.function == NULL ? find_next() : (void)0, next.function)

static struct {
#define ROW(function) __typeof__(function) *function;
	FUNCTIONS(ROW)
#undef ROW
} next;

__attribute__((constructor)) static void find_next(void)
{
#define ROW(function) next.function = (__typeof__(function) *)dlsym(RTLD_NEXT, #function);
	FUNCTIONS(ROW)
#undef ROW
}

static bool is_ascii(const char *host)
{
	while ((unsigned char)*host - 1u < 0x7f)
		host++;
	return *host == '\0';
}

static char *canonical(const char *host)
{
	char *name = malloc(sizeof FAKE_CANON + strlen(host));

	if (name == NULL)
		abort();
	strcpy(stpcpy(name, FAKE_CANON), host);
	return name;
}

/* --- getaddrinfo --- */

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

/* The same list as musl's freeaddrinfo() wants it (src/network/lookup.h there), with the
 * canonical name in each node and without flags. */
static struct addrinfo *as_musl(struct addrinfo *list, const char *canonname)
{
	struct block {
		struct addrinfo info;
		struct sockaddr_in6 address;
		int lock;
		short place, nodes;
	} *block;
	short nodes = 0;

	for (const struct addrinfo *node = list; node != NULL; node = node->ai_next)
		nodes++;
	block = calloc(1, (size_t)nodes * sizeof *block + strlen(canonname) + 1);
	if (block == NULL)
		abort();
	block->nodes = nodes;
	for (short i = 0; i < nodes; i++) {
		struct addrinfo *node = list;

		block[i].info = *node;
		block[i].info.ai_flags = 0;
		block[i].info.ai_addr = memcpy(&block[i].address, node->ai_addr, node->ai_addrlen);
		block[i].info.ai_canonname = strcpy((char *)&block[nodes], canonname);
		block[i].info.ai_next = i + 1 < nodes ? &block[i + 1].info : NULL;
		block[i].place = i;
		list = node->ai_next;
		free(node);
	}
	return &block->info;
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

			if (hints->ai_socktype != 0 ? hints->ai_socktype != types[t].type
						     : is_musl() && types[t].type == SOCK_RAW)
				continue;
			*end = new_node(host, &like, families[f], service == NULL ? 0 : atoi(service));
			end = &(*end)->ai_next;
		}
	}
	if (list == NULL)
		return EAI_SOCKTYPE;
	if (is_musl()) {
		char *name = canonical(host);

		list = as_musl(list, name);
		free(name);
	} else if (hints->ai_flags & AI_CANONNAME) {
		list->ai_canonname = canonical(host);
	}
	*res = list;
	return 0;
}

int getaddrinfo(const char *restrict host, const char *restrict service,
                const struct addrinfo *restrict hints, struct addrinfo **restrict res)
{
	static const struct addrinfo no_hints = { .ai_flags = AI_V4MAPPED | AI_ADDRCONFIG };
	int code;

	if (host != NULL && !is_ascii(host))
		return EAI_FAIL;
	if (host == NULL || !fake_is_served(host))
		return NEXT(getaddrinfo)(host, service, hints, res);
	code = fake_look_up(host);
	return code != 0 ? code : answer(host, service, hints == NULL ? &no_hints : hints, res);
}

/* --- struct hostent --- */

/* The last arguments of a form with a buffer. */
struct place {
	struct hostent *host;
	char *buffer;
	size_t size;
	struct hostent **result;
	int *h_error;
};

static int fail(const struct place *place, int h_error, int error)
{
	*place->result = NULL;
	*place->h_error = h_error;
	errno = error;
	return error;
}

/* As glibc's nss/getXXbyYY_r.c, or musl's src/network/gethostbyname2_r.c. */
static int fail_with(const struct place *place, int code)
{
	if (is_musl()) {
		*place->result = NULL;
		*place->h_error = code == EAI_NONAME ? HOST_NOT_FOUND : code == EAI_NODATA ? NO_DATA
				  : code == EAI_AGAIN ? TRY_AGAIN : NO_RECOVERY;
		return code == EAI_NONAME || code == EAI_NODATA ? 0 : code == EAI_AGAIN ? EAGAIN
		       : code == EAI_SYSTEM ? errno : EBADMSG;
	}
	switch (code) {
	case EAI_NONAME: return fail(place, HOST_NOT_FOUND, 0);
	case EAI_NODATA: return fail(place, NO_DATA, 0);
	case EAI_AGAIN: return fail(place, TRY_AGAIN, EAGAIN);
	case EAI_SYSTEM: return fail(place, NETDB_INTERNAL, errno);
	default: return fail(place, NO_RECOVERY, errno);
	}
}

/* The canonical name, the host as its alias, and the addresses, the first bytes of the
 * buffer left out so that pointers can stand there. */
static int answer_hostent(const char *host, int family, const struct place *place)
{
	size_t addresses = fake_addresses(host), skipped = -(uintptr_t)place->buffer % sizeof(char *);
	size_t length = family == AF_INET6 ? 16 : 4;
	size_t need = skipped + (addresses + 3) * sizeof(char *) + addresses * length
		      + sizeof FAKE_CANON + 2 * strlen(host) + 1;
	char **pointers = (char **)(void *)(place->buffer + skipped);
	char *at = (char *)(pointers + addresses + 3);
	unsigned char bytes[16];

	if (need > place->size && is_musl())
		return ERANGE;
	if (need > place->size)
		return fail(place, NETDB_INTERNAL, ERANGE);
	*place->host = (struct hostent){
		.h_addrtype = family, .h_length = (int)length, .h_addr_list = pointers + 2, .h_aliases = pointers,
	};
	for (size_t i = 0; i < addresses; i++, at += length) {
		fake_address_of_many(host, family, i, bytes);
		place->host->h_addr_list[i] = memcpy(at, bytes, length);
	}
	place->host->h_addr_list[addresses] = NULL;
	pointers[0] = strcpy(at, host);
	pointers[1] = NULL;
	place->host->h_name = at + strlen(host) + 1;
	strcpy(stpcpy(place->host->h_name, FAKE_CANON), host);
	*place->result = place->host;
	if (!is_musl()) {
		*place->h_error = NETDB_SUCCESS;
		errno = 0;
	}
	return 0;
}

static int serve_hostent(const char *host, int family, const struct place *place)
{
	int code = fake_look_up(host);

	return code != 0 ? fail_with(place, code) : answer_hostent(host, family, place);
}

int gethostbyname_r(const char *restrict host, struct hostent *restrict ret, char *restrict buffer, size_t size,
                    struct hostent **restrict result, int *restrict h_error)
{
	const struct place place = { ret, buffer, size, result, h_error };

	if (!is_ascii(host))
		return fail(&place, NO_RECOVERY, 0);
	if (!fake_is_served(host))
		return NEXT(gethostbyname_r)(host, ret, buffer, size, result, h_error);
	return serve_hostent(host, AF_INET, &place);
}

int gethostbyname2_r(const char *restrict host, int family, struct hostent *restrict ret, char *restrict buffer,
                     size_t size, struct hostent **restrict result, int *restrict h_error)
{
	const struct place place = { ret, buffer, size, result, h_error };

	if (!is_ascii(host))
		return fail(&place, NO_RECOVERY, 0);
	if (!fake_is_served(host))
		return NEXT(gethostbyname2_r)(host, family, ret, buffer, size, result, h_error);
	return serve_hostent(host, family, &place);
}

int gethostbyaddr_r(const void *restrict address, socklen_t length, int family, struct hostent *restrict ret,
                    char *restrict buffer, size_t size, struct hostent **restrict result, int *restrict h_error)
{
	const struct place place = { ret, buffer, size, result, h_error };
	const char *host = fake_host_of(address, family);

	if (host == NULL)
		return NEXT(gethostbyaddr_r)(address, length, family, ret, buffer, size, result, h_error);
	return serve_hostent(host, family, &place);
}

/* --- getnameinfo --- */

/* Returns the host of an address, if it is one that is looked up here. */
static const char *looked_up(const struct sockaddr *address, const char *name, int flags)
{
	if (name == NULL || flags & NI_NUMERICHOST)
		return NULL;
	if (address->sa_family == AF_INET6)
		return fake_host_of(&((const struct sockaddr_in6 *)address)->sin6_addr, AF_INET6);
	return fake_host_of(&((const struct sockaddr_in *)address)->sin_addr, address->sa_family);
}

int getnameinfo(const struct sockaddr *restrict address, socklen_t length, char *restrict name,
                socklen_t name_size, char *restrict service, socklen_t service_size, int flags)
{
	const char *host = looked_up(address, name, flags);
	int code;

	if (host == NULL)
		return NEXT(getnameinfo)(address, length, name, name_size, service, service_size, flags);
	code = fake_look_up(host);
	if (code != 0)
		return code;
	if (sizeof FAKE_CANON + strlen(host) > name_size)
		return EAI_OVERFLOW;
	strcpy(stpcpy(name, FAKE_CANON), host);
	return service == NULL ? 0 : NEXT(getnameinfo)(address, length, NULL, 0, service, service_size, flags);
}
