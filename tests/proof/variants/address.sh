#!/bin/sh
# SPDX-License-Identifier: MIT
# Limit: 1200 s
# AddressSanitizer, LeakSanitizer and UndefinedBehaviorSanitizer.
. tests/proof/variants/lib.sh

[ -e "$(gcc -print-file-name=libasan.so)" ] || skip_all "gcc has no AddressSanitizer here"
TEST_SANITIZER=address
# The runtime wants to be the first object, and a preload comes before it. It
# also misreads the stack of a cancelled thread when it takes its signal stack
# away. And from gcc 13 on it keeps locals elsewhere than on the stack, where
# longjmp tells by the address which cleanup handlers it jumps over.
ASAN_OPTIONS=verify_asan_link_order=0:use_sigaltstack=0:detect_stack_use_after_return=0
UBSAN_OPTIONS=print_stacktrace=1
export TEST_SANITIZER ASAN_OPTIONS UBSAN_OPTIONS
build_variant CC=gcc SAN=address,undefined CFLAGS="-O1 -g"
# shellcheck disable=SC2046 # one test a word
run_variant $(tests_of units fake) preload/test_codec
load_variant 3
done_testing
