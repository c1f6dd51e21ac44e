/* SPDX-License-Identifier: MIT
 *
 * The configuration: what the environment said when the object was loaded.
 */
#ifndef GAISHIM_CONFIG_H
#define GAISHIM_CONFIG_H

#include <limits.h>
#include <stdbool.h>

enum lock_mode {
	LOCK_HOST,   /* a lookup waits only for the same question */
	LOCK_GLOBAL, /* one lookup at a time, as Python on macOS had it */
	LOCK_NONE,   /* names are left to libc */
};

struct config {
	bool disabled;
	bool strict;
	bool idn;
	enum lock_mode lock;
	char log[PATH_MAX]; /* "" (off), "stderr", or an absolute path; %p is the pid */
	const char *unknown[6]; /* complaints about unknown values, NULL at the end */
};

/* In force: constant once start() has returned. */
extern struct config config;

/* Fill it from the environment. Variables that are unset or empty, and
 * values that are unknown, leave the default; a log whose absolute path is too
 * long is off. In a setuid program everything
 * is the default (secure_getenv). Not thread-safe: the caller sees to it that
 * one thread calls it, once. */
void config_read(struct config *into);

#endif
