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
like "the log speaks for the shim" "$out" 'host="bücher.test" .*normalized="xn--bcher-kva.test" how=(led|passed) '

# README shows some of its lines. Times and ports differ from run to run.
shape() {
	sed 's/[0-9][0-9.]*/N/g'
}
sed -n '/^  glibc .* with gaishim/,/^```/p' README.md | sed '$d' | shape >"$TMP/shown"
echo "$out" | shape >"$TMP/printed"
ok "README.md shows lines of the demo" test "$(wc -l <"$TMP/shown")" -gt 4
case $out in
*'(not shown)'*) skip "the demo prints them" "not all of it can be shown here" ;;
*) is "the demo prints them" "$(grep -Fvx -f "$TMP/printed" "$TMP/shown")" '' ;;
esac

done_testing
