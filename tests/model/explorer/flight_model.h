/* SPDX-License-Identifier: MIT
 *
 * The model of the flight table: its state, and what its parts ask of one another. Tasks
 * 0 to 2 are the threads, 3 to 5 their other stacks.
 */
#ifndef FLIGHT_MODEL_H
#define FLIGHT_MODEL_H

#include "explore.h"
#include "flight_subject.h"

enum { THREADS = 3, TASKS = 2 * THREADS, LOOKUPS_MAX = 5, FAULTS_MAX = 3, ENTRY = 144 };
enum { ANSWERS = THREADS * LOOKUPS_MAX * 2 };
enum { REFUSED = 7, NO_MEMORY = 9 };

enum option {
	GO, HOST_A, HOST_B, ERROR, /* what may always be */
	OUT_OF_MEMORY, CANCEL, JUMP, VANISH, FORK, SWITCH, SPURIOUS, TIMEOUT, /* a fault each */
	WHOM, /* and the next ones: which task gets the signal; last, a waiter that is none any more */
};

enum place { IDLE, LOCKING, UNLOCKED, ASKING, WAITING, CHOOSING, SWITCHED, PARKED, ENDED };

struct answer {
	bool live;
	bool inherited; /* from before the fork: others may have been the last to free it */
	unsigned char host;
	unsigned char present; /* the tasks that were within flight_run when it landed */
};

/* All state that is not the shim's. */
extern struct world {
	struct task_state {
		enum place place;
		unsigned options; /* while CHOOSING */
		bool within;      /* flight_run */
		bool asked;       /* ask has been called: not again */
		bool starved;     /* a malloc or copy of its own has failed */
		bool timed_out;
		bool woken;
		bool released; /* the lock, and has not let others run since */
		unsigned char host;
		unsigned char number; /* of the lookup, among its thread's */
		const void *cond;
	} task[TASKS];
	struct thread_state {
		unsigned char todo, begun;
		bool away;     /* its other stack runs */
		bool vanished; /* left a frame with no handler run: must be neither cancelled nor jump */
		bool unwinding;
		bool left; /* while unwinding: its part in the flight is over */
		struct _pthread_cleanup_buffer *handlers;
	} thread[THREADS];
	bool entry_live[LOOKUPS_MAX][THREADS];
	bool inherited[LOOKUPS_MAX][THREADS]; /* from before the fork: others' */
	struct answer answers[ANSWERS];
	const void *ghosts[FAULTS_MAX]; /* conditions that a waiter has left by a jump */
	int faults;   /* left */
	int choosing; /* the task that alone may run; -1: none */
	unsigned gone; /* tasks that are not in this child */
	bool ghosted, vanished, switched, torn, child, loners;
} m;

extern _Alignas(16) unsigned char entries[LOOKUPS_MAX][THREADS][ENTRY];
extern void *bases[TASKS][5]; /* where a jump lands */
extern uint32_t keys[2];
extern bool anywhere, unshared; /* the options */

/* flight_task.c: in a task. */
int self(void); /* the thread */
struct task_state *me(void);
enum option pause_at(enum place place);
enum option choose(unsigned options); /* nobody else does anything meanwhile */
bool happens(enum option fault);
void run_handlers(void);
_Noreturn void end(void);
_Noreturn void jump(bool handlers);
void do_fork(void);

/* flight_libc.c: libc, as flight.c sees it. */
enum { ASKED, COPIED };
bool is_free(void); /* the lock */
struct answer *answer_of(int task, int kind);
unsigned char present(void); /* the tasks within flight_run */

/* flight_lookups.c: what the tasks do. */
void live(int task);
void live_apart(int task);

/* flight_check.c */
bool is_late(void); /* patience may end without a fault of its own */

#endif
