#!/bin/sh
# SPDX-License-Identifier: MIT
# Valgrind's helgrind: no race, no lock taken in two orders. Nothing is cancelled here: of a
# thread cancelled in a wait it believes that the lock was not taken again.
. tests/proof/variants/lib.sh

command -v valgrind >/dev/null || skip_all "valgrind is not installed"
VARIANT=$BUILD
TEST_SANITIZER=valgrind
TEST_WRAPPER="valgrind --tool=helgrind -q --suppressions=$PWD/tests/proof/variants/helgrind.supp --trace-children=yes --error-exitcode=99"
export TEST_SANITIZER TEST_WRAPPER
run_variant unit/test_gate preload/fake/test_herd preload/fake/test_nested
# shellcheck disable=SC2086 # a command with its arguments
load_variant 2 $TEST_WRAPPER
done_testing
