/* SPDX-License-Identifier: MIT
 *
 * A jump out of every instruction of flight.c, as it is compiled: a thread is single-stepped
 * through flight_run() and leaves by siglongjmp at its nth step, for n = 1, 2, ... until the
 * call comes to its end. Jumps are from flight.c's own instructions only, not from the libc
 * functions that it calls, which have the gap that lock_table's comment names.
 *
 * Asserted for each n: every other thread has its answer or error within LIMIT, nothing is
 * freed twice or written to once it is free (what reads it gets poison); the next lookup has
 * its answer, if need be by its patience, and the one after leads at once, so that no dead
 * entry is left in the table. What a jump may cost is memory, and the counter can be out by
 * one, for it is no store that counts.
 */
#include "flight.h"

#include "unit.h"

#include <stdio.h>

#if defined __x86_64__ && defined __LP64__ && !defined NATIVE_SYMBOLS

#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <malloc.h>
#include <pthread.h>
#include <semaphore.h>
#include <setjmp.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

enum { POISON = 0x5A, NO_MEMORY = -10, OTHER_ERROR = -11, ANSWER = 42, TRAP_FLAG = 0x100, LIMIT = 5 /* s */ };
static const int64_t millisecond = 1000000;

struct caller {
	pthread_t thread;
	bool gated;   /* its ask() waits for the gate */
	bool lingers; /* in its copy() until the stepped one is done */
	bool stepped;
	int64_t patience;
	int ask_code;

	atomic_int tid;
	atomic_bool done;
	bool jumped;
	int code, error, answer, copies;
	struct flight_story story;
	size_t count;
};

static const struct scene {
	const char *name;
	bool led, lingers;     /* another thread leads, and stays in its copy() */
	bool gated, impatient; /* the stepped one */
	bool cancel;           /* the other leader */
	int before, after;     /* how many others wait when the stepped one comes, and come later */
	int code;
	enum flight_role role; /* what it comes to without a jump, like the next two */
	unsigned others;
	int copies;            /* -1: as it happens */
} scenes[] = {
	{ .name = "a lone leader", .role = FLIGHT_LED },
	{ .name = "a waiter", .led = true, .lingers = true, .before = 1, .role = FLIGHT_SHARED, .others = 2,
	  .copies = 1 },
	{ .name = "the last waiter", .led = true, .role = FLIGHT_SHARED, .others = 1 },
	{ .name = "a waiter for an error", .led = true, .before = 1, .code = OTHER_ERROR, .role = FLIGHT_SHARED,
	  .others = 2 },
	{ .name = "an impatient waiter", .led = true, .impatient = true, .before = 1, .role = FLIGHT_ALONE },
	{ .name = "a waiter that takes over", .led = true, .cancel = true, .after = 1, .role = FLIGHT_LED,
	  .others = 1, .copies = -1 },
	{ .name = "a leader of two", .gated = true, .after = 2, .role = FLIGHT_LED, .others = 2, .copies = -1 },
};

static struct { uintptr_t begin, end; } code[64]; /* the functions of flight.c */
static int functions;
static int steps, last_step;
static sigjmp_buf out;
static sem_t gate;
static struct caller leader, stepped, others[2], next[2];
static __thread struct caller *self;
static char note[128];

/* While a scene runs what is freed is poisoned, and kept. */
extern void __libc_free(void *);
static struct { void *block; size_t size; } kept[256];
static int kept_count;
static bool keeping, freed_twice;
static pthread_mutex_t keeper = PTHREAD_MUTEX_INITIALIZER;

void free(void *block)
{
	bool keep;

	pthread_mutex_lock(&keeper);
	keep = keeping && block != NULL && kept_count < (int)(sizeof kept / sizeof *kept);
	for (int i = 0; keep && i < kept_count; i++) {
		if (kept[i].block == block) {
			freed_twice = true;
			pthread_mutex_unlock(&keeper);
			return;
		}
	}
	if (keep) {
		kept[kept_count].block = block;
		kept[kept_count].size = malloc_usable_size(block);
		memset(block, POISON, kept[kept_count++].size);
	}
	pthread_mutex_unlock(&keeper);
	if (!keep)
		__libc_free(block);
}

/* Returns whether nothing was written to what was kept, and lets it go. */
static bool is_poison_left(void)
{
	bool left = true;

	keeping = false;
	for (int i = 0; i < kept_count; i++) {
		for (size_t at = 0; at < kept[i].size; at++)
			left = left && ((unsigned char *)kept[i].block)[at] == POISON;
		__libc_free(kept[i].block);
	}
	kept_count = 0;
	return left;
}

static int find_base(struct dl_phdr_info *info, size_t size, void *base)
{
	(void)size;
	*(uintptr_t *)base = info->dlpi_addr;
	return 1; /* the program comes first */
}

