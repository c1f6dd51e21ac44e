/* SPDX-License-Identifier: MIT
 *
 * Load: many threads ask getaddrinfo, gethostbyname and their kin a seeded mix of questions
 * while others are cancelled, jump away or fork, and every answer is checked. Each file has its
 * part; the data goes question.c -> ask.c -> worker.c -> stress.c.
 */
#ifndef STRESS_H
#define STRESS_H

#include <netdb.h>
#include <netinet/in.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/socket.h>

#define SECOND INT64_C(1000000000)
#define MILLISECOND INT64_C(1000000)

/* As told on the command line; constant once read. */
struct options {
	int seconds, threads;
	uint64_t seed;
	bool dns; /* a real nameserver's hosts, not the fake resolver's */
	bool forks, cancel;
	bool libc;       /* without the object, and what only the object does: the control */
	bool hedged;     /* libc may be asked more often than there are callers */
	bool sanitizer;  /* memory is the sanitizer's to watch */
	int64_t limit;   /* nanoseconds: who takes longer hangs */
};
extern struct options options;

int64_t now(void);
void nap(int64_t nanoseconds);
/* To stderr. Neither allocates nor locks, unlike dprintf: who hangs may hold the lock. */
__attribute__((format(printf, 1, 2))) void say(const char *format, ...);

/* --- random.c: the same numbers for the same seed --- */

struct random {
	uint64_t state;
};

uint64_t random_next(struct random *r);
unsigned random_below(struct random *r, unsigned n);
struct random random_stream(uint64_t number);

enum call { GETADDRINFO, BYNAME, BYNAME_R, BYNAME2, BYNAME2_R, BYADDR, BYADDR_R, NAMEINFO, CALLS };
extern const char *const call_names[CALLS];

/* --- question.c, numeric.c, names.c, hosts.c: what to ask, and what must come back --- */

struct address {
	int family;
	unsigned char bytes[16];
	uint32_t scope;
};

struct question {
	enum call call; /* the next four are getaddrinfo's; BYADDR and later ask for addresses[0] */
	char host[256], service[8];
	bool has_service, has_hints;
	struct addrinfo hints;

	int code;  /* what must come back: an EAI_ code, or one of h_errno */
	int error; /* errno of EAI_SYSTEM, or of a call that has a struct hostent */
	struct address addresses[2]; /* each with every type, in this order */
	int address_count;
	in_port_t port; /* of the host's byte order */
	char canonical[272]; /* "": none */
	char alias[256];     /* of a struct hostent; "": none */
	size_t room;         /* bytes of the buffer, for an _r form */
	bool resolved; /* a resolver must be asked, or another caller's answer shared */
};

/* A question for a thread: gentle ones may be left in the middle without harm to
 * libc (see names.c), quick ones take a few milliseconds at most. */
enum temper { ANY, GENTLE, QUICK };
void question_make(struct question *q, struct random *r, enum temper temper);
/* For a person to read. Neither allocates nor locks. */
void question_describe(const struct question *q, char text[static 512]);

void numeric_make(struct question *q, struct random *r, enum temper temper);
void fake_make(struct question *q, struct random *r, enum temper temper);
void dns_make(struct question *q, struct random *r, enum temper temper);
void host_make(struct question *q, struct random *r, enum temper temper);
/* Random hints and service, as fit a host that has a name. */
void name_hints(struct question *q, struct random *r, enum temper temper);
/* The nameserver's hosts hN.test have the addresses N + 1, and those of aliasN.test. */
enum { DNS_HOSTS = 32, DNS_ALIASES = 4 };
/* The nameserver's configuration, for dnsmasq: the hosts of the zone "test", or of
 * the one that is slow. */
void dns_print_zone(FILE *out, bool slow);

/* --- ask.c --- */

enum { DETAIL = 600 };
/* Asks, and compares all of the answer. NULL if it is right, else what is wrong. */
const char *ask(const struct question *q, char detail[static DETAIL]);
/* The same for all calls but getaddrinfo: hosts.c. */
const char *host_ask(const struct question *q, char detail[static DETAIL]);
/* Has this thread's answers made that it keeps until its end, so that they do not count as
 * growth. */
void host_prepare(void);
/* Prints what is wrong, but not without end. */
void complain(const struct question *q, const char *what, const char *detail);

/* --- worker.c: threads, and who watches them --- */

enum role { CALM, VICTIM, FORKER, MAIN };

struct slot {
	/* Set by main before the thread starts. */
	int number;
	enum role role;
	unsigned life; /* how many threads it has had */
	pthread_t thread;
	bool running;

	/* The thread's own; the watch reads. */
	_Atomic int64_t since; /* when it began what it does now; 0: nothing that can hang */
	const char *_Atomic doing;
	atomic_int tid;
	atomic_ulong calls, resolved;
	struct random random;
	struct question question;
} __attribute__((aligned(128)));

extern struct slot *slots; /* the workers, then the forkers, then main */
extern int slot_count;
extern _Thread_local struct slot *self;
extern atomic_bool stopping;

extern struct counts {
	atomic_ulong wrong, hung, stuck, forks, cancelled, exited, jumped;
} counts;

void slots_allocate(void);
/* Starts its thread; ends the process if that cannot be. */
void slot_start(struct slot *slot);
/* What it does from here on must not take longer than the limit. */
void slot_begin(struct slot *slot, const char *doing);
void slot_end(struct slot *slot);
/* One question, and its answer. */
void slot_ask(struct slot *slot, enum temper temper);
/* A thread that ends the process when another hangs. */
void watch_start(void);

/* --- interrupt.c: threads that do not come back from a lookup --- */

void interrupt_prepare(void);
/* Around a lookup: a victim may be taken out of it, and only of it. */
void interrupt_allow(void);
void interrupt_forbid(void);
/* Hits the next victim, or if it has ended starts it anew. */
void interrupt_next(struct random *r);
/* A thread has ended that was joined. */
void interrupt_count(const void *result);
extern _Thread_local sigjmp_buf interrupt_back;

/* --- forks.c --- */

void *forker_main(void *slot);
/* What a child does, forked or executed. Does not return. */
_Noreturn void child_main(uint64_t number);

/* --- usage.c --- */

struct reading {
	long heap, resident; /* bytes */
	long descriptors, threads;
};

/* Waits until there is no thread but main's and the watch's. */
struct reading usage_read_idle(void);
/* What they are, to stderr. */
void usage_print_descriptors(void);

/* --- report.c --- */

extern const struct fake *fake; /* NULL for a nameserver */
extern struct reading first, last; /* after the warm-up, and after the last round */

/* A line on stderr every ten seconds, if somebody looks or it takes long. */
void progress(int64_t begun);
/* The last line, and the end of the process. Any thread may call. */
_Noreturn void verdict(void);

#endif
