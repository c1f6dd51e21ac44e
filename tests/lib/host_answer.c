/* SPDX-License-Identifier: MIT */
#include "host_answer.h"

#include "answer.h"
#include "musl.h"

#include <ctype.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

const char *const host_call_names[] = { "gethostbyname", "gethostbyname2", "gethostbyname_r", "gethostbyname2_r",
					"gethostbyaddr", "gethostbyaddr_r" };

enum { FILL = 0xA5, ALIGNED = 16 };

static bool has_buffer(enum host_call call)
{
	return call == BY_NAME_R || call == BY_NAME2_R || call == BY_ADDRESS_R;
}

/* Where SIDE's writable memory ends. */
static char *end_of_memory(int side)
{
	enum { SIZE = 2 * MOST_ROOM, PAGE = 1 << 16 };
	static char *end[2];

	if (end[side] == NULL) {
		char *memory = mmap(NULL, SIZE + PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

		if (memory == MAP_FAILED || mprotect(memory + SIZE, PAGE, PROT_NONE) != 0) {
			puts("Bail out! no memory");
			exit(2);
		}
		end[side] = memory + SIZE;
	}
	return end[side];
}

static struct host_answer ask_with_buffer(const struct host_calls *calls, const struct host_question *q, int side)
{
	static struct hostent entries[2], elsewhere;
	struct hostent *entry = &entries[side], *result = &elsewhere;
	char *end = end_of_memory(side), *buffer = end - q->room;
	struct host_answer a = { .said_h_errno = SAID_BEFORE };

	buffer -= (((uintptr_t)buffer - q->misaligned) % ALIGNED);
	memset(buffer, FILL, (size_t)(end - buffer));
	memset(entry, FILL, sizeof *entry);
	errno = ERRNO_BEFORE;
	h_errno = H_ERRNO_BEFORE;
	switch (q->call) {
	case BY_NAME_R:
		a.code = calls->by_name_r(q->host, entry, buffer, q->room, &result, &a.said_h_errno);
		break;
	case BY_NAME2_R:
		a.code = calls->by_name2_r(q->host, q->family, entry, buffer, q->room, &result, &a.said_h_errno);
		break;
	default:
		a.code = calls->by_address_r(q->address, q->length, q->family, entry, buffer, q->room, &result,
					     &a.said_h_errno);
	}
	a.error = is_musl() ? 0 : errno; /* musl leaves it as it happens to be */
	a.thread_h_errno = h_errno;
	a.entry = result;
	a.result_is_entry = result == NULL || result == entry;
	a.buffer = buffer;
	for (const char *c = buffer + q->room; c < end; c++)
		a.spilled |= *c != (char)FILL;
	return a;
}

struct host_answer answer_of(const struct host_calls *calls, const struct host_question *q, int side)
{
	struct host_answer a = { .said_h_errno = SAID_BEFORE, .result_is_entry = true };

	if (has_buffer(q->call))
		return ask_with_buffer(calls, q, side);
	errno = ERRNO_BEFORE;
	h_errno = H_ERRNO_BEFORE;
	switch (q->call) {
	case BY_NAME:
		a.entry = calls->by_name(q->host);
		break;
	case BY_NAME2:
		a.entry = calls->by_name2(q->host, q->family);
		break;
	default:
		a.entry = calls->by_address(q->address, q->length, q->family);
	}
	a.error = is_musl() ? 0 : errno;
	a.thread_h_errno = h_errno;
	return a;
}

/* --- the oracle --- */

/* glibc's plain form leaves errno alone then; a lookup does not. */
bool is_decided_at_once(const struct host_calls *libc, const char *host, int family)
{
	if (is_musl()) {
		const struct addrinfo hints = { .ai_flags = AI_NUMERICHOST };
		struct addrinfo *list;
		bool is_address = host[strspn(host, ".:%0123456789abcdefABCDEFxX")] == '\0' && getaddrinfo(host, NULL, &hints, &list) == 0;

		if (is_address)
			freeaddrinfo(list);
		return is_address;
	}
	errno = ERRNO_BEFORE;
	libc->by_name2(host, family == AF_UNSPEC ? AF_UNIX : family);
	return errno == ERRNO_BEFORE;
}

void spare_libc(const struct host_calls *libc, struct host_question *q)
{
	if (q->call == BY_NAME || q->call == BY_NAME_R)
		q->family = AF_INET;
	if (q->family == AF_UNSPEC && !is_decided_at_once(libc, q->host, AF_UNSPEC)
	    && (libc->by_name2(q->host, AF_INET) != NULL || libc->by_name2(q->host, AF_INET6) != NULL))
		q->family = AF_INET;
}

/* Does libc find that there is no room for the host before it looks at it? */
static bool has_no_room(const struct host_question *q)
{
	return !is_musl() && has_buffer(q->call) && (isxdigit((unsigned char)*q->host) || *q->host == ':')
	       && q->room < NUMERIC_ROOM + strlen(q->host) + 1;
}

bool is_under_localhost(const char *name)
{
	size_t length = strlen(name), end = strlen("localhost");

	if (length > 0 && name[length - 1] == '.')
		length--;
	if (length < end || strncasecmp(name + length - end, "localhost", end) != 0)
		return false;
	for (size_t label = 0, i = 0; i < length; i++) {
		label = name[i] == '.' ? 0 : label + 1;
		if (label > 63 || (label == 0 && (i == 0 || name[i - 1] == '.')))
			return false;
	}
	return length == end || name[length - end - 1] == '.';
}

/* The loopback address of NAME. Its entry takes no more room than it must: two lists of
 * pointers, the address, the name. */
static struct host_answer expect_loopback(const struct host_calls *libc, struct host_question q, const char *name)
{
	const size_t room = q.room, unaligned = -q.misaligned % sizeof(char *);
	struct host_answer a;

	q.host = q.family == AF_INET ? "127.0.0.1" : "::1";
	q.room = MOST_ROOM;
	a = answer_of(libc, &q, 0);
	a.entry->h_name = (char *)name;
	if (is_musl()) {
		a.entry->h_aliases[0] = (char *)name;
		if (has_buffer(q.call) && room < unaligned + 4 * sizeof(char *) + (size_t)a.entry->h_length + strlen(name) + 1)
			return (struct host_answer){ .code = ERANGE, .thread_h_errno = H_ERRNO_BEFORE, .said_h_errno = SAID_BEFORE };
		return a;
	}
	a.error = 0;
	if (has_buffer(q.call) && room < unaligned + 3 * sizeof(char *) + (size_t)a.entry->h_length + strlen(name) + 1)
		return (struct host_answer){ .code = ERANGE, .error = ERANGE, .thread_h_errno = H_ERRNO_BEFORE,
					     .said_h_errno = NETDB_INTERNAL };
	return a;
}

static struct host_answer expect_normalized(const struct host_calls *libc, const struct host_question *q, const char *ascii)
{
	const bool is_usual = q->family == AF_INET || q->family == AF_INET6;
	struct host_question normalized = *q;

	normalized.host = ascii;
	if (ascii == q->host || !is_usual || has_no_room(q) || is_decided_at_once(libc, q->host, q->family))
		return answer_of(libc, q, 0);
	if (ascii != NULL && is_decided_at_once(libc, ascii, q->family))
		return answer_of(libc, &normalized, 0);
	if (libc->by_name2(q->host, q->family) != NULL)
		return answer_of(libc, q, 0);
	if (ascii != NULL)
		return answer_of(libc, &normalized, 0);
	if (has_buffer(q->call))
		return (struct host_answer){ .thread_h_errno = H_ERRNO_BEFORE, .said_h_errno = HOST_NOT_FOUND };
	return (struct host_answer){ .thread_h_errno = HOST_NOT_FOUND, .said_h_errno = SAID_BEFORE };
}

/* Without /etc/hosts libc returns ENOENT for a host that no other source has. */
struct host_answer expect_host_answer(const struct host_calls *libc, const struct host_question *q, const char *ascii)
{
	const bool is_usual = q->family == AF_INET || q->family == AF_INET6;
	struct host_answer a = expect_normalized(libc, q, ascii);

	if (a.entry != NULL || (a.code != 0 && a.code != ENOENT) || !is_usual || ascii == NULL || !is_under_localhost(ascii)
	    || is_decided_at_once(libc, ascii, q->family))
		return a;
	return expect_loopback(libc, *q, ascii);
}

/* --- comparing --- */

/* libc lays lists out where the buffer begins, aligned or not. */
static char *item(char **list, size_t i)
{
	char *p;

	memcpy(&p, (char *)list + i * sizeof p, sizeof p);
	return p;
}

static bool is_inside(const void *p, size_t size, struct host_answer a, size_t room)
{
	const char *begin = p;

	return a.buffer == NULL || (begin >= a.buffer && begin + size <= a.buffer + room);
}

/* Is LIST, and what it leads to, inside the buffer? SIZE is that of each, 0: it is a string. */
static bool is_list_inside(char **list, size_t size, struct host_answer a, size_t room)
{
	for (size_t i = 0;; i++) {
		if (!is_inside((char *)list + i * sizeof *list, sizeof *list, a, room))
			return false;
		const char *p = item(list, i);
		if (p == NULL)
			return true;
		if (!is_inside(p, size != 0 ? size : strlen(p) + 1, a, room))
			return false;
	}
}

static bool is_whole(struct host_answer a, size_t room)
{
	const struct hostent *h = a.entry;

	return is_inside(h->h_name, strlen(h->h_name) + 1, a, room) && is_list_inside(h->h_aliases, 0, a, room)
	       && is_list_inside(h->h_addr_list, (size_t)h->h_length, a, room);
}

/* Are the items the same? SIZE as above. */
static bool same_list(char **a, char **b, size_t size)
{
	for (size_t i = 0;; i++) {
		const char *p = item(a, i), *q = item(b, i);

		if (p == NULL || q == NULL)
			return p == q;
		if (size != 0 ? memcmp(p, q, size) != 0 : strcmp(p, q) != 0)
			return false;
	}
}

static bool same_entry(const struct hostent *a, const struct hostent *b)
{
	return a->h_addrtype == b->h_addrtype && a->h_length == b->h_length && same_text(a->h_name, b->h_name)
	       && same_list(a->h_aliases, b->h_aliases, 0) && same_list(a->h_addr_list, b->h_addr_list, (size_t)a->h_length);
}

/* The same, and at the same places. A buffer's own pointers differ, so they are compared as
 * offsets; around them the bytes are the same. */
static bool same_layout(struct host_answer a, struct host_answer b, size_t room)
{
	const struct hostent *h = a.entry, *k = b.entry;
	ptrdiff_t list = (char *)h->h_addr_list - a.buffer, name = h->h_name - a.buffer;

	return list == (char *)k->h_addr_list - b.buffer && name == k->h_name - b.buffer
	       && (char *)h->h_aliases - a.buffer == (char *)k->h_aliases - b.buffer
	       && item(h->h_addr_list, 0) - a.buffer == item(k->h_addr_list, 0) - b.buffer
	       && memcmp(a.buffer, b.buffer, (size_t)list) == 0
	       && memcmp(a.buffer + name, b.buffer + name, room - (size_t)name) == 0;
}

bool same_host_answer(const struct host_question *q, struct host_answer want, struct host_answer got, bool layout)
{
	if (want.code != got.code || want.error != got.error || want.thread_h_errno != got.thread_h_errno
	    || want.said_h_errno != got.said_h_errno || !got.result_is_entry || got.spilled)
		return false;
	if (want.entry == NULL || got.entry == NULL)
		return want.entry == got.entry;
	return is_whole(got, q->room) && same_entry(want.entry, got.entry)
	       && (!layout || got.buffer == NULL || same_layout(want, got, q->room));
}

/* --- telling --- */

static void print_bytes(const void *data, size_t size)
{
	const unsigned char *byte = data;

	for (size_t i = 0; i < size; i++)
		printf("%02x", byte[i]);
}

static void print_string(const char *text)
{
	putchar('"');
	for (; *text != '\0'; text++)
		printf(*text < ' ' || *text == '"' || *text == '\\' || *text == 0x7F ? "\\x%02x" : "%c", (unsigned char)*text);
	putchar('"');
}

void print_host_question(const struct host_question *q)
{
	printf(" %s(", host_call_names[q->call]);
	if (q->call == BY_ADDRESS || q->call == BY_ADDRESS_R) {
		print_bytes(q->address, q->length < 32 ? q->length : 32);
		printf(", %u", q->length);
	} else {
		print_string(q->host);
	}
	if (q->call != BY_NAME && q->call != BY_NAME_R)
		printf(", %d", q->family);
	if (has_buffer(q->call))
		printf(", room %zu, misaligned %zu", q->room, q->misaligned);
	puts(")");
}

void print_host_answer(const char *who, struct host_answer a)
{
	printf("#   %s: %s, code=%d errno=%d h_errno=%d", who, a.entry == NULL ? "NULL" : "an entry", a.code, a.error,
	       a.thread_h_errno);
	if (a.buffer != NULL)
		printf(" said=%d", a.said_h_errno);
	puts(a.spilled ? ", written behind the buffer" : "");
	if (!a.result_is_entry)
		puts("#     *result is neither NULL nor the entry");
	if (a.entry == NULL || !a.result_is_entry)
		return;
	printf("#     name=");
	print_string(a.entry->h_name);
	printf(" type=%d length=%d aliases=", a.entry->h_addrtype, a.entry->h_length);
	for (size_t i = 0; item(a.entry->h_aliases, i) != NULL; i++)
		print_string(item(a.entry->h_aliases, i));
	printf(" addresses=");
	for (size_t i = 0; item(a.entry->h_addr_list, i) != NULL; i++) {
		print_bytes(item(a.entry->h_addr_list, i), (size_t)a.entry->h_length);
		putchar(' ');
	}
	puts("");
}
