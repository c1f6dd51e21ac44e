/* SPDX-License-Identifier: MIT */
/*
 * Threads that ask getaddrinfo, gethostbyname and their kin, and the check that each got the
 * right answer to its own question.
 */
#ifndef CALLERS_H
#define CALLERS_H

#include "answer.h"
#include "fake.h"
#include "times.h"
#include "unit.h"

#include <arpa/inet.h>
#include <dlfcn.h>
#include <errno.h>
#include <netdb.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

/* The fake resolver; set by callers_case(). */
extern const struct fake *fake;

/* N, or a tenth of it where every step costs many times its usual price. */
size_t scaled(size_t n);

/* How many lookups there may be where LEAST would do: each may be late, on a busy machine,
 * and is asked for again then. An ask follows another at no less than 0.4 s, unless the
 * host is known to be quick. */
int most_lookups(int least, double begun);

/* Macros, so that Check names the line of the test. */
#define ck_lookups(host, least, begun) do { \
	int ck_calls = fake->calls(host); \
	int ck_most = most_lookups(least, begun); \
	ck_assert_msg(ck_calls >= (least) && ck_calls <= ck_most, "%s: %d lookups, and not %d to %d", \
	              host, ck_calls, (int)(least), ck_most); \
} while (0)

/* The threads of this process. */
size_t count_tasks(void);

/* Whether there are so many. ThreadSanitizer may have made one of its own meanwhile. */
bool tasks_are(size_t n);

enum call { GETADDRINFO, BYNAME, BYNAME_R, BYNAME2, BYNAME2_R, BYADDR, BYADDR_R, NAMEINFO, CALLS };

/* "gethostbyname_r" */
extern const char *const call_names[CALLS];

/* What a thread asks. */
struct question {
	const char *host; /* BYADDR, BYADDR_R, NAMEINFO: the address of this host */
	const char *service;
	int family, socktype, flags; /* a family of 0 is AF_INET, but for getaddrinfo */
	bool no_hints;     /* the three above are left out */
	const char *asked; /* what libc is to be asked for; NULL: the host itself */
	int code;          /* what is to come back: an EAI_ code, or one of h_errno */
	int error;         /* errno of EAI_SYSTEM, or of any call that has a struct hostent */
	enum call call;
	size_t room;       /* bytes of the buffer for the answer, or for the name; 0: USUAL_ROOM */
};
enum { USUAL_ROOM = 1024 };

struct caller {
	struct question q;
	pthread_barrier_t *start;
	pthread_t thread;
	void *ended;   /* what pthread_join said: NULL or PTHREAD_CANCELED */
	int code, error;
	struct addrinfo *list;  /* of getaddrinfo */
	struct hostent *answer; /* what a form without a buffer returned, or *result of the others */
	struct hostent host;    /* where the forms with a buffer put the answer */
	char *buffer;           /* theirs, or the name from getnameinfo */
	char port[8];           /* from getnameinfo */
	int returned, h_error;  /* the number that a form with a buffer returned; and h_errno */
	const char *wrong;      /* of all but getaddrinfo: found out on the thread that asked */
	double seconds;
};

/* Asks CALLER's question on this thread. Its list is &untouched before, and after a failure. */
void ask(struct caller *caller);

/* NULL if CALLER got what its question asks for, else what is wrong. Touches
 * nothing but the answer, so a forked child may call it too. */
const char *wrong(const struct caller *caller);

#define ck_right(asked) do { \
	const struct caller *ck_who = (asked); \
	const char *ck_wrong = wrong(ck_who); \
	ck_assert_msg(ck_wrong == NULL, "%s(%s): wrong %s (code %d, errno %d)", \
	              call_names[ck_who->q.call], ck_who->q.host, ck_wrong, ck_who->code, ck_who->error); \
} while (0)

/* The two of these for all calls but getaddrinfo. */
void ask_host(struct caller *caller);
const char *wrong_host(const struct caller *caller);

/* The same for an answer to Q by itself, which is not NULL. */
const char *wrong_hostent(const struct question *q, const struct hostent *answer);

/* Frees its answer, but for that of a form without a buffer. */
void forget(struct caller *caller);

/* Asks Q on this thread and checks the answer; returns how long it took. */
double ask_right(struct question q);

/* Threads that start together. Any of them may be cancelled. */
struct herd {
	size_t n;
	double begun; /* by now() */
	pthread_barrier_t start;
	struct caller caller[];
};

/* N callers that will ask Q; herd_end() frees them and their lists. */
struct herd *herd_of(size_t n, struct question q);

void herd_start(struct herd *herd);

struct herd *start_herd(size_t n, struct question q);

void herd_join(struct herd *herd);

/* Joins all, and checks that each has a right answer, which took it LEAST seconds and fewer
 * than MOST. */
void herd_join_between(struct herd *herd, double least, double most);

void herd_end(struct herd *herd);

/* Joins all, checks that each came back with a right answer, frees. */
void herd_end_right(struct herd *herd);

/* For fake->hook(): notes which caller of WATCHED asks. A thread of the shim's is none. */
extern struct herd *watched;
extern struct caller *_Atomic newest_asker;
void note_asker_of_herd(const char *host);

/* Waits until CONDITION holds, which it must within a minute. */
#define await(condition) do { \
	double await_end = now() + 60; \
	while (!(condition)) { \
		ck_assert_msg(now() < await_end, "never came: %s", #condition); \
		nap(2); \
	} \
} while (0)

/* For the main thread: waits until the other threads are where they will stay,
 * asleep in the fake resolver or in the shim. */
void settle(void);

/* The shim reads its environment once: starts this program again, unless NAME
 * is VALUE already. */
void with_environment(const char *name, const char *value);

/* Adds a test that is run once for each call, which is _i; under valgrind for some of them. */
#define ADD_CALLS(tcase, test) \
	tcase_add_loop_test(tcase, test, 0, SANITIZER("valgrind") ? BYNAME_R + 1 : CALLS)

/* The one test case of a program, where each test finds the fake as new. */
TCase *callers_case(const char *name);

#endif
