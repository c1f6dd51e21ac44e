/* SPDX-License-Identifier: MIT */
#include "host/classify.h"
#include "calls/exported.h"
#include "host/idna.h"

#include <stddef.h>

/* Python's codec finds the function by this name. */
const char *gaishim_idna(const char *host, int decode, char *out, size_t size);

/* For Python's idna codec (python/gaishim_idna.py), and for other programs that run with
 * the object and have a host to convert. Writes the ASCII form of host, which is UTF-8, to
 * out, which has size bytes: 1024 are enough for any host. If decode, host is ASCII in
 * lower case, and out gets its UTF-8 form. Returns NULL, or the name of libidn2's code for
 * the reason, a constant; out is unchanged on failure. Any thread may call, and no option
 * changes this function. */
EXPORTED const char *gaishim_idna(const char *host, int decode, char *out, size_t size)
{
	if (classify_host(host) == HOST_ILL_FORMED)
		return "IDN2_ENCODING_ERROR";
	return idna_convert(host, decode, out, size);
}
