/* SPDX-License-Identifier: MIT */
#include "as_written.h"

#include "ask.h"
#include "libc/libc.h"
#include "libc/next.h"
#include "together.h"

#include <errno.h>

/* Refuse a host that has no ASCII form, without asking for it. libc looks at all else
 * before it looks at the host. So getaddrinfo() is asked the same of an address, and its
 * code says what else is wrong. If nothing else is, the code is one that every caller of
 * getaddrinfo knows, or EAI_IDN_ENCODE for callers who gave AI_IDN. */
static int refuse(struct question *q)
{
	const struct call *call = q->call;
	void *answer;
	int saved = errno;
	int code;

	if (q->flags & AI_NUMERICHOST)
		q->libc_flags &= ~AI_ADDRCONFIG;
	q->call = call->local;
	q->host = q->family == AF_INET6 ? "::" : "0.0.0.0";
	code = ask_libc(q, &answer);
	if (code == 0)
		q->call->flights.discard(answer);
	q->host = q->written;
	q->call = call;
	if (code != EAI_SYSTEM)
		errno = saved;
	if (code != 0)
		return code;
	q->how = "refused";
	return (q->flags & (AI_NUMERICHOST | AI_IDN)) == AI_IDN ? EAI_IDN_ENCODE : EAI_NONAME;
}

/* Ask libc, if possible together with all callers who ask the same question now. */
static int ask(struct question *q, void **answer)
{
	int code = ask_together(q, answer);

	return code == ASK_LIBC ? ask_libc(q, answer) : code;
}

/* Ask for the host as it is written. glibc sends no such host to a nameserver, unless it is
 * to find the canonical name for a single family (resolv/nss_dns/dns-host.c: check_name,
 * which _nss_dns_gethostbyname3_r does without). So the canonical name, and AI_ADDRCONFIG,
 * which costs a list of the interfaces, wait until the host is found. */
static int ask_for_written(struct question *q, bool has_ascii_form, void **answer)
{
	const struct call *call = q->call;
	int flags = q->libc_flags;
	int code;

	q->host = q->written;
	q->call = call->local;
	q->libc_flags &= has_ascii_form ? ~(AI_CANONNAME | AI_ADDRCONFIG) : ~AI_CANONNAME;
	code = ask(q, answer);
	if (code == 0 && (q->libc_flags != flags || q->call != call)) {
		q->call->flights.discard(*answer);
		q->call = call;
		q->libc_flags = flags;
		code = ask(q, answer);
	}
	q->call = call;
	q->libc_flags = flags;
	return code;
}

/* /etc/hosts, an NSS module or the machine itself may have a name in UTF-8, or in Latin-1.
 * Another preload would send such a host to a nameserver, and so would some C libraries. So
 * no other preload is asked, nor such a library. With AI_IDN libc looks for the ASCII form
 * alone, and so does the shim. An NSS module may be slow, or may look something up itself,
 * so callers share this lookup, as they share all others. */
int as_written(struct question *q, void **answer)
{
	bool has_ascii_form = q->host == q->ascii;
	int saved = errno;
	void *found;
	int code;

	if (q->flags & (AI_NUMERICHOST | AI_IDN) || !libc->is_local(q->written)
	    || !next_is_libc((void *)next.getaddrinfo))
		return has_ascii_form ? NOT_MINE : refuse(q);
	code = ask_for_written(q, has_ascii_form, &found);
	if (code == EAI_MEMORY)
		return code;
	if (code == 0) {
		*answer = found;
		q->how = "local";
		return code;
	}
	if (has_ascii_form) {
		q->host = q->ascii;
		errno = saved;
		return NOT_MINE;
	}
	if (code != EAI_SYSTEM && code != EAI_FAMILY) /* gethostbyname_r() returns errno then */
		errno = saved;
	if (code == EAI_NODATA) /* libc's for one family, where there is no /etc/hosts */
		code = EAI_NONAME;
	if (code == EAI_NONAME)
		q->how = "refused";
	return code;
}
