/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct config config;

/* The index of value in the NULL-terminated list, or -1. */
static int choose(const char *value, const char *const list[])
{
	for (int i = 0; list[i] != NULL; i++)
		if (strcmp(value, list[i]) == 0)
			return i;
	return -1;
}

/* The path made absolute, so that a chdir does not move the log; empty if that is
 * too long. */
static void copy_log(char log[static PATH_MAX], const char *value)
{
	size_t used = 0;
	size_t length = strlen(value) + 1;

	if (value[0] != '/' && strcmp(value, "stderr") != 0) {
		if (getcwd(log, PATH_MAX - 1) == NULL)
			goto fail;
		used = strlen(log);
		log[used++] = '/';
	}
	if (used + length > PATH_MAX)
		goto fail;
	memcpy(log + used, value, length);
	return;
fail:
	log[0] = '\0';
}

void config_read(struct config *into)
{
	/* The emergency brake takes what people write in an emergency. */
	static const char *const brake[] = {
		"0", "false", "no", "off", "1", "true", "yes", "on", NULL
	};
	static const char *const flag[] = { "0", "1", NULL };
	static const char *const onoff[] = { "off", "on", NULL };
	static const char *const codecs[] = { "off", "libidn2", NULL };
	static const char *const modes[] = {
		[LOCK_HOST] = "host", [LOCK_GLOBAL] = "global", [LOCK_NONE] = "none", NULL
	};
	const struct {
		const char *name;
		const char *const *choices;
		const char *complaint;
	} choice[] = {
		{ "GAISHIM_DISABLE", brake,
		  "GAISHIM_DISABLE is not 1, true, yes, on, 0, false, no or off" },
		{ "GAISHIM_STRICT", flag, "GAISHIM_STRICT is not 0 or 1" },
		{ "GAISHIM_IDN", onoff, "GAISHIM_IDN is not on or off" },
		{ "GAISHIM_LOCK", modes, "GAISHIM_LOCK is not host, global or none" },
		/* What Python loads looks at it; it has no log to complain in. */
		{ "GAISHIM_PYTHON_IDNA", codecs, "GAISHIM_PYTHON_IDNA is not off or libidn2" },
	};
	enum { N = sizeof choice / sizeof choice[0] };
	int chosen[N] = { 0, 0, 1, LOCK_HOST, 0 };
	size_t complaints = 0;
	const char *value;

	for (size_t i = 0; i < N; i++) {
		value = secure_getenv(choice[i].name);
		if (value == NULL || value[0] == '\0')
			continue;
		int index = choose(value, choice[i].choices);
		if (index >= 0)
			chosen[i] = index;
		else
			into->unknown[complaints++] = choice[i].complaint;
	}
	into->disabled = chosen[0] >= 4; /* from "1" on */
	into->strict = chosen[1];
	into->idn = chosen[2];
	into->lock = (enum lock_mode)chosen[3];

	into->log[0] = '\0';
	value = secure_getenv("GAISHIM_LOG");
	if (value != NULL && value[0] != '\0')
		copy_log(into->log, value);
	into->unknown[complaints] = NULL;
}
