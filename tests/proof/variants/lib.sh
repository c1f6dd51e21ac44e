# shellcheck shell=sh
# SPDX-License-Identifier: MIT
# Another build of the same tests, in a folder of its own, each test one result.

. tests/lib/tap.sh

# build_variant MAKE-ARGUMENT...: everything, without a word from the compiler.
build_variant() {
	VARIANT=$BUILD/$(basename "$0" .sh)
	mkdir -p "$VARIANT"
	make -s -j2 tests BUILD="$VARIANT" "$@" >"$VARIANT/make.out" 2>&1
	is "builds ($*)" "$?" 0 || cat "$VARIANT/make.out"
	is "has no warning" "$(grep -v "^  ${VARIANT#"$PWD/"}/" "$VARIANT/make.out")" ""
}

# run_variant TEST...: below $VARIANT/tests. What is skipped inside is told too.
run_variant() {
	for test; do
		ok "$test" env BUILD="$VARIANT" tests/run "$VARIANT/tests/$test"
		sed -n 's/.*\(# SKIP.*\)/\1/p' "$TMP/tap.out"
	done
}

# load_variant SECONDS [COMMAND...]: the program of tests/proof/stress with the fake resolver,
# under COMMAND. What it calls cancelled or forked is what sanitizers lose track of.
load_variant() {
	seconds=$1
	shift
	ok "load: $seconds s" env \
		LD_PRELOAD="$VARIANT/libgaishim.so:$VARIANT/tests/lib/libfake.so" "$@" \
		"$VARIANT/tests/proof/stress/stress" --resolver fake --seconds "$seconds" --threads 16 --seed 1 \
		--limit 100 --no-forks --no-cancel
	# valgrind may have the last word, of what is possibly lost.
	like "load: passed" "$(grep '^stress:' "$TMP/tap.out" | tail -n 1)" '0 hangs, 0 wrong.*: passed$'
}

# The tests of the kinds named (units, fake, preload), as run_variant takes them.
tests_of() {
	for kind; do
		case $kind in
		units) ls tests/unit/test_*.c ;;
		fake) ls tests/preload/fake/test_*.c ;;
		preload) ls tests/preload/test_*.c ;;
		esac
	done | sed 's,^tests/,,; s,\.c$,,'
}
