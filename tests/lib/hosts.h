/* SPDX-License-Identifier: MIT
 *
 * The hosts that the differential walks ask for: tables, and what is drawn from them. A
 * host says how it is spelled, because the documented differences depend on nothing else
 * in it.
 */
#ifndef HOSTS_H
#define HOSTS_H

#include <stdbool.h>
#include <stddef.h>

enum spelling {
	PLAIN,		/* ASCII: what it says is what is looked up */
	UNICODE,	/* normalized to `ascii` in default mode */
	REFUSED,	/* well-formed UTF-8 that has no ASCII form */
	ILL_FORMED,	/* not UTF-8 */
};

struct host {
	const char *text;	/* NULL: no host */
	const char *ascii;	/* the normalized form, UNICODE only */
	enum spelling spelling;
	bool numeric;		/* found out from libc, see host_init() */
};

/* Made by collect_hosts(); their texts stay. */
extern struct host hosts[];
extern size_t n_hosts;

void collect_hosts(void);

/* One of hosts or another, valid until the next call. */
const struct host *random_host(void);

/* What is looked up, in the end, when a caller asks for this host. */
const char *looked_up(const struct host *host);

/* What is /etc/hosts where a walk may have one of its own. */
#define HOSTS_FILE \
	"127.0.0.1 localhost\n::1 localhost\n192.0.2.1 canon.test alias.test\n192.0.2.2 both.test\n" \
	"2001:db8::2 both.test\n2001:db8::6 six.test\n192.0.2.3 xn--bcher-kva.test\n192.0.2.4 xn--n3h.test\n" \
	"192.0.2.5 xn--fa-hia.test\n192.0.2.6 bücher.local\n192.0.2.7 bücher.test\n192.0.2.8 a\u200d.test\n" \
	"192.0.2.9 127.0.0.1\xff\n" \
	"192.0.2.10 many.test beef m1.test\n192.0.2.11 many.test m1.test m2.test\n192.0.2.12 MANY.test\n" \
	"::ffff:192.0.2.13 mapped.test\n::192.0.2.14 compatible.test\n192.0.2.15 deep.sub.canon.test\n" \
	"192.0.2.16 xn--fiq228c.xn--bcher-kva.test xn--b.test\n192.0.2.17 xn--80ak6aa92e.test\n" \
	"192.0.2.18 XN--BCHER-KVA.test\n192.0.2.19 xn--zz.xn--bcher-kva.test\n192.0.2.20 xn--a-0hc.test\n" \
	"192.0.2.21 xn--a-xbb.test\n192.0.2.22 xn--8g7c.test\n192.0.2.23 _sip.xn--n3h.test\n" \
	"2001:db8::3 xn--bcher-kva.test\nfe80::1 local.test\n"

#endif
