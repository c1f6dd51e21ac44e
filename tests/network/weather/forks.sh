#!/bin/sh
# SPDX-License-Identifier: MIT
# Limit: 900 s
# Children of a process whose threads are inside lookups of each call: of 0, 20 and 300 ms, and of a
# name with several addresses. With libc alone they find its locks taken for good.
#
#   FORKS=10000 TEST_LIMIT=3000 tests/run tests/network/weather/forks.sh    so many of each kind (500)

. tests/network/weather/lib.sh

children=${FORKS:-500}
printf '%s several.test\n' 192.0.2.1 192.0.2.2 192.0.2.3 fd00::1 fd00::2 >>/etc/hosts

# of libc|shim KIND FIELD: its sum over all calls.
of() {
	awk -v field="$3" '$1 != "fork" { sum += $field } END { print sum + 0 }' "$TMP/forks_$2.$1"
}

for kind in 0 20 300 several; do
	# libc alone gets few, as each that hangs takes so many seconds.
	run libc "forks_$kind" '' "$weather/forks" 200 2 "$kind" WHO
	run shim "forks_$kind" '' "$weather/forks" "$children" 40 "$kind" WHO
	sed 's/^/# /' "$TMP/forks_$kind".*.err
	sed "s/^/# libc alone, $kind: /" "$TMP/forks_$kind.libc"
	sed "s/^/# with the shim, $kind: /" "$TMP/forks_$kind.shim"
	ok "$kind: with libc alone children hang: $(of libc "$kind" 3)" [ "$(of libc "$kind" 3)" -gt 0 ]
	is "$kind: all children of a process with the shim have ended" "$(of shim "$kind" 2)" "$children"
	is "$kind: none of them hung" "$(of shim "$kind" 3)" 0
	is "$kind: each had the right answer" "$(of shim "$kind" 4)" 0
	most=$((children / 100))
	# These lookups are quick. A fork that waits 0.1 s for them in vain runs on a machine that stands
	# still. Then more children inherit the lock, and with libc alone each of them hangs.
	[ "$kind" != several ] || most=$((most + $(of shim "$kind" 5) / 4))
	ok "$kind: at most $most were stuck, and were told after 30 s: $(of shim "$kind" 6)" \
		[ "$(of shim "$kind" 6)" -le "$most" ]
done
done_testing
