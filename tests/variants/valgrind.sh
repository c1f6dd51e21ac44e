#!/bin/sh
# SPDX-License-Identifier: MIT
# Valgrind's memcheck: no error, nothing definitely lost.
. tests/variants/lib.sh

command -v valgrind >/dev/null || skip_all "valgrind is not installed"
VARIANT=$BUILD
TEST_SANITIZER=valgrind
# Some tests start themselves anew: see with_environment() in tests/fake.
TEST_WRAPPER="valgrind -q --trace-children=yes --error-exitcode=99 --exit-on-first-error=no --leak-check=full \
	--errors-for-leak-kinds=definite"
export TEST_SANITIZER TEST_WRAPPER
run_variant test_flight test_flight_jumps test_flight_late test_flight_stuck test_table test_threads
run_variant test_log fake/test_cancel fake/test_nested fake/test_none
# The others keep no state from one test to the next: a process for each would
# only cost valgrind's start.
CK_FORK=no
export CK_FORK
run_variant test_classify test_clock test_config test_idna test_literal test_next test_numeric test_punycode \
	test_lists test_image
# shellcheck disable=SC2086 # a command with its arguments
load_variant 2 $TEST_WRAPPER
done_testing
