#!/bin/sh
# SPDX-License-Identifier: MIT
# ThreadSanitizer.
. tests/variants/lib.sh

[ -e "$(gcc -print-file-name=libtsan.so)" ] || skip_all "gcc has no ThreadSanitizer here"
TEST_SANITIZER=thread
export TEST_SANITIZER
build_variant CC=gcc SAN=thread CFLAGS="-O1 -g"
# shellcheck disable=SC2046 # one test a word
run_variant $(tests_of units fake)
done_testing
