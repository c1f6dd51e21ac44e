/* SPDX-License-Identifier: MIT */
/* The calls that look a host up, other than getaddrinfo: asked by their names. */
#ifndef HOST_CALLS_H
#define HOST_CALLS_H

#include <netdb.h>

struct host_reply {
	int code;             /* 0; else h_errno, or what getnameinfo returned */
	struct hostent *host; /* the answer, if the call is not getnameinfo */
	char name[NI_MAXHOST]; /* the answer of getnameinfo */
	struct hostent own;
	char buffer[16384];
};

/* Ask CALL, such as "gethostbyname_r", for HOST: a name, or for the calls that look for a name
 * an address as text. FAMILY counts for gethostbyname2 and gethostbyname2_r; FLAGS are
 * getnameinfo's. *REPLY is the caller's, who must not copy it. Any thread may call. A call that
 * is not known ends the program. */
void host_call(const char *call, const char *host, int family, int flags, struct host_reply *reply);

#endif
