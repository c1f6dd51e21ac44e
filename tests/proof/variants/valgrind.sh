#!/bin/sh
# SPDX-License-Identifier: MIT
# Limit: 1200 s
# Valgrind's memcheck: no error, nothing definitely lost.
. tests/proof/variants/lib.sh

command -v valgrind >/dev/null || skip_all "valgrind is not installed"
VARIANT=$BUILD
TEST_SANITIZER=valgrind
# Some tests start themselves anew: see with_environment() in tests/lib/callers.h.
TEST_WRAPPER="valgrind -q --trace-children=yes --error-exitcode=99 --exit-on-first-error=no --leak-check=full \
	--errors-for-leak-kinds=definite"
export TEST_SANITIZER TEST_WRAPPER
run_variant unit/test_flight unit/test_flight_jumps unit/test_flight_late unit/test_flight_stuck \
	unit/test_table unit/test_threads
run_variant unit/test_log preload/fake/test_cancel preload/fake/test_nested preload/fake/test_none \
	preload/fake/test_hedge preload/fake/test_deadline
# The others keep no state from one test to the next: a process for each would
# only cost valgrind's start.
CK_FORK=no
export CK_FORK
run_variant unit/test_classify unit/test_clock unit/test_config unit/test_idna unit/test_literal unit/test_next \
	unit/test_numeric unit/test_punycode unit/test_lists unit/test_image
# shellcheck disable=SC2086 # a command with its arguments
load_variant 2 $TEST_WRAPPER
done_testing