/* By the program's symbol table, where those of a source file follow its name. */
static void find_functions(void)
{
	int file = open("/proc/self/exe", O_RDONLY);
	struct stat status;
	uintptr_t base = 0;
	bool inside = false;

	ck_assert_int_eq(fstat(file, &status), 0);
	const char *image = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, file, 0);
	ck_assert_ptr_ne(image, MAP_FAILED);
	dl_iterate_phdr(find_base, &base);
	const ElfW(Ehdr) *header = (const void *)image;
	const ElfW(Shdr) *sections = (const void *)(image + header->e_shoff), *table = sections;
	while (table < sections + header->e_shnum && table->sh_type != SHT_SYMTAB)
		table++;
	ck_assert_msg(table < sections + header->e_shnum, "the program has no symbols");
	const ElfW(Sym) *symbol = (const void *)(image + table->sh_offset);
	const char *names = image + sections[table->sh_link].sh_offset;
	for (size_t i = 0; i < table->sh_size / sizeof *symbol; i++, symbol++) {
		const char *name = names + symbol->st_name;
		if (ELF64_ST_TYPE(symbol->st_info) == STT_FILE)
			inside = strcmp(name, "flight.c") == 0;
		if (ELF64_ST_TYPE(symbol->st_info) != STT_FUNC || symbol->st_size == 0
		    || (!inside && strncmp(name, "flight_", 7) != 0))
			continue;
		ck_assert_int_lt(functions, sizeof code / sizeof *code);
		code[functions].begin = base + symbol->st_value;
		code[functions++].end = base + symbol->st_value + symbol->st_size;
	}
	ck_assert_int_gt(functions, 3); /* abandon at least, besides the public ones */
}

static void on_step(int number, siginfo_t *info, void *context)
{
	uintptr_t at = (uintptr_t)((ucontext_t *)context)->uc_mcontext.gregs[REG_RIP];

	(void)number, (void)info;
	for (int i = 0; i < functions; i++)
		if (at >= code[i].begin && at < code[i].end && ++steps == last_step)
			siglongjmp(out, 1); /* the kernel has cleared the flag for this handler */
}

static void on_crash(int number)
{
	(void)!write(STDERR_FILENO, note, strlen(note));
	signal(number, SIG_DFL);
	raise(number);
}

/* The red zone is spared. */
#define FLAGS(operation) __asm__ volatile("lea -128(%%rsp), %%rsp\n\tpushfq\n\t" operation \
	", (%%rsp)\n\tpopfq\n\tlea 128(%%rsp), %%rsp" : : "i"(TRAP_FLAG), "i"(~TRAP_FLAG) : "memory", "cc")

static void nap(void)
{
	nanosleep(&(struct timespec){ .tv_nsec = 50000 }, NULL);
}

static void *new_answer(int value)
{
	int *answer = malloc(sizeof *answer);

	*answer = value;
	return answer;
}

static int ask(void *context, void **answer)
{
	struct caller *caller = context;

	while (caller->gated && sem_wait(&gate) != 0)
		;
	*answer = new_answer(ANSWER);
	errno = EDOM;
	return caller->ask_code;
}

static void *copy(const void *answer)
{
	self->copies++;
	while (self->lingers && !stepped.done)
		nap();
	return new_answer(*(const int *)answer);
}

static void *call(void *argument)
{
	struct caller *caller = self = argument;
	void *answer = NULL;
	struct flight_plan plan = { .key = "host", .key_length = 4, .ask = ask, .context = caller, .copy = copy,
		.discard = free, .no_memory = NO_MEMORY, .patience = caller->patience };

	caller->tid = (int)syscall(SYS_gettid);
	if (!caller->stepped) {
		caller->code = flight_run(&plan, &answer, &caller->story);
		caller->error = errno;
		caller->answer = answer != NULL ? *(int *)answer : 0;
		free(answer);
	} else if (sigsetjmp(out, 1) == 0) {
		FLAGS("orq %0");
		caller->code = flight_run(&plan, &answer, &caller->story);
		FLAGS("andq %1");
		caller->error = errno;
		caller->answer = answer != NULL ? *(int *)answer : 0;
	} else {
		caller->jumped = true;
	}
	caller->done = true;
	if (caller == &next[1])
		caller->count = flight_count();
	return NULL;
}

