/* SPDX-License-Identifier: MIT */
/* What the plugin of libplug.c is told, by "plug_ask". */
#ifndef PLUG_H
#define PLUG_H

#include <netdb.h>

struct plugged {
	const char *host; /* with SOCK_STREAM and port 80 */
	int code;
	struct addrinfo *list;
};

typedef void plug_ask_fn(struct plugged *asked, int on_thread);
plug_ask_fn plug_ask;

#endif
