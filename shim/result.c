/* SPDX-License-Identifier: MIT */
#include "result.h"

#include <stdlib.h>
#include <string.h>

struct addrinfo *result_new(const struct sockaddr *address, socklen_t length, int flags,
			    int socktype, int protocol, const char *canonname)
{
	struct addrinfo *node = malloc(sizeof *node + length);

	if (node == NULL)
		return NULL;
	*node = (struct addrinfo){
		.ai_flags = flags,
		.ai_family = address != NULL ? address->sa_family : AF_UNSPEC,
		.ai_socktype = socktype,
		.ai_protocol = protocol,
		.ai_addrlen = length,
	};
	if (address != NULL)
		node->ai_addr = memcpy(node + 1, address, length);
	if (canonname != NULL) {
		node->ai_canonname = strdup(canonname);
		if (node->ai_canonname == NULL) {
			free(node);
			return NULL;
		}
	}
	return node;
}

struct addrinfo *result_copy(const struct addrinfo *list)
{
	struct addrinfo *head = NULL;
	struct addrinfo **tail = &head;

	for (; list != NULL; list = list->ai_next) {
		*tail = result_new(list->ai_addr, list->ai_addrlen, list->ai_flags,
				   list->ai_socktype, list->ai_protocol, list->ai_canonname);
		if (*tail == NULL) {
			result_free(head);
			return NULL;
		}
		tail = &(*tail)->ai_next;
	}
	return head;
}

void result_free(struct addrinfo *list)
{
	while (list != NULL) {
		struct addrinfo *next = list->ai_next;
		free(list->ai_canonname);
		free(list);
		list = next;
	}
}
