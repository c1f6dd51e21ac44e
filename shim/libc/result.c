/* SPDX-License-Identifier: MIT */
#include "libc/result.h"

#include <stdlib.h>
#include <string.h>

static struct addrinfo *copy_node(const struct addrinfo *node)
{
	size_t length = node->ai_addr != NULL ? node->ai_addrlen : 0;
	struct addrinfo *copy = malloc(sizeof *copy + length);

	if (copy == NULL)
		return NULL;
	*copy = *node;
	copy->ai_next = NULL;
	if (node->ai_addr != NULL)
		copy->ai_addr = memcpy(copy + 1, node->ai_addr, length);
	if (node->ai_canonname != NULL) {
		copy->ai_canonname = strdup(node->ai_canonname);
		if (copy->ai_canonname == NULL) {
			free(copy);
			return NULL;
		}
	}
	return copy;
}

struct addrinfo *result_copy(const struct addrinfo *list)
{
	struct addrinfo *head = NULL;
	struct addrinfo **tail = &head;

	for (; list != NULL; list = list->ai_next) {
		*tail = copy_node(list);
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
