/* SPDX-License-Identifier: MIT
 *
 * gethostbyname, gethostbyname2 and their _r forms: POSIX.1-2001, and gethostbyname(3) for the
 * rest. glibc holds one lock for a whole lookup in the forms without a buffer. So here these
 * ask libc's _r forms, too.
 */
#include "calls/addrinfo.h"
#include "calls/exported.h"
#include "calls/forms.h"
#include "calls/hostent.h"
#include "config.h"
#include "host/numeric.h"
#include "libc/libc.h"
#include "libc/next.h"
#include "pipeline.h"
#include "start.h"
#include "together.h"

#include <errno.h>
#include <netdb.h>
#include <string.h>
#include <sys/socket.h>

static int validate(const struct question *q)
{
	return q->family == AF_INET || q->family == AF_INET6 ? NOT_MINE : ASK_LIBC;
}

static bool is_hexadecimal(char c)
{
	return literal_digit(c) <= 9 || (c >= 'A' && c <= 'F') || (c >= 'a' && c <= 'f');
}

/* Returns whether the text is made of digits, or hexadecimal ones and colons, and of dots, of
 * which none is the last character. */
static bool is_all_digits(const char *text, bool of_ipv6)
{
	const char *at = text;

	while (literal_digit(*at) <= 9 || *at == '.' || (of_ipv6 && (is_hexadecimal(*at) || *at == ':')))
		at++;
	return *at == '\0' && at[-1] != '.';
}

/* Read a host by the rules of getaddrinfo(), which are also musl's for this call. Returns as
 * read_address(). */
static int read_numeric(const char *host, int family, struct address *address)
{
	if (!numeric_parse(host, address))
		return NOT_MINE;
	if (strnlen(host, HOST_MAX + 1) > HOST_MAX)
		return ASK_LIBC;
	return address->family == family && address->zone == NULL ? 0 : ASK_LIBC;
}

/* Read a host, by the rules of glibc's nss/digits_dots.c if libc has them. Returns 0, with
 * *address; NOT_MINE if the host is a name; ASK_LIBC if libc answers or refuses the host without
 * looking for it. */
static inline int read_address(const char *host, int family, struct address *address)
{
	if (!libc->has_glibc_rules)
		return read_numeric(host, family, address);
	address->family = family;
	if (literal_digit(*host) <= 9 && is_all_digits(host, false))
		return family == AF_INET && literal_ipv4(host, &address->v4) ? 0 : ASK_LIBC;
	if (*host != ':' && (!is_hexadecimal(*host) || strchr(host, ':') == NULL))
		return NOT_MINE;
	if (family == AF_INET)
		return ASK_LIBC;
	if (!is_all_digits(host, true))
		return NOT_MINE;
	return literal_ipv6(host, &address->v6, &address->zone) ? 0 : ASK_LIBC;
}

/* Answer a numeric host as libc would. */
static int numeric(struct question *q, void **answer)
{
	struct address address;
	int code = read_address(q->host, q->family, &address);

	if (code != NOT_MINE)
		q->libc_flags |= AI_NUMERICHOST; /* libc looks nothing up, and takes no lock */
	if (code != 0)
		return code;
	q->how = "numeric";
	return hostent_new_numeric(q->host, &address, answer);
}

static int loopback(const struct question *q, void **answer)
{
	const struct address address = {
		.family = q->family,
		.v4.s_addr = htonl(INADDR_LOOPBACK),
		.v6 = IN6ADDR_LOOPBACK_INIT,
	};

	return hostent_new_numeric(q->host, &address, answer);
}

static int ask_name(const struct question *q, const struct place *place)
{
	return next.gethostbyname_r(q->host, place->host, place->buffer, place->size, place->result,
				    place->h_error);
}

static int ask_name2(const struct question *q, const struct place *place)
{
	return next.gethostbyname2_r(q->host, q->family, place->host, place->buffer, place->size,
				     place->result, place->h_error);
}

static int ask_by_name(const struct question *q, void **answer)
{
	return hostent_ask(q, ask_name, answer);
}

static int ask_by_name2(const struct question *q, void **answer)
{
	return hostent_ask(q, ask_name2, answer);
}

/* These are two calls, as another preload, or a module of libc's, may have one form alone. */
static const struct call by_name = {
	.local = &getaddrinfo_call,
	.has_h_errno = true,
	.validate = validate,
	.numeric = numeric,
	.loopback = loopback,
	.ask = ask_by_name,
	.describe = hostent_describe,
	.flights = QUESTION_FLIGHTS(hostent_copy, hostent_discard),
};

static const struct call by_name2 = {
	.local = &getaddrinfo_call,
	.has_h_errno = true,
	.validate = validate,
	.numeric = numeric,
	.loopback = loopback,
	.ask = ask_by_name2,
	.describe = hostent_describe,
	.flights = QUESTION_FLIGHTS(hostent_copy, hostent_discard),
};

