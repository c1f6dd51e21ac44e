#!/bin/sh
# SPDX-License-Identifier: MIT
# Callers who ask at the same time still share one lookup, however slow the host is. A busy
# machine may keep a thread off its processor longer than a lookup takes, so each herd is
# for three hosts in turn, and two of the three must be as good as promised.

. tests/network/weather/lib.sh

# middle NUMBER NUMBER NUMBER
middle() {
	printf '%s\n' "$@" | sort -n | sed -n 2p
}

# judge CALLERS MS
judge() {
	for tag in x y z; do
		printf '%s 0 slow-%s-%s.test\n' "$1" "$2" $tag
	done >"$TMP/herds"
	herds shim herds "$(cat "$TMP/herds")"
	is "$1 of a host of $2 ms: without the answer" \
		"$(failed shim herds) of $(count shim herds)" "0 of $((3 * $1))"
	is "$1 of a host of $2 ms: queries" "$(middle "$(asked "slow-$2-x.test")" \
		"$(asked "slow-$2-y.test")" "$(asked "slow-$2-z.test")")" 2
}

judge 200 300
judge 1000 20

for tag in a b c; do
	herds_beside slow-300-$tag.test $tag
done >"$TMP/herds"
herds shim herds "$(cat "$TMP/herds")"
is 'fast hosts beside a slow one: without the answer' \
	"$(failed shim herds) of $(count shim herds)" "0 of $((3 * 3601))"
is 'fast hosts beside a slow one: queries of the second herd and the third' \
	"$(middle "$(asked_after mark-a.test slow-300-a.test)" \
		"$(asked_after mark-b.test slow-300-b.test)" \
		"$(asked_after mark-c.test slow-300-c.test)")" 4

done_testing
