/* SPDX-License-Identifier: MIT */
#include "together.h"

#include "ask.h"
#include "config.h"
#include "flight/flight.h"
#include "hold.h"
#include "host/classify.h"
#include "libc/clock.h"
#include "libc/gate.h"
#include "libc/libc.h"

#include <locale.h>
#include <stddef.h>
#include <string.h>

enum { TEXT_MOST = 512 }; /* bytes of host and service; a longer text is no name */

struct key {
	const struct call *call;
	size_t room;
	unsigned skew;
	int flags, libc_flags, family, socktype, type_bits, protocol, name_flags;
	uint32_t scope_id;
	int has_service;
	char text[]; /* the host, the service */
};

/* Spellings of a name are one question, unless the answer has the canonical name: if a name
 * is its own canonical name, libc returns it as the caller wrote it. */
void question_write_key(const void *question, void *at)
{
	const struct question *q = question;
	struct key *key = at;
	size_t size = strlen(q->host) + 1;
	bool keep_case = libc->always_names || q->flags & AI_CANONNAME;

	key->call = q->call;
	key->room = q->room;
	key->skew = q->skew;
	key->flags = q->flags;
	key->libc_flags = q->libc_flags;
	key->family = q->family;
	key->socktype = q->socktype;
	key->type_bits = q->type_bits;
	key->protocol = q->protocol;
	key->name_flags = q->name_flags;
	key->scope_id = q->scope_id;
	key->has_service = q->service != NULL;
	for (size_t i = 0; i < size; i++)
		key->text[i] = keep_case ? q->host[i] : ascii_lower(q->host[i]);
	strcpy(key->text + size, key->has_service ? q->service : "");
}

static size_t text_size(const struct question *q)
{
	return strlen(q->host) + 1 + (q->service != NULL ? strlen(q->service) : 0) + 1;
}

int question_ask(void *question, void **answer)
{
	return ask_libc(question, answer);
}

int question_ask_by_key(const void *at, void **answer)
{
	const struct key *key = at;
	struct question q = {
		.call = key->call,
		.host = key->text,
		.service = key->has_service ? key->text + strlen(key->text) + 1 : NULL,
		.flags = key->flags,
		.libc_flags = key->libc_flags,
		.family = key->family,
		.socktype = key->socktype,
		.type_bits = key->type_bits,
		.protocol = key->protocol,
		.name_flags = key->name_flags,
		.scope_id = key->scope_id,
		.room = key->room,
		.skew = key->skew,
	};

	return ask_libc(&q, answer);
}

void question_terms(const void *question, struct flight_terms *terms)
{
	const struct question *q = question;

	terms->lone = gate_has_doubt();
	terms->apart = config.hedge || config.deadline != 0 || terms->lone;
	terms->hedged = config.hedge;
	terms->deadline = q->deadline;
}

bool question_is_final(int code)
{
	return code != EAI_AGAIN && code != EAI_SYSTEM && code != EAI_MEMORY;
}

/* Join a flight for the question, whose key has that many bytes. */
static int join(struct question *q, size_t length, void **answer)
{
	static const char *const roles[] = {
		[FLIGHT_LED] = "led", [FLIGHT_WAITED] = "waited", [FLIGHT_ASKED] = "asked",
		[FLIGHT_PASSED] = "passed", [FLIGHT_HEDGED] = "hedged",
	};
	struct flight_outcome outcome;
	int code;

	q->asks = 0;
	code = flight_join(&q->call->flights, q, length, answer, &outcome);
	q->how = roles[outcome.role];
	q->waited = outcome.waited;
	if (q->asks < (int)outcome.asks) /* more: this caller has asked again, and not for a flight */
		q->asks = (int)outcome.asks;
	q->shared = (int)outcome.shared;
	return code;
}

/* The same, but take an answer that is kept (GAISHIM_HOLD), or keep a new one. */
static int join_or_recall(struct question *q, size_t length, void **answer)
{
	const struct flight_kind *kind = &q->call->flights;
	_Alignas(struct key) unsigned char key[sizeof(struct key) + TEXT_MOST];
	uint64_t stamp = hold_stamp(); /* of before the answer */
	int code;

	question_write_key(q, key);
	if (hold_find(kind, key, length, stamp, answer)) {
		q->how = "held";
		return 0;
	}
	code = join(q, length, answer);
	if (code == 0 && strcmp(q->how, "waited") != 0)
		hold_keep(kind, key, length, stamp, clock_now() + config.hold, *answer);
	return code;
}

int ask_together(struct question *q, void **answer)
{
	size_t size = text_size(q);
	size_t length = offsetof(struct key, text) + size;

	/* libc refuses at once a host that must be an address and is none, and a host or
	 * service that is too long for a name. Nobody need wait for that refusal, nor for the
	 * lock under which libc lists the interfaces. With AI_IDN the answer may depend on
	 * the thread's own locale. */
	if (q->flags & AI_NUMERICHOST && !q->strict)
		q->libc_flags &= ~AI_ADDRCONFIG;
	if (config.lock != lock_host || q->flags & AI_NUMERICHOST
	    || (q->libc_flags & (AI_IDN | AI_CANONIDN) && uselocale((locale_t)0) != LC_GLOBAL_LOCALE)
	    || size > TEXT_MOST)
		return ASK_LIBC;
	return config.hold != 0 ? join_or_recall(q, length, answer) : join(q, length, answer);
}

static void write_nothing(const void *question, void *key)
{
	(void)question, (void)key;
}

/* The task of a caller in the line, on that caller's stack. */
struct in_line {
	int (*stages)(struct question *q, void **answer);
	struct question *question;
};

static int ask_stages(void *at, void **answer)
{
	const struct in_line *in_line = at;

	return in_line->stages(in_line->question, answer);
}

int ask_in_line(int (*stages)(struct question *q, void **answer), struct question *q, void **answer)
{
	/* This is not on a caller's stack, as the waiters read the kind when the head of the
	 * line is gone. */
	static const struct flight_kind line = {
		.write_key = write_nothing,
		.ask = ask_stages,
		.is_final = question_is_final,
		.no_memory = EAI_MEMORY,
	};
	struct in_line in_line = { .stages = stages, .question = q };
	struct flight_outcome outcome;
	int code = flight_join(&line, &in_line, 0, answer, &outcome);

	q->waited = outcome.waited;
	return code;
}
