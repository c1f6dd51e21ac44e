/* SPDX-License-Identifier: MIT
 *
 * The way in: everything that is exported, and the whole pipeline.
 */
#include "classify.h"
#include "config.h"
#include "flight.h"
#include "forks.h"
#include "gate.h"
#include "idna.h"
#include "log.h"
#include "next.h"
#include "numeric.h"
#include "question.h"
#include "result.h"
#include "stack.h"

#include <errno.h>
#include <langinfo.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* What Python loads finds it by this name. */
const char *gaishim_idna(const char *host, int decode, char *out, size_t size);

#define EXPORTED __attribute__((visibility("default")))
/* Kept apart, so that a numeric host does not pay for large frames. */
#define SELDOM __attribute__((noinline))

static struct config config; /* constant once started */
static atomic_bool plain; /* started, and there is nothing to do but to answer */

/* The process in which a thread reads the configuration, or one of these. */
enum { NOT_STARTED = 0, STARTED = -1 };
static atomic_int starter;

/* Become the one that starts. If a fork has taken the one along that did, it is not in
 * this process. Returns false if another has done it meanwhile. */
static bool take_start(void)
{
	int self = getpid();
	int found = NOT_STARTED;

	while (!atomic_compare_exchange_strong(&starter, &found, self)) {
		if (found == STARTED)
			return false;
		if (found == self) {
			sched_yield();
			found = NOT_STARTED;
		}
	}
	return true;
}

/* Read the environment and find the next getaddrinfo: at load, or, for a
 * constructor of another object that has run before ours, at its first call. */
__attribute__((constructor))
static void start(void)
{
	static atomic_bool watched;

	if (!take_start())
		return;
	config_read(&config);
	next_find();
	if (!atomic_exchange(&watched, true))
		forks_watch();
	if (config.log[0] != '\0')
		for (int i = 0; config.unknown[i] != NULL; i++)
			log_message(config.log, config.unknown[i]);
	atomic_store_explicit(&plain, !config.disabled && config.log[0] == '\0'
			      && config.lock != LOCK_GLOBAL, memory_order_release);
	atomic_store_explicit(&starter, STARTED, memory_order_release);
}

/* Lay out the question. "*" means no host, or no service; no hints mean
 * AI_V4MAPPED | AI_ADDRCONFIG (glibc's AI_DEFAULT). */
static void prepare(struct question *q, const char *node, const char *service,
		    const struct addrinfo *hints)
{
	q->strict = config.strict;
	q->host = node != NULL && strcmp(node, "*") == 0 ? NULL : node;
	q->ascii = NULL;
	q->written = NULL;
	q->service = service != NULL && strcmp(service, "*") == 0 ? NULL : service;
	q->flags = hints != NULL ? hints->ai_flags : AI_V4MAPPED | AI_ADDRCONFIG;
	q->libc_flags = q->flags;
	q->family = hints != NULL ? hints->ai_family : AF_UNSPEC;
	q->socktype = hints != NULL ? hints->ai_socktype : 0;
	q->protocol = hints != NULL ? hints->ai_protocol : 0;
	q->type_bits = q->strict ? 0 : q->socktype & (SOCK_NONBLOCK | SOCK_CLOEXEC);
	q->socktype &= ~q->type_bits;
}

/* What libc refuses before it looks at a host, and questions without one. */
static int validate(const struct question *q)
{
	const int known = AI_PASSIVE | AI_CANONNAME | AI_NUMERICHOST | AI_V4MAPPED | AI_ALL
		| AI_ADDRCONFIG | AI_IDN | AI_CANONIDN | AI_NUMERICSERV
		| 0x0100 | 0x0200; /* once AI_IDN_ALLOW_UNASSIGNED, AI_IDN_USE_STD3_ASCII_RULES */

	if (q->host == NULL || (q->flags & ~known) != 0)
		return ASK_LIBC;
	if (q->family != AF_UNSPEC && q->family != AF_INET && q->family != AF_INET6)
		return ASK_LIBC;
	return NOT_MINE;
}

/* Give the host its ASCII form. After that libc must see neither AI_IDN nor
 * AI_CANONIDN: it would load libidn2, and an iconv module, within the lookup. A host
 * that has no such form stays as it is written. */
