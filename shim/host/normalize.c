/* SPDX-License-Identifier: MIT */
#include "host/normalize.h"

#include "host/classify.h"
#include "config.h"
#include "host/idna.h"

#include <errno.h>
#include <langinfo.h>
#include <string.h>

int normalize(struct question *q)
{
	enum host_kind kind;
	int saved = errno;
	int code = EAI_IDN_ENCODE;

	if (config.idn == idn_off || q->strict)
		return NOT_MINE;
	kind = classify_host(q->host);
	if (kind == HOST_ILL_FORMED && q->flags & AI_IDN
	    && strcmp(nl_langinfo(CODESET), "UTF-8") != 0)
		return NOT_MINE; /* in the locale's charset, which libc converts */
	q->libc_flags &= ~(AI_IDN | AI_CANONIDN);
	if (kind == HOST_ASCII || kind == HOST_LOCAL)
		return NOT_MINE;
	q->written = q->host;
	if (kind == HOST_UNICODE)
		code = idna_to_ascii(q->host, q->ascii);
	if (code == EAI_MEMORY)
		return code;
	if (code == 0)
		q->host = q->ascii;
	errno = saved; /* libidn2 can do without some of its allocations */
	return NOT_MINE;
}
