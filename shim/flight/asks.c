/* SPDX-License-Identifier: MIT
 *
 * A jump may leave any line that holds the lock, see table.c. So a count goes up before
 * anything relies on the count, and goes down when nothing does. A jump in between leaves
 * the count too high: that costs memory, or the wait for the next ask.
 */
#include "flight/asks.h"

#include "flight/usual.h"
#include "libc/clock.h"
#include "libc/libc.h"

#include <stdlib.h>

#define LINE_WAIT INT64_C(10000000000) /* nanoseconds for the head of a line */

struct flight *flight_new(const struct flight_kind *kind, const void *question, size_t key_length)
{
	struct flight *flight = malloc(sizeof *flight + key_length);

	if (flight == NULL)
		return NULL;
	/* Field by field: gcc clears a literal of the whole with the slow "rep stos". This
	 * function is most of the price that a lone caller pays. */
	kind->write_key(question, flight->key);
	flight->entry.listed = false;
	flight->entry.hash = table_hash(flight->key, key_length);
	flight->entry.key_length = key_length;
	flight->entry.key = flight->key;
	flight->changed = (pthread_cond_t)PTHREAD_COND_INITIALIZER;
	flight->deserted = false;
	flight->holders = 0;
	flight->askers = 0;
	flight->waiters = 0;
	flight->callers = 0;
	flight->asks = 0;
	flight->extra = 0;
	flight->lone = false;
	flight->check_at = 0;
	flight->answered_until = ANSWERED_NOBODY;
	flight->answer = NULL;
	flight->kind = kind;
	return flight;
}

void flight_free(struct flight *flight)
{
	if (flight == NULL)
		return;
	if (flight->answer != NULL)
		flight->kind->discard(flight->answer);
	free(flight);
}

struct flight *flight_leave_locked(struct table *table, struct flight *flight)
{
	bool last;

	if (table != flight->entry.table)
		return flight; /* this is the child of a fork: the others are not here */
	last = flight->holders == 1;
	if (last || (flight->askers == 0 && flight->waiters == 0))
		table_remove(table, &flight->entry);
	else if (flight->askers == 0 && flight->answered_until != ANSWERED_ALL)
		libc->signal(&flight->changed); /* the next waiter shall ask */
	flight->holders--;
	return last ? flight : NULL;
}

void ask_begin_locked(struct flight *flight, int64_t now)
{
	if (flight->asks == 0)
		flight->distance = usual_wait(flight->entry.hash);
	else if (flight->distance < ASK_LONG_OVERDUE) /* after that, waiters ask by themselves */
		flight->distance *= 2;
	flight->asked = now;
	flight->asks++;
	flight->askers++;
}

void ask_again_locked(struct flight *flight, int64_t then)
{
	flight->extra++;
	flight->asks++;
	if (flight->asked < then)
		flight->asked = then;
}

bool ask_report_locked(struct table *table, struct flight *flight, int64_t asked, int code,
		       int error, void *answer)
{
	const struct flight_kind *kind = flight->kind;
	bool final = kind->copy != NULL && kind->is_final(code);
	/* A caller that came before then would have been told the same by now, had it asked
	 * alone. */
	int64_t until = asked + usual_wait(flight->entry.hash);
	int64_t now = final ? until : clock_now();

	if (until > now)
		until = now; /* a later caller may be trying again: tell it something new */

	if (table != flight->entry.table || flight->answered_until == ANSWERED_ALL || kind->copy == NULL
	    || code == kind->no_memory || (!final && until <= flight->answered_until))
		return false;
	if (final) {
		usual_learn(flight->entry.hash, clock_coarse() - asked);
		if (flight->holders == 1)
			return false; /* nobody else wants the answer */
		table_remove(table, &flight->entry); /* first: the last holder frees the flight */
		flight->takers = flight->waiters;
		flight->answer = code == 0 ? answer : NULL;
		until = ANSWERED_ALL;
	}
	flight->error = error;
	flight->code = code;
	atomic_signal_fence(memory_order_seq_cst);
	flight->answered_until = until;
	libc->broadcast(&flight->changed);
	return final;
}

void ask_desert_locked(struct table *table, struct flight *flight)
{
	table_remove(table, &flight->entry);
	flight->deserted = true;
	libc->broadcast(&flight->changed);
}

bool ask_covers_locked(const struct flight *flight, int64_t came)
{
	return came <= flight->asked;
}

int64_t ask_due_locked(const struct flight *flight, int64_t came)
{
	if (flight->kind->copy == NULL)
		return flight->asked + LINE_WAIT;
	if (ask_covers_locked(flight, came))
		return flight->asked
		       + (flight->asks < flight->callers + flight->extra && flight->distance < ASK_LONG_OVERDUE
				  ? flight->distance
				  : ASK_LONG_OVERDUE);
	return came + (flight->distance < USUAL_MOST ? flight->distance : USUAL_MOST);
}