/* Start a caller, and wait until it sleeps or is done. */
static void start(struct caller *caller)
{
	char path[64], text[64] = "";
	const char *state;

	ck_assert_int_eq(pthread_create(&caller->thread, NULL, call, caller), 0);
	for (int i = 0; i < 20000 && !caller->done; i++) {
		nap();
		snprintf(path, sizeof path, "/proc/self/task/%d/stat", caller->tid);
		int file = caller->tid != 0 ? open(path, O_RDONLY) : -1;
		if (file < 0)
			continue;
		state = read(file, text, sizeof text - 1) > 0 ? strrchr(text, ')') : NULL;
		close(file);
		if (state != NULL && state[2] == 'S')
			return;
	}
}

static void join(struct caller *caller, const char *who)
{
	struct timespec limit;

	clock_gettime(CLOCK_REALTIME, &limit);
	limit.tv_sec += LIMIT;
	ck_assert_msg(pthread_timedjoin_np(caller->thread, NULL, &limit) == 0, "%s%s hangs", note, who);
	if (!caller->done) /* cancelled */
		return;
	ck_assert_msg(caller->jumped
		      || (caller->code == caller->ask_code
			  && (caller->code == 0 ? caller->answer == ANSWER : caller->error == EDOM)),
		      "%s%s got code %d, answer %d", note, who, caller->code, caller->answer);
}

/* Returns whether the stepped one did not get as far as to jump. */
static bool run(const struct scene *scene, int step)
{
	struct caller other = { .patience = 50 * millisecond, .ask_code = scene->code };

	snprintf(note, sizeof note, "%s, step %d: ", scene->name, step);
	leader = stepped = others[0] = others[1] = next[0] = next[1] = other;
	leader.gated = true;
	leader.lingers = scene->lingers;
	stepped.stepped = true;
	stepped.gated = scene->gated;
	stepped.patience = scene->impatient ? millisecond : 1000 * LIMIT * 2 * millisecond;
	steps = 0;
	last_step = step;
	sem_init(&gate, 0, 0);
	flight_reset();
	freed_twice = false;
	keeping = true;

	if (scene->led)
		start(&leader);
	for (int i = 0; i < scene->before; i++)
		start(&others[i]);
	start(&stepped);
	for (int i = 0; i < scene->after; i++)
		start(&others[i]);
	if (scene->impatient)
		join(&stepped, "the stepped one");
	if (scene->cancel)
		pthread_cancel(leader.thread);
	for (int i = 0; i < 2; i++)
		sem_post(&gate);
	if (!scene->impatient)
		join(&stepped, "the stepped one");
	if (scene->led)
		join(&leader, "the other leader");
	for (int i = 0; i < scene->before + scene->after; i++)
		join(&others[i], "another waiter");
	for (int i = 0; i < 2; i++) {
		start(&next[i]);
		join(&next[i], i == 0 ? "the next lookup" : "the one after");
	}
	ck_assert_msg(!freed_twice, "%sfreed twice", note);
	ck_assert_msg(is_poison_left(), "%swritten to after free", note);
	ck_assert_msg(next[1].story.role == FLIGHT_LED && next[1].story.waited == 0, "%sa dead entry is left", note);
	ck_assert_msg(next[1].count + 1 <= (stepped.jumped ? 2 : 1) && (stepped.jumped || next[1].count == 0),
		      "%s%zd entries are counted", note, (ssize_t)next[1].count);
	return !stepped.jumped;
}

START_TEST(test_every_step)
{
	const struct scene *scene = &scenes[_i];
	bool as_meant = false;
	int step = 1;

	find_functions();
	sigaction(SIGTRAP, &(struct sigaction){ .sa_sigaction = on_step, .sa_flags = SA_SIGINFO }, NULL);
	signal(SIGSEGV, on_crash);
	signal(SIGABRT, on_crash);
	while (!run(scene, step))
		step++;
	ck_assert_int_gt(step, 100);
	/* The scene was the one that its name says; on a busy machine not each time. */
	for (int i = 0; i < 20 && !as_meant; i++)
		as_meant = run(scene, step + 1000) && stepped.story.role == scene->role
			&& (stepped.story.others == scene->others)
			&& (scene->copies < 0 || stepped.copies == scene->copies);
	ck_assert_msg(as_meant, "%srole %d, others %u, copies %d", note, (int)stepped.story.role,
		      stepped.story.others, stepped.copies);
	printf("# %s: %d steps\n", scene->name, step - 1);
	fflush(stdout);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("step");
	TCase *tcase = tcase_create("jump");

	if (SANITIZER("")) {
		puts("# SKIP jumps out of every instruction: the sanitizer's code would be stepped too");
		return 0;
	}
	suite_add_tcase(suite, tcase);
	tcase_set_timeout(tcase, 100);
	ADD_ROWS(tcase, test_every_step, scenes);
	return run_suite(suite);
}

#else

int main(void)
{
	puts("# SKIP jumps out of every instruction: x86-64 only, without sanitizers");
	return 0;
}

#endif
