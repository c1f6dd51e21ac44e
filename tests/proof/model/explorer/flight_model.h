/* SPDX-License-Identifier: MIT
 *
 * The model of flights: its state, and what its parts ask of one another. Tasks 0 to 2 are
 * the callers' threads, 3 to 5 their other stacks, 6 and 7 threads of the shim's own.
 */
#ifndef FLIGHT_MODEL_H
#define FLIGHT_MODEL_H

#include "explore.h"
#include "flight_subject.h"
#include "libc/process.h"

enum { THREADS = 3, CALLERS = 2 * THREADS, OURS = 2, TASKS = CALLERS + OURS };
enum { FAULTS_MAX = 4, SLOTS = 4, ENTRY = 256, ANSWERS = 12, ERRORS = 3, START = 1000000000 };
enum { REFUSED = 7, NO_MEMORY = 9, AGAIN = 11, FIRST_ERRNO = 40 };

enum option {
	GO, HOST_A, HOST_B, ERROR, NOT_NOW, BLOCKED, /* what may always be */
	OUT_OF_MEMORY, CANCEL, JUMP, VANISH, FORK, SWITCH, SIGNAL, SPURIOUS, TIME, STICK,
	NO_THREAD, LATER, /* a fault each */
	WHOM, /* and on: which task gets the signal; last, a waiter that is none any more */
};

enum place { IDLE, LOCKING, UNLOCKED, ASKING, STUCK, WAITING, CHOOSING, SWITCHED, PARKED, ENDED };

/* What an ask has said. */
struct answer {
	bool live;
	bool inherited; /* from before the fork: others may have been the last to free it */
	unsigned char host;
	unsigned char code;
	unsigned char present; /* the callers who were within flight_join when it landed */
	unsigned char served;  /* how many callers it was for then ... */
	unsigned char asking;  /* ... and how many more may take it if they ask in vain */
	int64_t asked;         /* when it was asked for */
};

/* All state that is not the shim's. */
extern struct world {
	struct task_state {
		enum place place;
		unsigned options; /* while CHOOSING */
		bool within;      /* flight_join */
		bool asked;       /* ask has been called: not again */
		bool starved;     /* a malloc, map or copy of its own has failed */
		bool to_be_told;  /* of another's error: it need not ask */
		bool in_vain;     /* its own ask said not now */
		bool served;      /* by an answer that landed while it asked */
		bool apart;       /* in a child that was made meanwhile */
		bool woken;
		bool released;    /* the lock, and has not let others run since */
		unsigned char host;
		int64_t began;  /* the call */
		int64_t joined; /* and its part in a flight */
		int64_t until; /* it waits at most */
		const void *cond;
		const pthread_mutex_t *lock; /* while LOCKING */
		const void *caller;
		const void *pending; /* the flight for which it starts a thread */
		/* A thread of ours: */
		void (*job)(void *);
		void *flight; /* NULL: it does not run */
		bool left;    /* its part in that is over */
	} task[TASKS];
	struct thread_state {
		unsigned char todo;
		bool begun;     /* its first lookup */
		bool away;      /* its other stack runs ... */
		bool on_signal; /* ... and is that for signal handlers */
		bool vanished;  /* left a frame, no handler ran: it must not be cancelled nor jump */
		bool unwinding;
		struct _pthread_cleanup_buffer *handlers;
	} thread[THREADS];
	struct process process;
	bool table_used[TABLES];
	bool entry_live[SLOTS][THREADS];
	bool inherited[SLOTS][THREADS]; /* from before the fork: others' */
	struct answer answers[ANSWERS];
	struct answer errors[TASKS][ERRORS]; /* their places are what errno says */
	const void *ghosts[FAULTS_MAX]; /* conditions that a waiter has left by a jump */
	int64_t now;
	int faults;    /* left */
	int choosing;  /* the task that alone may run; -1: none */
	unsigned gone; /* tasks that are not in this child */
	bool ghosted, vanished, switched, torn, child, no_threads;
	bool loners; /* something has happened after which two may ask the same */
	bool again;  /* or one after the other */
} m;

extern _Alignas(16) unsigned char entries[SLOTS][THREADS][ENTRY];
extern void *bases[CALLERS][5]; /* where a jump lands */
extern uint32_t keys[2];
extern bool anywhere, unshared, lagging; /* the options */

/* flight_task.c: in a task. */
int self(void); /* the thread */
struct task_state *me(void);
enum option pause_at(enum place place);
void pause_for_handlers(enum place place); /* one may fork */
enum option choose(unsigned options); /* nobody else does anything meanwhile */
enum option happens(unsigned faults); /* GO, or the fault that happens now */
void run_handlers(void);
_Noreturn void end(void);
_Noreturn void jump(bool handlers);
void do_fork(void);
void go_away(bool signal); /* to the other stack, and back */
void leave_call(void);     /* the call is over, one way or other */

/* flight_libc.c: libc, as the shim sees it. */
bool is_free(const pthread_mutex_t *lock);
bool is_quiet(void); /* nobody has a lock */
bool has_lock(void); /* this thread */
size_t slot_of(const void *memory); /* of an entry; large if it is none */

/* flight_lookups.c: what the tasks do. */
void live(int task);
void live_apart(int task);
void live_as_ours(int task);
unsigned char present(void); /* the callers within flight_join */

/* flight_answers.c */
struct answer *new_answer(void);
struct answer *error_of(int code_of_errno); /* NULL: there is none */
int say_error(int code, int64_t asked);     /* sets errno, returns the code */
void *copy_answer(const void *answer);
void discard_answer(void *answer);

/* flight_options.c */
extern const char *const place_names[];
unsigned options_of(int task);
const char *tell_step(int task, int option);
bool is_waiting(int task);            /* asleep */
bool anybody_is_stuck(void);
bool is_over(void);                   /* nothing happens but by time */
bool is_no_fault(enum option option); /* it may happen of itself, as things are */

#endif
