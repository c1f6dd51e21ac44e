#!/bin/sh
# SPDX-License-Identifier: MIT
# `make IDN2=shared`, for distributions: the system's libidn2, linked.
. tests/proof/variants/lib.sh

build_variant IDN2=shared
like "needs libidn2" "$(readelf -dW "$VARIANT/libgaishim.so")" 'NEEDED.*libidn2\.so\.0'
run_variant unit/test_idna preload/test_disabled preload/test_differential preload/fake/test_herd
done_testing
