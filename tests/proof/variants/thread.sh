#!/bin/sh
# SPDX-License-Identifier: MIT
# Limit: 1200 s
# ThreadSanitizer.
. tests/proof/variants/lib.sh

tsan=$(gcc -print-file-name=libtsan.so)
[ -e "$tsan" ] || skip_all "gcc has no ThreadSanitizer here"
# Up to gcc 10 it misses that this takes the lock again, and cries wolf.
nm -D "$tsan" | grep -q pthread_cond_clockwait ||
	skip_all "gcc's ThreadSanitizer does not know pthread_cond_clockwait here"
TEST_SANITIZER=thread
# A child that was forked while lookups were out makes threads.
TSAN_OPTIONS=die_after_fork=0
export TEST_SANITIZER TSAN_OPTIONS
build_variant CC=gcc SAN=thread CFLAGS="-O1 -g"
# shellcheck disable=SC2046 # one test a word
run_variant $(tests_of units fake)
load_variant 3
done_testing