SELDOM static int normalize(struct question *q)
{
	enum host_kind kind;
	int saved = errno;
	int code = EAI_IDN_ENCODE;

	if (!config.idn || q->strict)
		return NOT_MINE;
	kind = classify_host(q->host);
	if (kind == HOST_ILL_FORMED && q->flags & AI_IDN
	    && strcmp(nl_langinfo(CODESET), "UTF-8") != 0)
		return NOT_MINE; /* in the locale's charset: libc's to convert */
	q->libc_flags &= ~(AI_IDN | AI_CANONIDN);
	if (kind == HOST_ASCII || kind == HOST_LOCAL)
		return NOT_MINE;
	q->written = q->host;
	if (kind == HOST_UNICODE) {
		q->ascii = malloc(HOST_MAX + 1); /* a last dot fits */
		code = q->ascii != NULL ? idna_to_ascii(q->host, q->ascii) : EAI_MEMORY;
	}
	if (code == EAI_MEMORY)
		return code;
	if (code == 0)
		q->host = q->ascii;
	errno = saved; /* libidn2 gets along without some of what it allocates */
	return NOT_MINE;
}

/* Make libc's answer one to what the caller asked: with the flags and type
 * bits that libc was not shown, and the canonical name as they want it. Not all
 * that comes before libc makes a name a malloc of its own (proxychains does not):
 * it is replaced in a list that is ours. */
static int restore(const struct question *q, struct addrinfo **list)
{
	char *name = (*list)->ai_canonname, *unicode = NULL;
	int code = 0;

	if (q->flags & ~q->libc_flags & AI_CANONIDN && name != NULL)
		code = idna_to_unicode(name, &unicode); /* if it fails the name stays, as in libc */
	if (unicode != NULL && strcmp(unicode, name) != 0) {
		struct addrinfo *own = result_copy(*list);

		if (own != NULL) {
			freeaddrinfo(*list);
			*list = own;
			name = own->ai_canonname;
			own->ai_canonname = unicode;
			unicode = name;
		} else {
			code = EAI_MEMORY;
		}
	}
	free(unicode);
	for (struct addrinfo *node = *list; node != NULL; node = node->ai_next) {
		node->ai_flags = q->flags;
		node->ai_socktype |= q->type_bits;
	}
	return code == EAI_MEMORY ? code : 0;
}

SELDOM static int ask_libc(const struct question *q, struct addrinfo **res)
{
	struct addrinfo hints = {
		.ai_flags = q->libc_flags,
		.ai_family = q->family,
		.ai_socktype = q->socktype,
		.ai_protocol = q->protocol,
	};
	struct addrinfo *list = NULL;
	int saved = errno;
	/* For an address libc asks no resolver, and takes a lock for AI_ADDRCONFIG alone. */
	uint32_t era;
	bool counted = (q->libc_flags & (AI_NUMERICHOST | AI_ADDRCONFIG)) != AI_NUMERICHOST
		&& gate_enter(&era);
	int code = next_getaddrinfo(q->host, q->service, &hints, &list);

	if (counted)
		gate_leave(era);
	if (code == 0 && list != NULL && (q->libc_flags != q->flags || q->type_bits != 0)) {
		code = restore(q, &list);
		if (code != 0)
			freeaddrinfo(list);
	}
	if (code == 0) {
		*res = list;
		errno = saved;
	}
	return code;
}

/* Refuse a host that has no ASCII form, without asking for it. libc looks at all else
 * before it looks at the host, so it shall say what is wrong with the rest of the
 * question, asked of an address. If nothing is, the code is one that every caller of
 * getaddrinfo knows, or EAI_IDN_ENCODE for those who gave AI_IDN. */
SELDOM static int refuse(struct question *q)
{
	struct addrinfo *list;
	int saved = errno;
	int code;

	if (q->flags & AI_NUMERICHOST)
		q->libc_flags &= ~AI_ADDRCONFIG;
	q->host = q->family == AF_INET6 ? "::" : "0.0.0.0";
	code = ask_libc(q, &list);
	q->host = q->written;
	if (code != EAI_SYSTEM)
		errno = saved;
	if (code != 0)
		return code;
	freeaddrinfo(list);
	q->how = "refused";
	return (q->flags & (AI_NUMERICHOST | AI_IDN)) == AI_IDN ? EAI_IDN_ENCODE : EAI_NONAME;
}

/* Names as flights handle them: the whole question is the key, and lists are answers. */

enum { NAME_MAX_SIZE = 512 }; /* of host and service, with their NULs */

struct name_key {
	int flags, libc_flags, family, socktype, type_bits, protocol;
	int has_service;
	char text[]; /* the host, the service */
};

/* Spellings of a name are one question, unless the canonical name is asked for: where a
 * name is its own canonical name, libc has it as the caller wrote it. */
