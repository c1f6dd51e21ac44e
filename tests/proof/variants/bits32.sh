#!/bin/sh
# SPDX-License-Identifier: MIT
# The clock and the gate on 32 bits, where the kernel has two layouts of a time and libc
# has two more: with a time_t of 32 bits and of 64, with a vDSO and without, and where the
# newer of the two system calls is refused.
. tests/lib/tap.sh

cc=${CC:-cc}
cat >"$TMP/time.c" <<'EOT'
#include "clock.h"
#include "filter.h"
#include "gate.h"

#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>

/* In the place of getauxval, where there is to be no vDSO. */
unsigned long no_vdso(unsigned long type)
{
	return errno = ENOENT, 0 * type;
}

static sem_t entered, go;

static int64_t libc_now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * INT64_C(1000000000) + time.tv_nsec;
}

static void *look_up(void *unused)
{
	uint32_t era;

	gate_enter(&era);
	sem_post(&entered);
	sem_wait(&go);
	gate_leave(era);
	return unused;
}

/* How long a fork waits for a lookup. */
static int64_t fork_waits(void)
{
	pthread_t thread;
	int64_t begun, took;

	pthread_create(&thread, NULL, look_up, NULL);
	sem_wait(&entered);
	begun = libc_now();
	gate_before_fork();
	took = libc_now() - begun;
	gate_after_fork();
	sem_post(&go);
	pthread_join(thread, NULL);
	return took;
}

int main(int argc, char **argv)
{
	int64_t before, read, coarse, after, least = INT64_MAX, most = 0;

	if (argc > 1 && strcmp(argv[1], "refuse") == 0 && !refuse_call(SYS_clock_gettime64, false))
		perror("seccomp");
	before = libc_now();
	read = clock_now();
	coarse = clock_coarse();
	after = libc_now();
	if (read < before || read > after || coarse > after || coarse < before - INT64_C(5000000000))
		printf("time %lld, coarse %lld, between %lld and %lld\n", (long long)read, (long long)coarse,
		       (long long)before, (long long)after);
	/* On a busy machine a fork may be late, but not each time. */
	sem_init(&entered, 0, 0);
	sem_init(&go, 0, 0);
	for (int i = 0; i < 20; i++) {
		int64_t took = fork_waits();

		least = took < least ? took : least;
		most = took > most ? took : most;
	}
	if (most < 9000000 || least > 30000000)
		printf("a fork waits %lld to %lld ns\n", (long long)least, (long long)most);
	printf("time_t %d bits, long %d\n", (int)sizeof(time_t) * 8, (int)sizeof(long) * 8);
}
EOT

echo '#include <stdio.h>
int main(void) { return sizeof(void *) != 4; }' >"$TMP/try.c"
"$cc" -m32 -o "$TMP/try" "$TMP/try.c" 2>"$TMP/out" || skip_all "$cc makes no programs of 32 bits (gcc-multilib)"
"$TMP/try" 2>"$TMP/out" || skip_all "programs of 32 bits do not run here"

for bits in 32 64; do
	flags=
	[ $bits = 32 ] || flags='-D_FILE_OFFSET_BITS=64 -D_TIME_BITS=64'
	for vdso in getauxval no_vdso; do
		# shellcheck disable=SC2086 # flags
		ok "builds: time_t of $bits bits, $vdso" "$cc" -m32 -O2 -D_GNU_SOURCE -Wall -Wextra $flags -Dgetauxval=$vdso \
			-Ishim -Itests/lib -pthread -o "$TMP/time" "$TMP/time.c" tests/lib/filter.c shim/libc/clock.c shim/libc/gate.c shim/libc/image.c
		for calls in allow refuse; do
			is "time_t of $bits bits, $vdso, $calls" "$("$TMP/time" $calls 2>&1)" "time_t $bits bits, long 32"
		done
	done
done
done_testing
