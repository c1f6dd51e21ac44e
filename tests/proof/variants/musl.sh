#!/bin/sh
# SPDX-License-Identifier: MIT
# Limit: 900 s
# The same object, and the same tests, in processes of musl's.
. tests/proof/variants/lib.sh
. tests/lib/musl-programs.sh

[ -e "$musl_loader" ] || skip_all "no musl (Debian's package musl)"
VARIANT=$BUILD/musl
make_musl_programs "$BUILD" "$VARIANT"
is "the object is the same" "$(cksum <"$VARIANT/libgaishim.so")" "$(cksum <"$BUILD/libgaishim.so")"

# By itself, without what the tests want.
names=$(readelf --dyn-syms -W "$musl_loader" | awk '$7 != "UND" { sub(/@.*/, "", $8); print $8 }')
is "musl has all that the object must find" \
	"$(readelf --dyn-syms -W "$GAISHIM_SO" | awk '$7 == "UND" && $5 == "GLOBAL" { sub(/@.*/, "", $8); print $8 }' |
		grep -vxF "$names")" ""

export LD_LIBRARY_PATH="$VARIANT/musl" GAISHIM_QUESTIONS="${GAISHIM_QUESTIONS:-100000}"
like "a program of the tests is a process of musl's" "$("$VARIANT/tests/unit/test_numeric")" "SKIP the rules here are glibc's"
# shellcheck disable=SC2046 # one test a word
run_variant $(tests_of units fake preload)
done_testing
