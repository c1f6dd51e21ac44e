/* SPDX-License-Identifier: MIT
 *
 * The threads, and the processor and the kernel as gate.c sees them.
 */
#include "gate_model.h"

#include "hooks.h"

#include <errno.h>
#include <linux/futex.h>
#include <stdarg.h>
#include <sys/syscall.h>

struct world m;
static void *bases[THREADS][5]; /* where a jump lands */

static int self(void)
{
	return explore_current();
}

static enum option pause_at(enum place place)
{
	enum option option;

	m.thread[self()].place = place;
	m.thread[self()].acted = false;
	option = (enum option)explore_pause();
	if (option >= NEST && !(option == TIMEOUT && is_over()))
		m.faults--;
	return option;
}

__attribute__((noinline, noreturn)) static void leave(void **base)
{
	__builtin_longjmp(base, 1);
}

uint32_t era_bit(uint32_t era)
{
	return UINT32_C(1) << era % 32;
}

_Noreturn static void jump(void)
{
	int me = self();

	if (m.thread[me].forks > 0)
		m.fork_lost = true;
	m.lost |= era_bit(subject_era()) | era_bit(m.thread[me].era);
	m.ever_lost = true;
	m.thread[me].inside = m.thread[me].out = false;
	m.thread[me].depth = m.thread[me].forks = m.thread[me].closed = 0;
	m.thread[me].word = NULL;
	leave(bases[me]);
}

void model_access(void *at, size_t size, int write)
{
	(void)at;
	(void)size;
	(void)write;
}

void model_atomic(void *at)
{
	(void)at;
	if (explore_current() < 0)
		return;
	if (m.thread[self()].acted && pause_at(AT_ATOMIC) == JUMP)
		jump();
	m.thread[self()].acted = true;
}

static long sleep_on_word(uint32_t *word, unsigned value)
{
	int me = self();
	enum option option;

	if (*word != value) {
		errno = EAGAIN;
		return -1;
	}
	m.thread[me].word = word;
	m.thread[me].woken = false;
	option = pause_at(ASLEEP);
	if (option == JUMP)
		jump();
	m.thread[me].word = NULL;
	m.thread[me].woken = false;
	if (option == TIMEOUT) {
		m.thread[me].hours++;
		if (m.in_close[me])
			m.thread[me].late = true;
		else
			m.broken_in = true;
		errno = ETIMEDOUT;
		return -1;
	}
	return 0;
}

static long wake_word(const uint32_t *word)
{
	for (int thread = 0; thread < THREADS; thread++)
		if (m.thread[thread].word == word)
			m.thread[thread].woken = true;
	return 0;
}

int64_t model_now(void)
{
	return INT64_C(3600000000000) * (m.thread[self()].hours + 1);
}

long model_syscall(long number, ...)
{
	va_list arguments;
	long result = 0;

	va_start(arguments, number);
	if (number == SYS_futex) {
		uint32_t *word = va_arg(arguments, uint32_t *);
		int operation = va_arg(arguments, int);
		unsigned value = va_arg(arguments, unsigned);

		model_atomic(word);
		result = operation == FUTEX_WAIT_PRIVATE ? sleep_on_word(word, value) : wake_word(word);
	} else {
		fail("system call %ld", number);
	}
	va_end(arguments);
	return result;
}

static void fork_once(void);

/* A jump that runs cleanup handlers. */
_Noreturn static void cancel(const void *frame)
{
	int me = self();

	m.thread[me].inside = false;
	gate_abandon(frame);
	m.thread[me].out = false;
	m.thread[me].depth = 0;
	leave(bases[me]);
}

/* Returns whether a lookup of another thread may be in libc. */
static bool others_are_out(void)
{
	for (int thread = 0; thread < THREADS; thread++)
		if (thread != self() && !(m.gone & 1u << thread) && m.thread[thread].out)
			return true;
	return false;
}

