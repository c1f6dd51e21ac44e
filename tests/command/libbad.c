/* SPDX-License-Identifier: MIT */
/*
 * An object that programs do not survive, for tests of `gaishim enable --system`.
 * BAD says when: `ls` ends ls, `file` ends ls unless LD_PRELOAD is set, `all`
 * ends every program unless LD_PRELOAD is set.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

__attribute__((constructor)) static void end(void)
{
	const char *bad = getenv("BAD");
	int ls = strcmp(program_invocation_short_name, "ls") == 0;

	if (bad == NULL)
		return;
	if (strcmp(bad, "ls") == 0 ? ls : getenv("LD_PRELOAD") == NULL && (ls || strcmp(bad, "all") == 0))
		_exit(3);
}
