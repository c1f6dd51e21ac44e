/* SPDX-License-Identifier: MIT
 *
 * The environment's parser against another. The input is the values of the
 * variables, a NUL between them; those for which there is none left are unset.
 */
#include "config.h"
#include "fuzz.h"

#include <unistd.h>

static const struct variable {
	const char *name;
	const char *values[8];
	int preset;
	const char *complaint;
} variables[] = {
	{ "GAISHIM_DISABLE", { "0", "false", "no", "off", "1", "true", "yes", "on" }, 0,
	  "GAISHIM_DISABLE is not 1, true, yes, on, 0, false, no or off" },
	{ "GAISHIM_STRICT", { "0", "1" }, 0, "GAISHIM_STRICT is not 0 or 1" },
	{ "GAISHIM_IDN", { "off", "on" }, 1, "GAISHIM_IDN is not on or off" },
	{ "GAISHIM_LOCK", { "host", "global", "none" }, 0, "GAISHIM_LOCK is not host, global or none" },
	{ "GAISHIM_PYTHON_IDNA", { "off", "libidn2" }, 0, "GAISHIM_PYTHON_IDNA is not off or libidn2" },
	{ "GAISHIM_PATIENCE", { NULL }, 0, NULL }, /* a setting of the past: any value will do */
	{ "GAISHIM_LOG", { NULL }, 0, NULL },
};
enum { DISABLE, STRICT, IDN, LOCK, PYTHON_IDNA, PATIENCE, LOG, VARIABLES };

/* The index of the value, or -1. */
static int expect_choice(const struct variable *variable, const char *value)
{
	if (value == NULL || value[0] == '\0')
		return variable->preset;
	for (int i = 0; i < 8 && variable->values[i] != NULL; i++)
		if (strcmp(variable->values[i], value) == 0)
			return i;
	return -1;
}

static void check_log(const char *value, const char *got)
{
	char *want = NULL, *directory;

	if (value == NULL || value[0] == '\0') {
		want = strdup("");
	} else if (value[0] == '/' || strcmp(value, "stderr") == 0) {
		want = strdup(value);
	} else {
		directory = get_current_dir_name();
		if (asprintf(&want, "%s/%s", directory, value) < 0)
			want = NULL;
		free(directory);
	}
	if (want == NULL)
		find("out of memory");
	if (strcmp(got, strlen(want) < PATH_MAX ? want : "") != 0)
		find("the log is \"%s\", wanted \"%s\"", got, want);
	free(want);
}

static void check(const char *const values[])
{
	/* exactly as large as it is, and full of something else */
	struct config *config = malloc(sizeof *config);
	const char *complaints[VARIABLES + 1];
	int chosen[PATIENCE];
	size_t count = 0;

	if (config == NULL)
		find("out of memory");
	memset(config, 0xA5, sizeof *config);
	config_read(config);

	for (int i = 0; i < PATIENCE; i++) {
		chosen[i] = expect_choice(&variables[i], values[i]);
		if (chosen[i] < 0) {
			chosen[i] = variables[i].preset;
			complaints[count++] = variables[i].complaint;
		}
	}
	if (config->disabled != (chosen[DISABLE] >= 4) || config->strict != chosen[STRICT]
	    || config->idn != chosen[IDN] || (int)config->lock != chosen[LOCK])
		find("disabled %d strict %d idn %d lock %d", config->disabled, config->strict, config->idn,
		     (int)config->lock);
	for (size_t i = 0; i < count; i++)
		if (config->unknown[i] == NULL || strcmp(config->unknown[i], complaints[i]) != 0)
			find("complaint %zu is not \"%s\"", i, complaints[i]);
	if (config->unknown[count] != NULL)
		find("complaint %zu is \"%s\"", count, config->unknown[count]);
	check_log(values[LOG], config->log);
	free(config);
}

/* An assignment for putenv() in a block that ends with it (setenv would keep a copy
 * of every value there ever was). */
static char *assign(const char *name, struct input *in)
{
	size_t length = strnlen((const char *)in->data, in->size);
	size_t before = strlen(name) + 1;
	char *text = malloc(before + length + 1);

	if (text == NULL)
		find("out of memory");
	sprintf(text, "%s=", name);
	memcpy(text + before, in->data, length);
	text[before + length] = '\0';
	length += length < in->size; /* the NUL */
	in->data += length;
	in->size -= length;
	if (putenv(text) != 0)
		find("the environment cannot be set");
	return text;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = { data, size };
	char *assigned[VARIABLES] = { NULL };
	const char *values[VARIABLES] = { NULL };

	for (int i = 0; i < VARIABLES; i++) {
		if (in.size == 0)
			continue;
		assigned[i] = assign(variables[i].name, &in);
		values[i] = strchr(assigned[i], '=') + 1;
	}
	check(values);
	for (int i = 0; i < VARIABLES; i++) {
		unsetenv(variables[i].name);
		free(assigned[i]);
	}
	return 0;
}
