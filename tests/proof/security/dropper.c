/* SPDX-License-Identifier: MIT */
/*
 * dropper DIRECTORY USER: asks for an address before it changes its root to
 * DIRECTORY, after that, and after it has become USER as well, as servers do.
 */
#include <err.h>
#include <grp.h>
#include <netdb.h>
#include <stdlib.h>
#include <unistd.h>

static void ask(const char *host)
{
	struct addrinfo *list;

	if (getaddrinfo(host, "80", NULL, &list) != 0)
		errx(1, "%s: no answer", host);
	freeaddrinfo(list);
}

int main(int argc, char **argv)
{
	if (argc != 3)
		errx(2, "usage: dropper DIRECTORY USER");
	uid_t user = (uid_t)atoi(argv[2]);

	ask("127.0.0.1");
	if (chroot(argv[1]) != 0 || chdir("/") != 0)
		err(2, "%s", argv[1]);
	ask("127.0.0.2");
	if (setgroups(0, NULL) != 0 || setgid(user) != 0 || setuid(user) != 0)
		err(2, "user %d", (int)user);
	ask("127.0.0.3");
	return 0;
}
