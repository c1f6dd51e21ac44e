/* SPDX-License-Identifier: MIT
 *
 * What has come of it so far, and in the end.
 */
#include "stress.h"

#include "fake.h"

#include <unistd.h>

/* What may come on top of the first reading. The heap is read with all other threads
 * gone, and their caches with them: what is left is libc's list of stacks. */
enum { HEAP_MARGIN = 8 << 10, HEAP_THREAD = 16, RESIDENT_MARGIN = 8 << 20, RESIDENT_PERCENT = 10 };
/* Of a hundred children how many may be stuck in libc: with the gate it is a few,
 * without it twenty. With more threads than these the gate's wait is too short, if
 * there are few processors: then it is only told. */
enum { STUCK_PERCENT = 15, STUCK_MARGIN = 2, STUCK_THREADS = 64 };

const struct fake *fake;
struct reading first, last;

static unsigned long sum_calls(void)
{
	unsigned long sum = 0;

	for (int i = 0; i < slot_count; i++)
		sum += slots[i].calls;
	return sum;
}

/* How many got the answer to another's lookup, if TORN of those that were left in the
 * middle were no lookups, but waiters. */
static long count_shared(unsigned long torn)
{
	long sum = (long)torn - fake->total();

	for (int i = 0; i < slot_count; i++)
		sum += (long)slots[i].resolved;
	return sum > 0 ? sum : 0;
}

/* 1234567 as "1 234 567". */
static const char *grouped(unsigned long n, char text[static 32])
{
	char *at = text + 31;

	*at = '\0';
	for (int digits = 0; n > 0 || digits == 0; digits++, n /= 10) {
		if (digits > 0 && digits % 3 == 0)
			*--at = ' ';
		*--at = (char)('0' + n % 10);
	}
	return at;
}

static double percent(long from, long to)
{
	return from == 0 ? 0 : 100.0 * (double)(to - from) / (double)from;
}

static const char *find_failure(void)
{
	if (counts.hung > 0)
		return "hangs";
	if (counts.wrong > 0)
		return "wrong";
	if (last.heap > first.heap + HEAP_MARGIN + HEAP_THREAD * options.threads)
		return "the heap grows";
	if (last.resident > first.resident / 100 * (100 + RESIDENT_PERCENT) + RESIDENT_MARGIN)
		return "memory grows";
	if (last.descriptors != first.descriptors)
		return "descriptors leak";
	if (last.threads != first.threads)
		return "threads are left";
	if (options.threads <= STUCK_THREADS
	    && counts.stuck > counts.forks * STUCK_PERCENT / 100 + STUCK_MARGIN)
		return "children are stuck in libc";
	/* What has not happened was not tested. */
	if (options.forks && counts.forks == 0)
		return "there was no fork";
	if (options.cancel && counts.cancelled == 0)
		return "nobody was cancelled";
	if (fake != NULL && !options.libc && !options.hedged && options.threads >= 16
	    && count_shared(counts.cancelled + counts.exited + counts.jumped) == 0)
		return "nobody shared an answer";
	return NULL;
}

_Noreturn void verdict(void)
{
	const char *bad = find_failure();
	char line[512], number[8][32];
	int length = snprintf(line, sizeof line,
		"stress: %s: %s calls, %d threads, %s forks (%lu stuck in libc), %s cancellations, %s exits, %s jumps, ",
		options.dns ? "dns" : "fake", grouped(sum_calls(), number[0]), options.threads,
		grouped(counts.forks, number[1]), counts.stuck, grouped(counts.cancelled, number[2]),
		grouped(counts.exited, number[3]), grouped(counts.jumped, number[4]));

	if (last.descriptors != first.descriptors)
		usage_print_descriptors();
	if (fake != NULL && !options.hedged)
		length += snprintf(line + length, sizeof line - (size_t)length, "%s shared, ",
				   grouped((unsigned long)count_shared(0), number[5]));
	length += snprintf(line + length, sizeof line - (size_t)length, "%s hangs, %s wrong, ",
			   grouped(counts.hung, number[6]), grouped(counts.wrong, number[7]));
	if (!options.sanitizer)
		length += snprintf(line + length, sizeof line - (size_t)length, "heap %+ld B, memory %+.1f %%, ",
				   last.heap - first.heap, percent(first.resident, last.resident));
	length += snprintf(line + length, sizeof line - (size_t)length, "descriptors %+ld: %s%s\n",
			   last.descriptors - first.descriptors, bad != NULL ? "FAILED: " : "passed",
			   bad != NULL ? bad : "");
	_exit(write(STDOUT_FILENO, line, (size_t)length) == length && bad == NULL ? 0 : 1);
}

void progress(int64_t begun)
{
	static int64_t next;
	int64_t elapsed = now() - begun;
	char calls[32];

	if (!isatty(STDERR_FILENO) && options.seconds <= 60)
		return;
	if (next == 0)
		next = 10 * SECOND;
	if (elapsed < next)
		return;
	next += 10 * SECOND;
	say("stress: %s: %d s, %s calls, %lu forks, %lu wrong\n", options.dns ? "dns" : "fake",
		(int)(elapsed / SECOND), grouped(sum_calls(), calls), counts.forks, counts.wrong);
}

