/* SPDX-License-Identifier: MIT */
#include "flights.h"

#include "libc/next.h"

struct late_ask late;
atomic_int asked, asked_late, most_asking, copies, answers, at_gate, gate_opened, late_at_gate;
atomic_bool late_gate_is_open;
__thread struct caller *self;
static atomic_int asking;

void wait_at_gate(void)
{
	int number = atomic_fetch_add(&at_gate, 1);

	while (atomic_load(&gate_opened) <= number)
		nap(0.5);
}

void wait_at_late_gate(void)
{
	atomic_fetch_add(&late_at_gate, 1);
	while (!atomic_load(&late_gate_is_open))
		nap(0.5);
}

void await(const atomic_int *count, int wanted)
{
	while (atomic_load(count) < wanted)
		nap(0.5);
}

static void *new_answer(int value)
{
	int *answer = malloc(sizeof *answer);

	*answer = value;
	atomic_fetch_add(&answers, 1);
	return answer;
}

static void free_answer(void *answer)
{
	atomic_fetch_sub(&answers, 1);
	free(answer);
}

static void *copy_answer(const void *answer)
{
	atomic_fetch_add(&copies, 1);
	return self->copy_fails ? NULL : new_answer(*(const int *)answer);
}

static void write_text(const char *text, char key[static KEY_SIZE])
{
	size_t length = strlen(text);

	memset(key, 0, KEY_SIZE);
	memcpy(key, text, length < KEY_SIZE ? length : KEY_SIZE);
}

static void write_key(const void *question, void *key)
{
	const struct caller *caller = question;

	write_text(caller->key, key);
}

int ask(void *question, void **answer)
{
	struct caller *caller = question;
	int number = atomic_fetch_add(&asked, 1) + 1 + atomic_load(&asked_late);
	int now = atomic_fetch_add(&asking, 1) + 1;

	if (now > atomic_load(&most_asking))
		atomic_store(&most_asking, now);
	if (caller->inside != NULL)
		caller->inside();
	atomic_fetch_sub(&asking, 1);
	if (caller->code == 0)
		*answer = new_answer(number);
	else
		errno = 100 + number;
	return caller->code;
}

static int ask_late(const void *key, void **answer)
{
	int number = atomic_fetch_add(&asked_late, 1) + 1 + atomic_load(&asked);

	(void)key;
	if (late.inside != NULL)
		late.inside();
	if (late.code == 0)
		*answer = new_answer(number);
	else
		errno = 100 + number;
	return late.code;
}

static bool is_final(int code)
{
	return code != TRY_LATER && code != NO_MEMORY;
}

const struct flight_kind shared_kind = {
	.write_key = write_key, .ask = ask, .ask_by_key = ask_late, .copy = copy_answer,
	.discard = free_answer, .is_final = is_final, .no_memory = NO_MEMORY,
};
static const struct flight_kind line_kind = {
	.write_key = write_key, .ask = ask, .is_final = is_final, .no_memory = NO_MEMORY,
};

void *call(void *argument)
{
	struct caller *caller = self = argument;
	void *answer = NULL;

	errno = 0;
	caller->got_code = flight_join(caller->in_line ? &line_kind : &shared_kind, caller, KEY_SIZE,
				       &answer, &caller->outcome);
	caller->got_error = errno;
	if (caller->got_code == 0) {
		caller->got_answer = *(int *)answer;
		free_answer(answer);
	} else {
		ck_assert_ptr_null(answer);
	}
	atomic_store(&caller->done, true);
	return NULL;
}

void start(struct caller *caller)
{
	ck_assert_int_eq(pthread_create(&caller->thread, NULL, call, caller), 0);
}

void join(struct caller callers[], int count)
{
	for (int i = 0; i < count; i++)
		ck_assert_int_eq(pthread_join(callers[i].thread, NULL), 0);
}

int count_waiters(const char *text)
{
	char key[KEY_SIZE];
	struct entry like = { .key_length = KEY_SIZE, .key = key };
	struct table *table;
	const struct flight *flight;
	int count;

	write_text(text, key);
	like.hash = table_hash(key, KEY_SIZE);
	table = table_lock();
	flight = (const struct flight *)table_find(table, &like);
	count = flight != NULL ? (int)flight->waiters : -1;
	table_unlock(table);
	return count;
}

void await_waiters(const char *key, int wanted)
{
	while (count_waiters(key) < wanted)
		nap(0.5);
}

void start_herd(struct caller callers[], int count, struct caller like)
{
	for (int i = 0; i < count; i++) {
		callers[i] = like;
		callers[i].inside = NULL;
	}
	callers[0].inside = like.inside != NULL ? like.inside : wait_at_gate;
	start(&callers[0]);
	await(&at_gate, 1);
	for (int i = 1; i < count; i++)
		start(&callers[i]);
	await_waiters(like.key, count - 1);
}

void open_gate(int count)
{
	atomic_fetch_add(&gate_opened, count);
}

void open_late_gate(void)
{
	atomic_store(&late_gate_is_open, true);
}

static void *sleep_on(void *unused)
{
	for (;;)
		pause();
	return unused;
}

void set_up(void)
{
	pthread_t second;

	next_find();
	ck_assert_int_eq(pthread_create(&second, NULL, sleep_on, NULL), 0);
	late.inside = wait_at_late_gate;
}

void assert_empty(const char *key)
{
	open_late_gate();
	while (atomic_load(&process_own()->threads) > 0)
		nap(0.5);
	ck_assert_int_eq(count_waiters(key), -1);
	ck_assert_int_eq(atomic_load(&answers), 0);
}

void end_right(struct caller callers[], int count)
{
	open_gate(1);
	join(callers, count);
	for (int i = 0; i < count; i++)
		ck_assert_int_eq(callers[i].got_code, 0);
	assert_empty(callers[0].key);
}
