#!/bin/sh
# SPDX-License-Identifier: MIT
# Limit: 900 s
# Children of a process whose threads are inside lookups of each call. With libc alone they find
# its lock taken for good, in all calls that libc makes under a lock.

. tests/network/weather/lib.sh

CHILDREN=10000

# libc alone gets few, as each that hangs takes so many seconds.
run libc forks '' "$weather/forks" 160 2 WHO
run shim forks '' "$weather/forks" "$CHILDREN" 20 WHO
sed 's/^/# /' "$TMP"/forks.*.err

# of libc|shim FIELD: its sum over all calls.
of() {
	awk -v field="$2" '{ sum += $field } END { print sum + 0 }' "$TMP/forks.$1"
}

sed 's/^/# libc alone: /' "$TMP/forks.libc"
sed 's/^/# with the shim: /' "$TMP/forks.shim"
ok 'with libc alone children hang' [ "$(of libc 3)" -gt 0 ]
is 'all children of a process with the shim have ended' "$(of shim 2)" "$CHILDREN"
is 'none of them hung' "$(of shim 3)" 0
is 'each had the right answer' "$(of shim 4)" 0
done_testing