/* Returns whether a lookup of another thread is in libc. */
static bool others_are_inside(void)
{
	for (int thread = 0; thread < THREADS; thread++)
		if (thread != self() && !(m.gone & 1u << thread) && m.thread[thread].inside)
			return true;
	return false;
}

/* Returns whether gate_before_fork may have seen a lookup too many: one for which another fork has
 * just waited, or one of this thread that was overdue already. */
static bool may_be_wrong(void)
{
	for (int thread = 0; thread < THREADS; thread++)
		if (thread != self() && !(m.gone & 1u << thread) && m.in_close[thread])
			return true;
	return m.thread[self()].inside && m.thread[self()].era != subject_era();
}

__attribute__((noinline)) static void look_up(void)
{
	int me = self();
	uint32_t era;
	bool outermost = !m.thread[me].inside;
	bool counted;

	if (outermost)
		m.thread[me].era = subject_era();
	m.thread[me].depth++;
	m.thread[me].out = true;
	counted = gate_enter(&era);
	if (!outermost && counted && m.thread[me].era == subject_era())
		fail("a lookup within one is counted too");
	if (counted && outermost) {
		m.thread[me].inside = true;
		m.thread[me].era = era;
	}
	for (;;) {
		enum option option = pause_at(INSIDE);

		if (option == JUMP)
			jump();
		else if (option == CANCEL)
			cancel(__builtin_frame_address(0));
		else if (option == NEST)
			look_up();
		else if (option == NEST_FORK)
			fork_once();
		else
			break;
	}
	if (outermost)
		m.thread[me].inside = false;
	if (counted)
		gate_leave(era);
	if (outermost)
		m.thread[me].out = false;
	m.thread[me].depth--;
}

static void become_child(void)
{
	int me = self();
	bool inside = others_are_inside();
	bool out = inside || others_are_out() || may_be_wrong() || m.thread[me].unsure || m.ever_lost;

	m.gone = ~(1u << me);
	gate_in_child();
	if (gate_has_doubt() ? !out : inside)
		fail("the child is %sin doubt", inside ? "not " : "");
	if (subject_inside() != 0 || subject_forks() != 0)
		fail("the child begins with %u inside, %u forks", subject_inside(), subject_forks());
	m.lost = 0;
	m.fork_lost = m.broken_in = m.ever_lost = m.thread[me].late = false;
	m.forks_within = 0;
	/* It is counted no more: its era is over. gate_after_fork is the parent's. */
	m.thread[me].forks = m.thread[me].closed = 0;
}

__attribute__((noinline)) static void fork_once(void)
{
	int me = self();
	enum option option;

	m.thread[me].depth++;
	m.thread[me].forks++;
	m.forks_within += m.thread[me].inside;
	if (!m.thread[me].inside)
		m.thread[me].era = subject_era();
	m.in_close[me] = true;
	m.thread[me].close_era = subject_era();
	gate_before_fork();
	m.in_close[me] = false;
	m.thread[me].unsure = others_are_out() || may_be_wrong();
	m.thread[me].closed++;
	for (;;) {
		option = pause_at(CLOSED);
		if (option == JUMP)
			jump();
		else if (option == NEST)
			look_up();
		else if (option == NEST_FORK)
			fork_once();
		else
			break;
	}
	if (option == CHILD) {
		become_child();
	} else if (m.thread[me].forks > 0) {
		m.thread[me].closed--;
		gate_after_fork();
		m.thread[me].forks--;
	}
	m.thread[me].depth--;
}

void live(int thread)
{
	(void)thread;
	__builtin_setjmp(bases[explore_current()]);
	m.in_close[self()] = false;
	while (m.thread[self()].todo > 0) {
		enum option option = pause_at(IDLE);

		m.thread[self()].todo--;
		if (option == FORK)
			fork_once();
		else
			look_up();
		subject_settle();
		m.thread[self()].hours = m.thread[self()].era = m.thread[self()].close_era = 0;
		m.thread[self()].late = m.thread[self()].unsure = false;
	}
	for (;;)
		pause_at(ENDED);
}
