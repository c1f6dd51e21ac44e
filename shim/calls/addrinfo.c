/* SPDX-License-Identifier: MIT */
#include "calls/addrinfo.h"

#include "host/idna.h"
#include "libc/libc.h"

#include <stdlib.h>
#include <string.h>

void *addrinfo_copy(const void *list)
{
	return libc->list_copy(list, NULL);
}

void addrinfo_discard(void *list)
{
	freeaddrinfo(list); /* as it came: its maker may have a freeaddrinfo of its own */
}

/* Another preload may not give the name a malloc of its own (proxychains does not), so the
 * name is replaced in a copy of the list. */
int addrinfo_match(const struct question *q, struct addrinfo **list)
{
	char *name = (*list)->ai_canonname, *unicode = NULL;
	int code = 0;

	if (q->flags & ~q->libc_flags & AI_CANONIDN && name != NULL)
		code = idna_to_unicode(name, &unicode); /* if it fails the name stays, as in libc */
	if (unicode != NULL && strcmp(unicode, name) != 0) {
		struct addrinfo *own = libc->list_copy(*list, unicode);

		if (own != NULL) {
			freeaddrinfo(*list);
			*list = own;
		} else {
			code = EAI_MEMORY;
		}
	}
	free(unicode);
	for (struct addrinfo *node = *list; node != NULL; node = node->ai_next) {
		node->ai_flags = q->flags;
		node->ai_socktype |= q->type_bits;
	}
	return code == EAI_MEMORY ? code : 0;
}
