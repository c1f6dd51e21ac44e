/* SPDX-License-Identifier: MIT */
/*
 * Runs a command that may not open a netlink socket, as some container engines and
 * sandboxes have it: socket(AF_NETLINK) is EPERM, or ends the process (SIGSYS):
 *
 *   nonetlink eperm|kill COMMAND [ARG...]
 *
 * Exit status 99 if the kernel has no such filters, 126 if COMMAND does not run.
 */
#include <err.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	if (argc < 3 || (strcmp(argv[1], "eperm") != 0 && strcmp(argv[1], "kill") != 0))
		errx(2, "usage: nonetlink eperm|kill COMMAND [ARG...]");

	const unsigned verdict = argv[1][0] == 'e' ? SECCOMP_RET_ERRNO | EPERM : SECCOMP_RET_KILL_PROCESS;
	const unsigned low = __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? 4 : 0; /* half of an argument */
	struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_socket, 0, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[0]) + low),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AF_NETLINK, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, verdict),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = {.len = sizeof filter / sizeof *filter, .filter = filter};

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0)
		err(99, "seccomp");
	execvp(argv[2], argv + 2);
	err(126, "%s", argv[2]);
}
