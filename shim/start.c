/* SPDX-License-Identifier: MIT */
#include "start.h"

#include "config.h"
#include "flight/threads.h"
#include "libc/atfork.h"
#include "libc/gate.h"
#include "libc/libc.h"
#include "libc/next.h"
#include "libc/stack.h"
#include "log.h"

#include <errno.h>
#include <sys/syscall.h>
#include <unistd.h>

atomic_bool start_fast_path;

/* The id of the process in which a thread reads the configuration, or one of these
 * constants. */
enum { NOT_STARTED = 0, STARTED = -1 };
static atomic_int starter;

/* Become the thread that starts. If a fork came while another thread was starting, that
 * thread is not in this process, and does not count. Returns false if another thread has
 * started meanwhile. */
static bool take_start(void)
{
	int self = getpid();
	int found = NOT_STARTED;

	while (!atomic_compare_exchange_strong(&starter, &found, self)) {
		if (found == STARTED)
			return false;
		if (found == self) {
			syscall(SYS_sched_yield);
			found = NOT_STARTED;
		}
	}
	return true;
}

/* Write to the log, if there is one, which values are unknown or have no effect. */
static void complain(void)
{
	char text[CONFIG_COMPLAINT];

	for (unsigned i = 0; config.log != NULL && i < config_options; i++)
		if (config_complaint(&config, i, text))
			log_message(config.log, text);
}

__attribute__((constructor)) static void load(void)
{
	start();
}

void start(void)
{
	static atomic_bool registered;
	int saved = errno;

	if (atomic_load_explicit(&starter, memory_order_acquire) == STARTED || !take_start())
		return;
	config_read(&config);
	next_find();
	if (!libc->is_served())
		config.disable = true;
	threads_prepare();
	if (config.hedge || config.deadline != 0)
		threads_most = THREADS_MOST_HEDGED;
	gate_fork_wait = config.fork_wait;
	if (!atomic_exchange(&registered, true))
		atfork_register();
	complain();
	atomic_store_explicit(&start_fast_path, !config.disable && config.log == NULL
			      && config.lock != lock_global, memory_order_release);
	errno = saved;
	atomic_store_explicit(&starter, STARTED, memory_order_release);
}

bool start_pipeline(void)
{
	start();
	if (config.disable || stack_is_short())
		return false;
	libc->forget_cleanups();
	return true;
}
