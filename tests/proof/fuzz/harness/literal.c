/* SPDX-License-Identifier: MIT
 *
 * literal_ipv4() and literal_ipv6() against inet_aton and inet_pton. The input is
 * the host.
 */
#include "fuzz.h"
#include "host/literal.h"

#include <arpa/inet.h>

/* inet_aton, but for the text that it lets follow an address. */
static bool expect_ipv4(const char *text, struct in_addr *address)
{
	return strpbrk(text, " \t\n\v\f\r") == NULL && inet_aton(text, address) == 1;
}

/* inet_pton, up to a '%'. */
static bool expect_ipv6(const char *text, struct in6_addr *address, const char **zone)
{
	char *copy = strdup(text);
	char *percent;
	bool taken;

	if (copy == NULL)
		find("out of memory");
	percent = strchr(copy, '%');
	*zone = percent != NULL ? text + (percent - copy) + 1 : NULL;
	if (percent != NULL)
		*percent = '\0';
	taken = inet_pton(AF_INET6, copy, address) == 1;
	free(copy);
	return taken;
}

static void check_ipv4(const char *text)
{
	struct in_addr want, got;
	bool wanted = expect_ipv4(text, &want);

	if (literal_ipv4(text, &got) == wanted && (!wanted || got.s_addr == want.s_addr))
		return;
	find("literal_ipv4 %s inet_aton", wanted ? "does not answer as" : "takes more than");
}

static void check_ipv6(const char *text)
{
	struct in6_addr want, got;
	const char *want_zone, *got_zone = "untouched";
	const char *const zone_before = got_zone;
	bool wanted = expect_ipv6(text, &want, &want_zone);
	bool taken, same;

	taken = literal_ipv6(text, &got, &got_zone);
	same = taken == wanted && (taken
				   ? memcmp(&got, &want, sizeof got) == 0 && got_zone == want_zone
				   : got_zone == zone_before);
	if (same)
		return;
	find("literal_ipv6 %s inet_pton", wanted ? "does not answer as" : "takes more than");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in;
	void *block;

	for (size_t skip = 0; skip < 2; skip++) {
		in = (struct input){ data, size };
		char *text = take_text(&in, skip * (1 + size % 7), &block);

		subject = text;
		check_ipv4(text);
		check_ipv6(text);
		free(block);
	}
	return 0;
}
