/* SPDX-License-Identifier: MIT */
#include "host/classify.h"
#include "calls/exported.h"
#include "host/idna.h"

#include <stddef.h>

/* What Python loads finds it by this name. */
const char *gaishim_idna(const char *host, int decode, char *out, size_t size);

/* For Python's idna codec (python/gaishim_idna.py), and whoever else is preloaded
 * and has a host to convert: write the ASCII form of host, which is UTF-8, or if
 * decode, the UTF-8 form of an ASCII host in lower case, to out, of size bytes: 1024
 * are enough for any host. Returns NULL, or the name of libidn2's code for the
 * reason, a constant; out is unchanged then. Any thread may call; whatever the
 * environment says. */
EXPORTED const char *gaishim_idna(const char *host, int decode, char *out, size_t size)
{
	if (classify_host(host) == HOST_ILL_FORMED)
		return "IDN2_ENCODING_ERROR";
	return idna_convert(host, decode, out, size);
}