static void write_name(const void *question, void *at)
{
	const struct question *q = question;
	struct name_key *key = at;
	size_t size = strlen(q->host) + 1;

	key->flags = q->flags;
	key->libc_flags = q->libc_flags;
	key->family = q->family;
	key->socktype = q->socktype;
	key->type_bits = q->type_bits;
	key->protocol = q->protocol;
	key->has_service = q->service != NULL;
	for (size_t i = 0; i < size; i++)
		key->text[i] = q->flags & AI_CANONNAME ? q->host[i] : ascii_lower(q->host[i]);
	strcpy(key->text + size, key->has_service ? q->service : "");
}

static size_t name_size(const struct question *q)
{
	return strlen(q->host) + 1 + (q->service != NULL ? strlen(q->service) : 0) + 1;
}

static int ask_name(void *question, void **answer)
{
	struct addrinfo *list;
	int code = ask_libc(question, &list);

	if (code == 0)
		*answer = list;
	return code;
}

static int ask_name_by_key(const void *at, void **answer)
{
	const struct name_key *key = at;
	struct question q = {
		.host = key->text,
		.service = key->has_service ? key->text + strlen(key->text) + 1 : NULL,
		.flags = key->flags,
		.libc_flags = key->libc_flags,
		.family = key->family,
		.socktype = key->socktype,
		.type_bits = key->type_bits,
		.protocol = key->protocol,
	};

	return ask_name(&q, answer);
}

/* The caller will not come back for its question. */
static void abandon_question(void *question)
{
	struct question *q = question;

	free(q->ascii);
}

static void *copy_list(const void *list)
{
	return result_copy(list);
}

static void discard_list(void *list)
{
	freeaddrinfo(list); /* it is as it came: who made it may have one of its own */
}

/* What the same question may be answered otherwise in a moment. */
static bool is_final(int code)
{
	return code != EAI_AGAIN && code != EAI_SYSTEM && code != EAI_MEMORY;
}

static int join_flight(const struct flight_kind *kind, size_t key_size, struct question *q,
		       struct addrinfo **res)
{
	static const char *const roles[] = {
		[FLIGHT_LED] = "led", [FLIGHT_WAITED] = "waited",
		[FLIGHT_ASKED] = "asked", [FLIGHT_PASSED] = "passed",
	};
	struct flight_outcome outcome;
	void *list;
	int code = flight_join(kind, q, key_size, &list, &outcome);

	if (code == 0)
		*res = list;
	q->waited = outcome.waited;
	if (kind->copy != NULL) {
		q->how = roles[outcome.role];
		q->asks = (int)outcome.asks;
		q->shared = (int)outcome.shared;
	}
	return code;
}

/* The lock of the host: ask libc, together with all who ask the same now. */
SELDOM static int share(struct question *q, struct addrinfo **res)
{
	static const struct flight_kind names = {
		.write_key = write_name,
		.ask = ask_name,
		.ask_by_key = ask_name_by_key,
		.abandon = abandon_question,
		.copy = copy_list,
		.discard = discard_list,
		.is_final = is_final,
		.no_memory = EAI_MEMORY,
	};
	size_t size = name_size(q);

	/* libc refuses at once a host that must be an address and is none, and a host or
	 * service too long to be a name: nobody need wait for that, nor for the lock under
	 * which it lists the interfaces. With AI_IDN a name depends on the thread's locale. */
	if (q->flags & AI_NUMERICHOST && !q->strict)
		q->libc_flags &= ~AI_ADDRCONFIG;
	if (config.lock != LOCK_HOST || q->flags & AI_NUMERICHOST
	    || q->libc_flags & (AI_IDN | AI_CANONIDN) || size > NAME_MAX_SIZE || stack_is_short())
		return ASK_LIBC;
	return join_flight(&names, offsetof(struct name_key, text) + size, q, res);
}

/* Ask libc, together with all who ask the same now where that can be. */
static int share_or_ask(struct question *q, struct addrinfo **res)
{
	int code = share(q, res);

	return code == ASK_LIBC ? ask_libc(q, res) : code;
}

/* Ask libc for a Unicode host as it is written: /etc/hosts, an NSS module or the
 * machine itself may have a name in UTF-8, or in Latin-1. glibc sends no such host to a
 * nameserver, unless it is to find the canonical name for a single family
 * (resolv/nss_dns/dns-host.c: check_name, which _nss_dns_gethostbyname3_r does without).
 * So the canonical name, and AI_ADDRCONFIG, which costs a list of the interfaces, wait
 * until the host is found. Another preload, or musl, would send the host, and is not
 * asked. With AI_IDN libc looks for the ASCII form alone, and so does the shim. An NSS
 * module may be slow, or ask something itself, so that this is a flight like all others.
 *
 * Says NOT_MINE if the host is not found and has an ASCII form. */
