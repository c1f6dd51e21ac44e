/* SPDX-License-Identifier: MIT
 *
 * The parent takes no lock of ours for a fork: such a lock could deadlock with those of
 * other handlers. In the child the table of flights is gone (process.h), as no lookup of
 * another thread goes on there. Nobody can make libc's own locks anew: the gate is for
 * them.
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
