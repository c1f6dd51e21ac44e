/* SPDX-License-Identifier: MIT */
/* What the plugin of libplugin.c is told, by "plugin_ask". */
#ifndef PLUGIN_H
#define PLUGIN_H

#include <netdb.h>

struct plugin_lookup {
	const char *host; /* with SOCK_STREAM and port 80 */
	int code;
	struct addrinfo *list;
};

typedef void plugin_ask_fn(struct plugin_lookup *asked, int on_thread);
plugin_ask_fn plugin_ask;

#endif
