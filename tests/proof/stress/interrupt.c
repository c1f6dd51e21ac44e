/* SPDX-License-Identifier: MIT
 *
 * Victims: threads that are cancelled within a lookup, or whose SIGALRM handler
 * exits from the thread or jumps out of the lookup.
 *
 * A handler may do either only where the thread sleeps in the kernel: in poll, which
 * is the fake resolver's, or on a condition variable, which is the flight table's.
 * From elsewhere it would leave malloc's lock behind, or what malloc has given, and
 * that is nobody's fault but ours. libc's own resolver is not left by a handler at
 * all: it only knows cancellation.
 */
#include "stress.h"

#include <errno.h>
#include <linux/futex.h>
#include <signal.h>
#include <string.h>
#include <ucontext.h>

enum { JUMP, EXIT };

static char exited; /* its address is what a thread returns that has exited */
_Thread_local sigjmp_buf interrupt_back;
static _Thread_local volatile sig_atomic_t allowed;

/* True if the signal has broken off a system call that slept, and that was not the
 * wait for a plain lock (malloc's is one). */
static bool slept(const ucontext_t *context)
{
#if defined __x86_64__
	const greg_t *registers = context->uc_mcontext.gregs;

	return registers[REG_RAX] == -EINTR
		&& memcmp((const char *)registers[REG_RIP] - 2, "\x0f\x05", 2) == 0 /* syscall */
		&& registers[REG_RSI] != FUTEX_WAIT_PRIVATE;
#elif defined __aarch64__
	const mcontext_t *machine = &context->uc_mcontext;

	return (int64_t)machine->regs[0] == -EINTR
		&& memcmp((const char *)machine->pc - 4, "\x01\0\0\xd4", 4) == 0 /* svc #0 */
		&& machine->regs[1] != FUTEX_WAIT_PRIVATE;
#else
	return false;
#endif
}

static void on_alarm(int signal, siginfo_t *info, void *context)
{
	(void)signal;
	if (!allowed || !slept(context))
		return;
	allowed = 0;
	/* A cancellation point of glibc lets the thread be cancelled anywhere until it
	 * returns, and from this one nobody will. */
	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, NULL);
	pthread_setcanceltype(PTHREAD_CANCEL_DEFERRED, NULL);
	if (info->si_value.sival_int == EXIT)
		pthread_exit(&exited);
	siglongjmp(interrupt_back, 1);
}

void interrupt_prepare(void)
{
	struct sigaction action = { .sa_sigaction = on_alarm, .sa_flags = SA_SIGINFO };

	sigaction(SIGALRM, &action, NULL);
}

void interrupt_allow(void)
{
	if (self == NULL || self->role != VICTIM)
		return;
	allowed = 1;
	pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, NULL);
}

void interrupt_forbid(void)
{
	if (self == NULL || self->role != VICTIM)
		return;
	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, NULL);
	allowed = 0;
}

void interrupt_count(const void *result)
{
	if (result == PTHREAD_CANCELED)
		counts.cancelled++;
	else if (result == &exited)
		counts.exited++;
}

void interrupt_next(struct random *r)
{
	static int next;
	struct slot *victim;
	void *result;

	do
		next = (next + 1) % options.threads;
	while (slots[next].role != VICTIM);
	victim = &slots[next];
	if (pthread_tryjoin_np(victim->thread, &result) == 0) {
		interrupt_count(result);
		slot_start(victim);
	} else if (options.dns || random_below(r, 3) == 0) {
		pthread_cancel(victim->thread);
	} else {
		pthread_sigqueue(victim->thread, SIGALRM,
				 (union sigval){ .sival_int = random_below(r, 2) ? JUMP : EXIT });
	}
}