SELDOM static int ask_as_written(struct question *q, struct addrinfo **res)
{
	bool refused = q->host != q->ascii;
	int flags = q->libc_flags;
	int saved = errno;
	struct addrinfo *list;
	int code;

	if (q->flags & (AI_NUMERICHOST | AI_IDN) || !next_is_glibc())
		return refused ? refuse(q) : NOT_MINE;
	q->host = q->written;
	q->libc_flags &= refused ? ~AI_CANONNAME : ~(AI_CANONNAME | AI_ADDRCONFIG);
	code = share_or_ask(q, &list);
	if (code == 0 && q->libc_flags != flags) {
		freeaddrinfo(list);
		q->libc_flags = flags;
		code = share_or_ask(q, &list);
	}
	q->libc_flags = flags;
	if (code == EAI_MEMORY)
		return code;
	if (code == 0) {
		*res = list;
		q->how = "local";
		return code;
	}
	if (!refused) {
		q->host = q->ascii;
		errno = saved;
		return NOT_MINE;
	}
	if (code != EAI_SYSTEM)
		errno = saved;
	if (code == EAI_NONAME)
		q->how = "refused";
	return code;
}

/* The pipeline: each stage answers, refuses, or says whose turn it is. A host
 * that is numeric as it is written has nothing to normalize: it need not wait. */
static int answer(struct question *q, struct addrinfo **res)
{
	int code = validate(q);

	if (code == NOT_MINE)
		code = numeric_answer(q, res);
	if (code == NOT_MINE)
		code = normalize(q);
	if (code == NOT_MINE && q->host == q->ascii)
		code = numeric_answer(q, res);
	if (code == NOT_MINE && q->written != NULL)
		code = ask_as_written(q, res);
	if (code == NOT_MINE)
		code = share(q, res);
	if (code == ASK_LIBC)
		code = ask_libc(q, res);
	return code;
}

static int answer_in_line(void *question, void **list)
{
	struct addrinfo *own;
	int code = answer(question, &own);

	if (code == 0)
		*list = own;
	return code;
}

static void write_nothing(const void *question, void *key)
{
	(void)question, (void)key;
}

/* The one line of GAISHIM_LOCK=global: a flight that all are in, and whose
 * answers nobody shares. */
static int stand_in_line(struct question *q, struct addrinfo **res)
{
	static const struct flight_kind line = {
		.write_key = write_nothing,
		.ask = answer_in_line,
		.abandon = abandon_question,
		.is_final = is_final,
		.no_memory = EAI_MEMORY,
	};

	return join_flight(&line, 0, q, res);
}

/* The first lookup, perhaps, and all of those that leave a line in the log, stand
 * in the one line, or are libc's alone. */
SELDOM static int answer_otherwise(const char *node, const char *service,
				   const struct addrinfo *hints, struct addrinfo **res)
{
	struct question q;
	struct timespec begun;
	int code;

	if (atomic_load_explicit(&starter, memory_order_acquire) != STARTED)
		start();
	if (config.disabled)
		return next_getaddrinfo(node, service, hints, res);
	clock_gettime(CLOCK_MONOTONIC, &begun);
	prepare(&q, node, service, hints);
	q.how = "passed";
	q.waited = 0;
	q.asks = 0;
	q.shared = -1;
	code = config.lock == LOCK_GLOBAL ? stand_in_line(&q, res) : answer(&q, res);
	if (config.log[0] != '\0')
		log_lookup(config.log, &q, node, code, begun);
	free(q.ascii);
	return code;
}

/* Interposed: POSIX getaddrinfo. Lists are freed with libc's freeaddrinfo. */
EXPORTED int getaddrinfo(const char *restrict node, const char *restrict service,
			 const struct addrinfo *restrict hints, struct addrinfo **restrict res)
{
	struct question q;
	int code;

	if (!atomic_load_explicit(&plain, memory_order_acquire))
		return answer_otherwise(node, service, hints, res);
	prepare(&q, node, service, hints);
	code = answer(&q, res);
	if (q.ascii != NULL)
		free(q.ascii);
	return code;
}

/* For Python's idna codec (python/gaishim_idna.py), and whoever else is preloaded
 * and has a host to convert: write the ASCII form of host, which is UTF-8, or if
 * decode, the UTF-8 form of an ASCII host in lower case, to out, of size bytes: 1024
 * are enough for any host. Returns NULL, or the name of libidn2's code for the
 * reason, a constant; out is unchanged then. Any thread may call; whatever the
 * environment says. */
EXPORTED const char *gaishim_idna(const char *host, int decode, char *out, size_t size)
{
	if (classify_host(host) == HOST_ILL_FORMED)
		return "IDN2_ENCODING_ERROR";
	return idna_convert(host, decode, out, size);
}
