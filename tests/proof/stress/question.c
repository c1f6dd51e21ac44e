/* SPDX-License-Identifier: MIT
 *
 * The mix of questions.
 */
#include "stress.h"

#include <string.h>

/* A host that must be an address and is none. */
static void make_not_numeric(struct question *q, struct random *r, enum temper temper)
{
	strcpy(q->host, "h0.test");
	name_hints(q, r, temper);
	q->has_hints = true;
	q->hints.ai_flags |= AI_NUMERICHOST;
	q->code = EAI_NONAME;
}

void question_make(struct question *q, struct random *r, enum temper temper)
{
	unsigned kind = random_below(r, 40);

	memset(q, 0, sizeof *q);
	if (kind < 24)
		numeric_make(q, r, temper);
	else if (kind == 24)
		make_not_numeric(q, r, temper);
	else if (kind >= 32)
		host_make(q, r, temper);
	else if (options.dns)
		dns_make(q, r, temper);
	else
		fake_make(q, r, temper);
}

void question_describe(const struct question *q, char text[static 512])
{
	int at = sprintf(text, "%s ", call_names[q->call]);

	for (const char *c = q->host; *c != '\0' && at < 300; c++)
		at += sprintf(text + at, (unsigned char)*c - 0x20u < 0x5f ? "%c" : "\\x%02x", (unsigned char)*c);
	if (q->call != GETADDRINFO) {
		sprintf(text + at, " family=%d room=%zu", q->addresses[0].family, q->room);
		return;
	}
	at += sprintf(text + at, " service=%s", q->has_service ? q->service : "NULL");
	if (q->has_hints)
		sprintf(text + at, " family=%d socktype=%#x protocol=%d flags=%#x", q->hints.ai_family,
			(unsigned)q->hints.ai_socktype, q->hints.ai_protocol, (unsigned)q->hints.ai_flags);
	else
		sprintf(text + at, " hints=NULL");
}
