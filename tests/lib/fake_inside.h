/* SPDX-License-Identifier: MIT
 *
 * The parts of the fake resolver (fake.h) that are the same for each of its calls. They take
 * no lock and have no cleanup handler, so that a test may leave a lookup in any way (a jump,
 * the end of the thread, a fork) and harm nothing here. For libfake.c alone.
 */
#ifndef FAKE_INSIDE_H
#define FAKE_INSIDE_H

#include "fake.h"

/* The functions of struct fake. */
void fake_reset(void);
int fake_calls(const char *host);
int fake_total(void);
int fake_running(void);
int fake_running_max(void);
void fake_open_gate(void);
void fake_hook(void (*function)(const char *host));
void fake_in_child(void (*function)(void));
void fake_remember(const char *host);

/* Returns whether a host is under .fake. */
bool fake_is_served(const char *host);

/* Returns the remembered host whose address this is, or NULL. */
const char *fake_host_of(const void *address, int family);

/* Look a host up: count that, and do as its labels say. Returns 0 or the code of eai-N. */
int fake_look_up(const char *host);

#endif
