#!/bin/sh
# SPDX-License-Identifier: MIT
# The demo runs, and every trouble that it can show here is cured.

. tests/lib/tap.sh
unset LD_PRELOAD MAKEFLAGS MAKELEVEL

[ "$BUILD" = "$PWD/build" ] || skip_all "the demo builds in build, not in $BUILD"

out=$(scripts/demo 2>&1)
is "scripts/demo" "$?" 0
echo "$out" | sed 's/^/# /'
is "nothing is left uncured" "$(echo "$out" | grep 'NOT CURED')" ''
like "one herd, one lookup" "$out" '^ *200 lookups +1 lookup.* 200 answers in .* 200 in '
like "forked children" "$out" '^ *[0-9] of 5 hang +0 of 5 hang'
like "the log speaks for the shim" "$out" 'host="bücher.test" .*normalized="xn--bcher-kva.test" how=led'

done_testing
