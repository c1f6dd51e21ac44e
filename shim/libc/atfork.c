/* SPDX-License-Identifier: MIT
 *
 * The parent takes no lock of ours for a fork: that would put us in an order with the
 * handlers of others. The child finds the table of flights gone (process.h), for no lookup
 * of another thread goes on there. For libc's own locks, which nobody can make new, there
 * is the gate.
 */
#include "libc/atfork.h"

#include "libc/gate.h"
#include "libc/libc.h"
#include "libc/process.h"

static void in_child(void)
{
	process_reset();
	gate_in_child();
}

void atfork_register(void)
{
	libc->at_fork(gate_before_fork, gate_after_fork, in_child);
}
