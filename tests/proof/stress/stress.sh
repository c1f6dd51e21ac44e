#!/bin/sh
# SPDX-License-Identifier: MIT
# A few seconds of what `make stress` does for as long as told.

. tests/lib/tap.sh

STRESS_SECONDS=8 THREADS=64
export STRESS_SECONDS THREADS

for RESOLVERS in fake dns fake-hedged dns-hedged; do
	export RESOLVERS
	scripts/dev/stress >"$TMP/out" 2>"$TMP/err"
	status=$?
	why=$(sed -n 's/.*: skipped: //p' "$TMP/out")
	if [ -n "$why" ]; then
		skip "$RESOLVERS" "$why"
		continue
	fi
	is "$RESOLVERS" "$status" 0
	sed 's/^/# /' "$TMP/err" "$TMP/out"
done
done_testing
