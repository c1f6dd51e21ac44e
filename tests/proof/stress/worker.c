/* SPDX-License-Identifier: MIT
 *
 * The threads, what each does at the moment, and the watch over them.
 */
#include "stress.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { FORKERS = 4, STACK = 1 << 20 };

struct slot *slots;
int slot_count;
_Thread_local struct slot *self;
atomic_bool stopping;
struct counts counts;

int64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * SECOND + t.tv_nsec;
}

void nap(int64_t nanoseconds)
{
	struct timespec t = { nanoseconds / SECOND, nanoseconds % SECOND };

	nanosleep(&t, NULL);
}

void say(const char *format, ...)
{
	char text[1500];
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	if (length >= (int)sizeof text)
		length = sizeof text - 1;
	while (write(STDERR_FILENO, text, (size_t)length) < 0 && errno == EINTR)
		;
}

void slots_allocate(void)
{
	slot_count = options.threads + (options.forks ? FORKERS : 0) + 1;
	slots = aligned_alloc(_Alignof(struct slot), (size_t)slot_count * sizeof *slots);
	if (slots == NULL)
		err(1, "memory");
	memset(slots, 0, (size_t)slot_count * sizeof *slots);
	for (int i = 0; i < slot_count; i++) {
		slots[i].number = i;
		slots[i].role = i == slot_count - 1 ? MAIN : i >= options.threads ? FORKER
			: options.cancel && i % 4 == 3 ? VICTIM : CALM;
	}
	slots[slot_count - 1].tid = gettid();
}

void slot_begin(struct slot *slot, const char *doing)
{
	slot->doing = doing;
	slot->since = now();
}

void slot_end(struct slot *slot)
{
	slot->since = 0;
}

void slot_ask(struct slot *slot, enum temper temper)
{
	char detail[DETAIL];
	const char *what;

	question_make(&slot->question, &slot->random, temper);
	slot_begin(slot, call_names[slot->question.call]);
	what = ask(&slot->question, detail);
	slot_end(slot);
	if (what != NULL)
		complain(&slot->question, what, detail);
	slot->calls++;
	slot->resolved += slot->question.resolved;
}

static void *worker_main(void *argument)
{
	struct slot *slot = argument;
	enum temper temper = slot->role == VICTIM ? GENTLE : ANY;

	self = slot;
	slot->tid = gettid();
	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, NULL);
	host_prepare();
	if (slot->role == VICTIM && sigsetjmp(interrupt_back, 1) != 0)
		counts.jumped++;
	while (!stopping)
		slot_ask(slot, temper);
	return NULL;
}

void slot_start(struct slot *slot)
{
	pthread_attr_t attributes;

	slot->random = random_stream((uint64_t)++slot->life << 32 | (uint64_t)slot->number);
	slot->since = 0;
	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, STACK);
	errno = pthread_create(&slot->thread, &attributes, slot->role == FORKER ? forker_main : worker_main, slot);
	if (errno != 0)
		err(1, "thread %d", slot->number);
	pthread_attr_destroy(&attributes);
	slot->running = true;
}

/* What the kernel says of a thread: the file's first line, or a dash. */
static void read_task(int tid, const char *file, char *text, size_t size)
{
	char path[64];
	ssize_t length = -1;
	int fd;

	snprintf(path, sizeof path, "/proc/self/task/%d/%s", tid, file);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		length = read(fd, text, size - 1);
		close(fd);
	}
	if (length <= 0)
		length = snprintf(text, size, "-");
	text[length] = '\0';
	text[strcspn(text, "\n")] = '\0';
}

static void report_hang(const struct slot *slot, int64_t age)
{
	static const char *const roles[] = { "calm", "victim", "forker", "main" };
	char text[512] = "", call[128], channel[64];

	if (strcmp(slot->doing, "getaddrinfo") == 0)
		question_describe(&slot->question, text);
	read_task(slot->tid, "syscall", call, sizeof call);
	read_task(slot->tid, "wchan", channel, sizeof channel);
	say("stress: thread %d (%s, tid %d) hangs for %.1f s: %s %s [syscall %s, in %s]\n",
		slot->number, roles[slot->role], slot->tid, (double)age / SECOND, slot->doing, text, call, channel);
}

/* Takes no lock and allocates nothing, like all that it calls. */
static void *watch(void *unused)
{
	(void)unused;
	for (;;) {
		int64_t oldest = 0, time;

		nap(SECOND / 4);
		time = now();
		for (int i = 0; i < slot_count; i++) {
			int64_t since = slots[i].since;

			if (since != 0 && time - since > oldest)
				oldest = time - since;
		}
		if (oldest <= options.limit)
			continue;
		for (int i = 0; i < slot_count; i++) {
			int64_t since = slots[i].since;

			if (since != 0 && time - since > options.limit / 2) {
				report_hang(&slots[i], time - since);
				counts.hung++;
			}
		}
		verdict();
	}
}

void watch_start(void)
{
	pthread_t thread;

	errno = pthread_create(&thread, NULL, watch, NULL);
	if (errno != 0)
		err(1, "the watch");
}
