#!/bin/sh
# SPDX-License-Identifier: MIT
# Limit: 1200 s
# Built by clang: no warnings, and the tests pass.
. tests/proof/variants/lib.sh

command -v clang >/dev/null || skip_all "clang is not installed"
build_variant CC=clang
# shellcheck disable=SC2046 # one test a word
run_variant $(tests_of units fake)
done_testing
