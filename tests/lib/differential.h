/* SPDX-License-Identifier: MIT
 *
 * What the differential walks share. A walk puts questions to the preloaded object and to
 * libc's own functions, and compares the answers. The object reads its configuration once
 * in a process, so the Check program starts itself anew for every run. GAISHIM_SEED repeats
 * a run that failed, and GAISHIM_QUESTIONS says how many questions are drawn.
 *
 * Nothing is looked up outside: libc is told to ask /etc/hosts alone. Half of the runs leave
 * the network as well, if they may, because there only lo is up; their /etc/hosts is
 * HOSTS_FILE.
 */
#ifndef DIFFERENTIAL_H
#define DIFFERENTIAL_H

#include "unit.h"

#include <stdbool.h>

struct run {
	const char *name;
	bool strict;
	bool utf8;	/* the locale: C.UTF-8 or C */
	bool isolated;	/* in namespaces of its own: only lo is up, HOSTS_FILE is /etc/hosts */
};

/* That of this process. */
extern const struct run *run;

/* A walk counts; "answered" are questions with an answer that is no error. */
extern unsigned long asked, answered, differences;

enum { REPORTED = 20 }; /* differences printed in full */

/* libc's own function, while the object's stands in front of it; the program ends, and says
 * why, if it does not. */
void *libc_symbol(const char *name);

/* What make_tests() returns: a test for each run. WALK does one, with so many questions
 * DRAWN after those that are fixed, and is false if too few were worth asking. */
TCase *walk_tests(bool (*walk)(unsigned long drawn), unsigned long drawn);

/* " LABEL=" and TEXT in quotes; without a newline. */
void print_text(const char *label, const char *text);

/* Memory of SIZE bytes that ends where all memory does, so that reading or writing on is a
 * crash; WHICH of some places it is at. */
char *room_at_the_edge(int which, size_t size);

/* A copy of the SIZE bytes at DATA there; NULL stays NULL. */
const void *at_the_edge(int which, const void *data, size_t size);
const char *text_at_the_edge(int which, const char *text);

#endif
