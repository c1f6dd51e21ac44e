/* SPDX-License-Identifier: MIT
 *
 * Print what an object that is built here and now holds and runs on, for `gaishim --version`.
 * The Makefile links this with the same libraries as the object, and runs it. Where it cannot
 * run, scripts/dev/header-versions reads the part that is for FROM_HEADERS.
 */
#ifndef SHARED
#include <idn2.h>
#include <unistring/version.h>
#endif
#include <features.h>
#ifndef FROM_HEADERS
#include <stdio.h>
#endif

#if defined __x86_64__ && !defined __ILP32__
#define MACHINE "x86_64"
#elif defined __aarch64__ && !defined __ILP32__
#define MACHINE "aarch64"
#elif defined __powerpc64__ && defined __LITTLE_ENDIAN__
#define MACHINE "ppc64le"
#endif

#ifdef FROM_HEADERS

#ifdef SHARED
#define IDN2_VERSION shared
#define _LIBUNISTRING_VERSION shared
#define UNICODE shared
/* The newest Unicode of a host, by releases of libidn2: the older one of its two tables. */
#elif IDN2_VERSION_NUMBER < 0x02030000 || IDN2_VERSION_NUMBER > 0x02030008
#define UNICODE unknown
#elif IDN2_VERSION_NUMBER >= 0x02030008
#define UNICODE 15.1
#elif IDN2_VERSION_NUMBER >= 0x02030004
#define UNICODE 15.0
#elif IDN2_VERSION_NUMBER >= 0x02030003
#define UNICODE 12.1
#else
#define UNICODE 11.0
#endif
versions: IDN2_VERSION _LIBUNISTRING_VERSION UNICODE MACHINE __GLIBC__ __GLIBC_MINOR__

#else

#ifdef SHARED
/* The libraries are those of the system on which the object is loaded. */
static void print_libraries(void)
{
	printf("libidn2 and libunistring shared");
}
#else
/* The newest Unicode of which a host may have the characters, by a letter that each brought.
 * libidn2 and libunistring tell their own versions, but not that of their tables, and the
 * older table decides. */
static const char *unicode(void)
{
	static const struct {
		const char *version;
		const char *letter;
	} rows[] = {
		{"10.0", "\u0860"},     {"11.0", "\U00010F00"}, {"12.0", "\U0001E100"}, {"12.1", "\u32FF"},
		{"13.0", "\U00010E80"}, {"14.0", "\u0870"},     {"15.0", "\U00011F04"}, {"15.1", "\U0002EBF0"},
		{"16.0", "\U000105C0"}, {"17.0", "\U00010940"},
	};
	const char *newest = "older than 10.0";

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		uint8_t *ascii = NULL;
		if (idn2_lookup_u8((const uint8_t *)rows[i].letter, &ascii, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL) != IDN2_OK)
			break;
		idn2_free(ascii);
		newest = rows[i].version;
	}
	return newest;
}

static void print_libraries(void)
{
	printf("libidn2 %s, libunistring %d.%d", idn2_check_version(NULL),
	       _libunistring_version >> 16, _libunistring_version >> 8 & 0xff);
	if ((_libunistring_version & 0xff) != 0)
		printf(".%d", _libunistring_version & 0xff);
	printf(", Unicode %s", unicode());
}
#endif

int main(void)
{
	print_libraries();
#ifdef MACHINE
	printf(", " MACHINE ", glibc 2.31+\n"); /* see shim/libc/glibc.c */
#else
	printf(", glibc %d.%d+\n", __GLIBC__, __GLIBC_MINOR__);
#endif
	return 0;
}

#endif