/* glibc takes digits and dots for an address of AF_INET, whichever other family is asked for. */
static int family_of(const char *name, int family)
{
	struct address unused;

	if (name == NULL || family == AF_INET || family == AF_INET6 || !libc->has_glibc_rules)
		return family;
	return read_address(name, AF_INET, &unused) == NOT_MINE ? family : AF_INET;
}

/* Lay out the question. The answer has a canonical name. */
static void lay_out(struct question *q, const struct call *call, const char *function, const char *name,
		    int family)
{
	q->call = call;
	q->function = function;
	q->node = name;
	q->strict = config.strict;
	q->host = name;
	q->written = NULL;
	q->service = NULL;
	q->flags = q->libc_flags = AI_CANONNAME;
	q->family = family_of(name, family);
	q->socktype = q->type_bits = q->protocol = q->name_flags = 0;
	q->scope_id = 0;
}

/* Returns whether libc says ERANGE before it looks at the host at all (nss/digits_dots.c). */
static bool has_no_room(const char *name, size_t size)
{
	return libc->has_glibc_rules && (is_hexadecimal(*name) || *name == ':')
	       && size < sizeof(struct in6_addr) + 3 * sizeof(char *) + strlen(name) + 1;
}

NOINLINE static int answer(const struct call *call, const char *function, const char *name, int family,
			   hostent_form *form, const struct place *place)
{
	struct question q;

	lay_out(&q, call, function, name, family);
	if (name == NULL || has_no_room(name, place->size))
		return form(&q, place);
	return forms_answer(&q, form, place);
}

NOINLINE static struct hostent *answer_own(const struct call *call, const char *function, const char *name,
					   int family, enum slot_function own)
{
	struct question q;

	lay_out(&q, call, function, name, family);
	return forms_answer_own(&q, own);
}

/* Answer a numeric host at once, or return false. */
static inline bool answer_at_once(const char *name, int family, struct hostent *host, char *buffer,
				  size_t size)
{
	struct address address;

	if (!atomic_load_explicit(&start_fast_path, memory_order_acquire) || name == NULL
	    || (family != AF_INET && family != AF_INET6)
	    || read_address(name, family, &address) != 0)
		return false;
	return hostent_numeric(name, &address, host, buffer, size);
}

/* The same for the forms without a buffer. Returns the answer, or NULL. */
static inline struct hostent *answer_own_at_once(const char *name, int family, enum slot_function function)
{
	struct own_answer *own = slot_mine != NULL ? &slot_mine->answers[function] : NULL;

	return own != NULL && answer_at_once(name, family, &own->host, own->buffer, own->size) ? &own->host : NULL;
}

/* Some libraries' _r forms set errno to 0 when they have an answer. */
static int say_answered(const struct place *place)
{
	*place->result = place->host;
	if (libc->sets_errors) {
		*place->h_error = NETDB_SUCCESS;
		errno = 0;
	}
	return 0;
}

EXPORTED struct hostent *gethostbyname(const char *name)
{
	struct hostent *own = answer_own_at_once(name, AF_INET, SLOT_BYNAME);

	if (own != NULL)
		return own;
	if (!start_pipeline() || name == NULL || !next_is_libc((void *)next.gethostbyname))
		return next.gethostbyname(name);
	return answer_own(&by_name, "gethostbyname", name, AF_INET, SLOT_BYNAME);
}

EXPORTED struct hostent *gethostbyname2(const char *name, int af)
{
	struct hostent *own = answer_own_at_once(name, af, SLOT_BYNAME2);

	if (own != NULL)
		return own;
	if (!start_pipeline() || name == NULL || !next_is_libc((void *)next.gethostbyname2))
		return next.gethostbyname2(name, af);
	return answer_own(&by_name2, "gethostbyname2", name, af, SLOT_BYNAME2);
}

EXPORTED int gethostbyname_r(const char *restrict name, struct hostent *restrict result_buf,
			     char *restrict buf, size_t buflen, struct hostent **restrict result,
			     int *restrict h_errnop)
{
	const struct place place = { result_buf, buf, buflen, result, h_errnop };

	if (answer_at_once(name, AF_INET, result_buf, buf, buflen))
		return say_answered(&place);
	if (!start_pipeline())
		return next.gethostbyname_r(name, result_buf, buf, buflen, result, h_errnop);
	return answer(&by_name, "gethostbyname_r", name, AF_INET, ask_name, &place);
}

EXPORTED int gethostbyname2_r(const char *restrict name, int af, struct hostent *restrict result_buf,
			      char *restrict buf, size_t buflen, struct hostent **restrict result,
			      int *restrict h_errnop)
{
	const struct place place = { result_buf, buf, buflen, result, h_errnop };

	if (answer_at_once(name, af, result_buf, buf, buflen))
		return say_answered(&place);
	if (!start_pipeline())
		return next.gethostbyname2_r(name, af, result_buf, buf, buflen, result, h_errnop);
	return answer(&by_name2, "gethostbyname2_r", name, af, ask_name2, &place);
}
