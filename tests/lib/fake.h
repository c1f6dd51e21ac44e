/* SPDX-License-Identifier: MIT */
/*
 * The fake resolver: getaddrinfo, gethostbyname_r, gethostbyname2_r, gethostbyaddr_r and
 * getnameinfo, preloaded behind the shim, which takes them for libc's. It serves the hosts
 * under .fake and the addresses that belong to such hosts, see remember(). It leaves all
 * others to libc, but for hosts that are not ASCII: these must never come so far, and fail
 * with EAI_FAIL or NO_RECOVERY.
 *
 * The forms without a buffer, such as gethostbyname, are libc's. The shim must not ask them:
 * they find no host under .fake.
 *
 * The labels of a host say what becomes of its lookup, in this order:
 *
 *   hook       the function set by hook() is called, on the caller's thread
 *   gate       it stays until the gate is open
 *   ms-N       it takes N milliseconds
 *   eai-N      it fails with -N (EAI_NONAME is 2), without touching *res
 *   errno-N    errno is N when it returns
 *   once-N     the labels above hold for the first N lookups of the host only; N is 1
 *              if it is left out
 *   many-N     a struct hostent has N addresses, all of that family
 *
 * All others are there to make hosts distinct. Every answer is derived from
 * the question, see fake_address(); libc's freeaddrinfo frees it.
 *
 * A call that answers with a struct hostent fails as libc's does. The code is in h_errno
 * (eai-2 is HOST_NOT_FOUND, eai-3 TRY_AGAIN, eai-4 NO_RECOVERY, eai-5 NO_DATA), it returns
 * errno, and errno is 0 for HOST_NOT_FOUND and NO_DATA, EAGAIN for TRY_AGAIN. eai-11 is
 * NETDB_INTERNAL.
 */
#ifndef FAKE_H
#define FAKE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Found by dlsym as "fake_resolver"; any thread may call any of it. */
struct fake {
	/* Forgets all counts and the hooks, and closes the gate. */
	void (*reset)(void);
	/* Lookups of HOST so far, whatever the letters' case. Hosts are counted
	 * apart up to some hundreds, see total() for more. */
	int (*calls)(const char *host);
	int (*total)(void);
	/* Lookups that are inside now, and the most there were at once. One that
	 * is left by a jump or by the end of its thread stays in the count. */
	int (*running)(void);
	int (*running_max)(void);
	/* A forked child finds the gate open. */
	void (*open_gate)(void);
	void (*hook)(void (*function)(const char *host));
	/* Called in each forked child, by a handler that was registered before the shim's. */
	void (*in_child)(void (*function)(void));
	/* From now on the addresses of HOST, which is under .fake, have its canonical name. A
	 * lookup of such an address is one of HOST, and counted as one. There is room for some
	 * hundred hosts. */
	void (*remember)(const char *host);
};

/* FNV-1a of HOST in lower case. */
uint64_t fake_hash(const char *host);

/* The first address of HOST in FAMILY: 10.x.x.x or fd00::x. Returns its length. */
size_t fake_address(const char *host, int family, unsigned char bytes[16]);

/* Its address number N, from 0 on. */
size_t fake_address_of_many(const char *host, int family, size_t n, unsigned char bytes[16]);

/* The number after NAME- in a label of HOST; 0 for NAME alone; -1 if neither. */
int fake_label(const char *host, const char *name);

/* How many addresses a struct hostent of HOST has. */
size_t fake_addresses(const char *host);

/* The canonical name of HOST is this before the host as libc is asked for it. */
#define FAKE_CANON "canon-of."

#endif
