#!/bin/sh
# SPDX-License-Identifier: MIT
# An address and localhost are answered while lookups of a second are out, in each call and in
# its plain form, too. libc holds one lock for a whole lookup there: who comes behind three of
# them has his answer when they have theirs. How long it takes is measured by scripts/dev/bench.

. tests/network/weather/lib.sh

# name CASE: a file for it.
name() {
	printf '%s/%s' "$TMP" "$(printf '%s' "$1" | tr / -)"
}

# out_at_least LEAST RESULT NAME: as line() prints it.
out_at_least() {
	is "$3: the code, the address" "${2#* * }" '0 127.0.0.1'
	out=${2#* }
	ok "$3: ${out%% *} of the slow ones are still out" test "${out%% *}" -ge "$1"
}

for case in $(line_cases) $(line_cases _r); do
	line libc 3 "$case" >"$(name "$case")" &
	running="$running $!"
done
# shellcheck disable=SC2086 # several
wait $running

for case in $(line_cases) $(line_cases _r); do
	read -r _ out rest <"$(name "$case")"
	is "$case behind 3, libc alone: the code, the address" "$rest" '0 127.0.0.1'
	case $case in
	*_r/*) is "$case behind 3, libc alone: so many are still out" "$out" 3 ;;
	# The last one may have its answer, and not have said so yet.
	*) ok "$case behind 3, libc alone: $out is still out" test "$out" -le 1 ;;
	esac
	out_at_least 3 "$(line shim 3 "$case")" "$case behind 3"
	# The first of so many may be back already on a busy machine.
	out_at_least 100 "$(line shim 200 "$case")" "$case behind 200"
done

# With --lock=global the line is there again.
GAISHIM_LOCK=global
export GAISHIM_LOCK
for case in gethostbyname/127.0.0.1 gethostbyname/localhost; do
	out=$(line shim 3 "$case")
	out=${out#* }
	ok "$case behind 3, --lock=global: ${out%% *} is still out" test "${out%% *}" -le 1
done

done_testing
