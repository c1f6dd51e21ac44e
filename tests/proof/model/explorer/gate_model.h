/* SPDX-License-Identifier: MIT
 *
 * The model of the gate: its state, and what its parts ask of one another.
 */
#ifndef GATE_MODEL_H
#define GATE_MODEL_H

#include "explore.h"
#include "gate_subject.h"

#include <stdbool.h>

enum { THREADS = 3 };

enum option {
	GO, LOOK_UP, FORK, CHILD, /* what may always be */
	NEST, NEST_FORK, JUMP, CANCEL, SPURIOUS, TIMEOUT, /* a fault each */
};

enum place { IDLE, AT_ATOMIC, ASLEEP, INSIDE, CLOSED, ENDED };

/* All state that is not the shim's. */
extern struct world {
	struct {
		enum place place;
		unsigned char todo;
		unsigned char depth;    /* of lookups and forks within one another */
		unsigned char forks;    /* of its own, from gate_before_fork to gate_after_fork */
		unsigned char closed;   /* those of them that gate_before_fork has let go on */
		bool acted;             /* since it was paused */
		bool inside, woken;
		bool out;               /* in gate_enter, libc or gate_leave */
		bool unsure;            /* a lookup was out when gate_before_fork ended */
		bool late;              /* the fork has waited in vain */
		uint32_t era;           /* when it entered */
		uint32_t close_era;     /* when gate_before_fork began */
		uint32_t *word;         /* while asleep */
		unsigned hours;         /* its clock: only its own sleeps move it */
	} thread[THREADS];
	bool in_close[THREADS];
	uint32_t lost;    /* the eras in which a lookup has been left by a jump, a bit each ... */
	bool fork_lost;   /* ... or a fork */
	bool ever_lost;   /* a thread of this process has jumped */
	bool broken_in;   /* a lookup has not waited until the end for a fork */
	unsigned char forks_within; /* forks from within lookups, which wait for one another */
	int faults;       /* left */
	unsigned gone;    /* threads that are not in this child */
} m;

/* gate_threads.c */
void live(int thread);
uint32_t era_bit(uint32_t era);

/* gate_check.c */
bool is_over(void); /* who sleeps is woken by the clock alone */

#endif
