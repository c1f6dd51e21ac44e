/* SPDX-License-Identifier: MIT
 *
 * The program: options, rounds and the verdict.
 */
#include "stress.h"

#include <dlfcn.h>
#include <err.h>
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <nss.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

static const char usage[] =
	"usage: stress [--resolver fake|dns] [--seconds N] [--threads N] [--seed N]\n"
	"              [--limit SECONDS] [--no-forks] [--no-cancel] [--libc]\n"
	"       stress --zone test|slow\n"
	"\n"
	"Ask getaddrinfo, gethostbyname and their kin from many threads, and check every answer.\n"
	"The object is preloaded, and for --resolver fake (the default) the fake resolver after\n"
	"it; for dns there is a nameserver with the hosts that --zone prints, as a configuration\n"
	"for dnsmasq.\n"
	"scripts/dev/stress sees to both.\n"
	"\n"
	"  --seconds N     how long (30)\n"
	"  --threads N     1 to 4000 (64)\n"
	"  --seed N        what the questions are made from (a random one)\n"
	"  --limit S       who takes longer hangs (30)\n"
	"  --no-forks      no children\n"
	"  --no-cancel     no thread is cancelled, exits or jumps out of a lookup\n"
	"  --libc          without the object: ask only what libc alone answers alike\n"
	"\n"
	"The last line is the verdict. The exit status is 0 if all was well, 1 if not, 2 for\n"
	"bad options.\n";

enum { ROUND = 60 }; /* seconds */

struct options options = {
	.seconds = 30, .threads = 64, .forks = true, .cancel = true, .limit = 30 * SECOND,
};

/* Joins everybody. */
static void join_all(struct slot *own)
{
	stopping = true;
	slot_begin(own, "pthread_join");
	for (int i = 0; i < slot_count; i++) {
		void *result;

		if (!slots[i].running)
			continue;
		pthread_join(slots[i].thread, &result);
		interrupt_count(result);
		slots[i].running = false;
		slots[i].since = 0;
	}
	slot_end(own);
}

static void run_round(int64_t begun, int64_t end)
{
	struct slot *own = &slots[slot_count - 1];

	stopping = false;
	for (int i = 0; i < slot_count - 1; i++)
		slot_start(&slots[i]);
	while (now() < end) {
		slot_begin(own, "interrupt");
		if (options.cancel)
			interrupt_next(&own->random);
		slot_end(own);
		nap(2 * MILLISECOND);
		progress(begun);
	}
	join_all(own);
}

/* A warm-up, then rounds. */
static void run(void)
{
	int64_t begun = now(), end = begun + options.seconds * SECOND;
	int64_t warm = options.seconds * SECOND / 8;

	run_round(begun, begun + (warm > 10 * SECOND ? 10 * SECOND : warm));
	first = last = usage_read_idle();
	while (now() < end) {
		int64_t until = now() + ROUND * SECOND;

		run_round(begun, until > end - SECOND ? end : until);
		last = usage_read_idle();
	}
}

static uint64_t number(const char *text, uint64_t least, uint64_t most)
{
	char *end;
	uint64_t value;

	errno = 0;
	value = strtoull(text, &end, 0);
	if (errno != 0 || *end != '\0' || end == text || value < least || value > most)
		errx(2, "%s: not a number from %" PRIu64 " to %" PRIu64, text, least, most);
	return value;
}

static void choose(const char *text, const char *no, const char *yes, bool *chosen)
{
	*chosen = strcmp(text, yes) == 0;
	if (!*chosen && strcmp(text, no) != 0)
		errx(2, "%s: neither %s nor %s", text, no, yes);
}

/* Options into `options`; the number of a child, or 0. */
static uint64_t read_options(int argc, char **argv)
{
	static const struct option names[] = {
		{ "resolver", 1, NULL, 'r' }, { "seconds", 1, NULL, 's' }, { "threads", 1, NULL, 't' },
		{ "seed", 1, NULL, 'e' }, { "limit", 1, NULL, 'l' }, { "no-forks", 0, NULL, 'F' },
		{ "no-cancel", 0, NULL, 'C' }, { "libc", 0, NULL, 'L' }, { "zone", 1, NULL, 'z' },
		{ "child", 1, NULL, 'c' }, { "help", 0, NULL, 'h' }, { NULL, 0, NULL, 0 },
	};
	uint64_t child = 0;
	bool slow;
	int option;

	if (getrandom(&options.seed, 4, 0) != 4)
		err(1, "getrandom");
	while ((option = getopt_long(argc, argv, "", names, NULL)) != -1)
		switch (option) {
		case 'r': choose(optarg, "fake", "dns", &options.dns); break;
		case 's': options.seconds = (int)number(optarg, 1, 1000000); break;
		case 't': options.threads = (int)number(optarg, 1, 4000); break;
		case 'e': options.seed = number(optarg, 0, UINT64_MAX); break;
		case 'l': options.limit = (int64_t)number(optarg, 1, 1000000) * SECOND; break;
		case 'F': options.forks = false; break;
		case 'C': options.cancel = false; break;
		case 'L': options.libc = true; break;
		case 'c': child = number(optarg, 0, UINT64_MAX); break;
		case 'z':
			choose(optarg, "test", "slow", &slow);
			dns_print_zone(stdout, slow);
			exit(0);
		case 'h':
			fputs(usage, stdout);
			exit(0);
		default:
			fputs(usage, stderr);
			exit(2);
		}
	if (optind < argc)
		errx(2, "%s: no option", argv[optind]);
	return child;
}

int main(int argc, char **argv)
{
	uint64_t child = read_options(argc, argv);

	options.hedged = getenv("GAISHIM_HEDGE") != NULL && strcmp(getenv("GAISHIM_HEDGE"), "1") == 0;
	options.sanitizer = getenv("TEST_SANITIZER") != NULL;
	if (!options.libc && dlsym(RTLD_DEFAULT, "gaishim_idna") == NULL)
		errx(2, "the object is not preloaded");
	fake = options.dns ? NULL : dlsym(RTLD_DEFAULT, "fake_resolver");
	if (!options.dns && fake == NULL)
		errx(2, "the fake resolver is not preloaded");
	if (child != 0)
		child_main(child);
	fprintf(stderr, "stress: seed %" PRIu64 "\n", options.seed);
	/* So libc does not try to connect to nscd, where a cancellation makes it leak. */
	if (options.dns)
		__nss_configure_lookup("hosts", "files dns");
	slots_allocate();
	interrupt_prepare();
	watch_start();
	run();
	verdict();
}
