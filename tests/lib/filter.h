/* SPDX-License-Identifier: MIT */
/* A system call that a filter refuses, as some containers and sandboxes have it. */
#ifndef FILTER_H
#define FILTER_H

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/prctl.h>

/* From here on the call of that number is EPERM for this thread and those that it
 * makes, or ends the process. False if this kernel has no filters. */
bool refuse_call(long number, bool kill);

#endif
