/* SPDX-License-Identifier: MIT
 *
 * The configuration: what the environment said when the object was loaded.
 */
#ifndef GAISHIM_CONFIG_H
#define GAISHIM_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The words of each choice, such as lock_host. */
#define FLAG(name, help)
#define CHOICE2(name, a, b, help) enum { name##_##a, name##_##b };
#define CHOICE3(name, a, b, c, help) enum { name##_##a, name##_##b, name##_##c };
#define FILENAME(name, help)
#include "options.def"
#undef FLAG
#undef CHOICE2
#undef CHOICE3
#undef FILENAME

/* A field for each option. A flag is true or false, a choice one of its words. A file is
 * NULL (none), "stderr", or an absolute path; the text is allocated. */
struct config {
#define FLAG(name, help) bool name;
#define CHOICE2(name, a, b, help) uint8_t name;
#define CHOICE3(name, a, b, c, help) uint8_t name;
#define FILENAME(name, help) char *name;
#include "options.def"
#undef FLAG
#undef CHOICE2
#undef CHOICE3
#undef FILENAME
	uint32_t unknown; /* a bit for each option, by its place: its value was unknown */
};

/* The configuration in force: constant once start() has returned. */
extern struct config config;

/* Fill *into from the environment. Variables that are unset or empty, and values that
 * are unknown, leave the default. So does a file whose absolute path is too long, or for
 * whose path there is no memory. In a setuid program everything is the default. Only one
 * thread may call at a time. */
void config_read(struct config *into);

/* Write to text the fault of the value of the option at that place, such as
 * "GAISHIM_LOCK is not host, global or none". Returns false, with text unchanged, if the
 * value has no fault. */
enum { CONFIG_COMPLAINT = 128 };
bool config_complaint(const struct config *from, unsigned place, char text[static CONFIG_COMPLAINT]);

/* The number of options. */
extern const unsigned config_options;

#endif
