/* SPDX-License-Identifier: MIT */
#include "no_memory.h"

const struct allocator *allocator;

/* The faulty allocator sets errno where it succeeds, as malloc of glibc 2.31 may. A numeric
 * host is answered without a look at errno, which would cost it 2 ns of 40. */
static bool may_change_errno(const struct caller *caller)
{
	return strspn(caller->q.host, "0123456789abcdef.:") == strlen(caller->q.host) && caller->error == ENOENT;
}

const char *wrong_with_fault(const struct caller *caller, bool failed)
{
	if (failed && caller->code == EAI_MEMORY) {
		if (caller->error != ENOMEM)
			return "errno";
		return caller->list == &untouched ? NULL : "*res touched";
	}
	/* The name is in Unicode, which the fake resolver's own is not. */
	if (caller->code == 0 && caller->q.flags & AI_CANONIDN) {
		struct caller plain = *caller;
		struct addrinfo first = *caller->list;
		char ascii[sizeof FAKE_CANON + 64];

		if (strncmp(first.ai_canonname, FAKE_CANON, sizeof FAKE_CANON - 1) != 0
		    || strcmp(first.ai_canonname + sizeof FAKE_CANON - 1, caller->q.host) != 0)
			return "canonical name in Unicode";
		snprintf(ascii, sizeof ascii, FAKE_CANON "%s", caller->q.asked);
		first.ai_canonname = ascii;
		plain.list = &first;
		return wrong(&plain);
	}
	if (caller->code == 0 && caller->error != 0 && !may_change_errno(caller))
		return "errno of a success";
	return wrong(caller);
}

void ask_with_fault(struct caller *caller, unsigned nth, enum whose whose, bool *failed)
{
	allocator->arm(nth, whose);
	ask(caller);
	*failed = allocator->disarm();
}

TCase *no_memory_case(const char *name)
{
	TCase *tcase = callers_case(name);

	allocator = dlsym(RTLD_DEFAULT, "faulty_allocator");
	if (allocator == NULL) {
		fputs("the faulty allocator is not preloaded\n", stderr);
		exit(99);
	}
	return tcase;
}
