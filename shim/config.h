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
#define NUMBER(name, standard, least, most, help)
#define SECONDS(name, standard, least, most, help)
#include "options.def"

/* A field for each option. A flag is true or false, a choice one of its words. A file is
 * NULL (none), "stderr", or an absolute path; the text is allocated. Seconds are in
 * nanoseconds. */
struct config {
#define FLAG(name, help) bool name;
#define CHOICE2(name, a, b, help) uint8_t name;
#define CHOICE3(name, a, b, c, help) uint8_t name;
#define FILENAME(name, help) char *name;
#define NUMBER(name, standard, least, most, help) unsigned name;
#define SECONDS(name, standard, least, most, help) int64_t name;
#include "options.def"
	/* A bit for each option, by its place. */
	uint32_t unknown;   /* its value was unknown */
	uint32_t needs_host; /* it was set, and is off because without flights it does nothing */
};

/* The configuration in force: constant once start() has returned. */
extern struct config config;

/* Fill *into from the environment. Variables that are unset or empty, and values that
 * are unknown or out of range, leave the default. So does an option that needs flights where
 * there are none. So does a file whose absolute path is too long, or for
 * whose path there is no memory. In a setuid program everything is the default. Only one
 * thread may call at a time. */
void config_read(struct config *into);

/* Write to text the fault of the value of the option at that place, such as
 * "GAISHIM_LOCK is not host, global or none" or
 * "GAISHIM_HEDGE has no effect: GAISHIM_LOCK is not host". Returns false, with text unchanged, if the
 * value has no fault. */
enum { CONFIG_COMPLAINT = 128 };
bool config_complaint(const struct config *from, unsigned place, char text[static CONFIG_COMPLAINT]);

/* Write to text the options that are not the default, but for the log's name: "hedge=1
 * deadline=0.5". Without any the text is empty. */
enum { CONFIG_TEXT = 256 };
void config_describe(const struct config *from, char text[static CONFIG_TEXT]);

/* The number of options. */
extern const unsigned config_options;

#endif
