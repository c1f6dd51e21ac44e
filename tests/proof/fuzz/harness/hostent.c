/* SPDX-License-Identifier: MIT
 *
 * gethostbyname, gethostbyname2 and their _r forms against libc's, which looks into
 * /etc/hosts alone: which hosts are addresses, which are refused, how an answer is laid
 * out, and which buffers are too small for it.
 *
 * The input is five numbers (mode, family, two for the room in the buffer, how far that is
 * misaligned) and the host.
 */
#include "fuzz.h"

#include "config.h"
#include "host/classify.h"
#include "host/idna.h"
#include "host_answer.h"
#include "libc/next.h"
#include "start.h"

#include <dlfcn.h>
#include <nss.h>

enum mode { CALL = 3, STRICT = 4, IDN_OFF = 8, GLOBAL = 16 };

static struct host_calls libc;
static const struct host_calls ours = {
	.by_name = gethostbyname,
	.by_name2 = gethostbyname2,
	.by_name_r = gethostbyname_r,
	.by_name2_r = gethostbyname2_r,
};

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	void *library = dlopen("libc.so.6", RTLD_LAZY | RTLD_NOLOAD);

	(void)argc;
	(void)argv;
	*(void **)&libc.by_name = dlsym(library, "gethostbyname");
	*(void **)&libc.by_name2 = dlsym(library, "gethostbyname2");
	*(void **)&libc.by_name_r = dlsym(library, "gethostbyname_r");
	*(void **)&libc.by_name2_r = dlsym(library, "gethostbyname2_r");
	if (libc.by_name == NULL || libc.by_name == gethostbyname || libc.by_name2 == NULL || libc.by_name_r == NULL
	    || libc.by_name2_r == NULL || __nss_configure_lookup("hosts", "files") != 0) {
		puts("Bail out! no libc to compare with");
		exit(2);
	}
	/* A sanitizer's functions would be another preload's. */
	start();
	*(void **)&next.getaddrinfo = dlsym(library, "getaddrinfo");
	next.gethostbyname = libc.by_name;
	next.gethostbyname2 = libc.by_name2;
	next.gethostbyname_r = libc.by_name_r;
	next.gethostbyname2_r = libc.by_name2_r;
	return 0;
}

/* The form in which HOST is looked up, or NULL if it has none. It is the business of another
 * harness that this one is right. */
static const char *ascii_form(const char *host, char ascii[static HOST_MAX + 1])
{
	enum host_kind kind = classify_host(host);

	if (config.strict || config.idn == idn_off || kind == HOST_ASCII || kind == HOST_LOCAL)
		return host;
	return kind == HOST_UNICODE && idna_to_ascii(host, ascii) == 0 ? ascii : NULL;
}

static int family_of(unsigned number)
{
	switch (number) {
	case 0: return AF_INET;
	case 1: return AF_INET6;
	case 2: return AF_UNSPEC;
	default: return (int)number;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = { data, size };
	unsigned mode = take_number(&in);
	struct host_question q = { .call = (enum host_call)(mode & CALL), .family = family_of(take_number(&in)) };
	char buffer[HOST_MAX + 1];
	const char *ascii;
	void *block;

	q.room = 32 * take_number(&in);
	q.room += take_number(&in);
	q.misaligned = take_number(&in) % 16;
	q.host = subject = take_text(&in, 0, &block);
	config = (struct config){
		.strict = mode & STRICT,
		.idn = mode & IDN_OFF ? idn_off : idn_on,
		.lock = mode & GLOBAL ? lock_global : lock_host,
	};
	start_fast_path = config.lock != lock_global;
	ascii = ascii_form(q.host, buffer);
	/* The zone of an address is for getaddrinfo: such a host is local, and never found. */
	if (ascii != q.host && strchr(q.host, '%') != NULL)
		q.room = MOST_ROOM;
	spare_libc(&libc, &q);
	bool layout = is_decided_at_once(&libc, ascii != NULL ? ascii : q.host, q.family);
	struct host_answer got = answer_of(&ours, &q, 1);
	struct host_answer want = config.strict ? answer_of(&libc, &q, 0) : expect_host_answer(&libc, &q, ascii);
	if (!same_host_answer(&q, want, got, layout)) {
		print_host_question(&q);
		print_host_answer("wanted", want);
		print_host_answer("got", got);
		find("another answer than libc's");
	}
	free(block);
	return 0;
}
