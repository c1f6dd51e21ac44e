# shellcheck shell=sh
# SPDX-License-Identifier: MIT
# Test Anything Protocol for the sh tests: source it from the top of the
# checkout, call ok/is/like/skip, end with done_testing.
#
# TMP is a private directory, removed at exit. TAP_EXIT, where a test sets it,
# is run before that (stop the servers there).

set -u
LC_ALL=C.UTF-8
export LC_ALL

# Nothing of the object's settings comes from outside, nor a variable that looks like
# one: a seed for the compiled tests is GAISHIM_SEED.
for name in $(env | sed -n 's/^\(GAISHIM_[A-Za-z0-9_]*\)=.*/\1/p'); do
	[ "$name" = GAISHIM_SO ] || unset "$name"
done

TAP_COUNT=0
TAP_FAILED=0
TAP_EXIT=:
TMP=$(mktemp -d) || exit 99
trap '$TAP_EXIT; rm -rf "$TMP"' EXIT
trap 'exit 130' INT TERM

# soon COMMAND...: runs it until it succeeds, for five seconds.
soon() {
	for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25; do
		"$@" >/dev/null 2>&1 && return
		sleep 0.2
	done
	return 1
}

# tap_report STATUS NAME: one result line, numbered.
tap_report() {
	TAP_COUNT=$((TAP_COUNT + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $TAP_COUNT - $2"
	else
		TAP_FAILED=$((TAP_FAILED + 1))
		echo "not ok $TAP_COUNT - $2"
		return 1
	fi
}

# ok NAME COMMAND [ARG...]: passes if the command does; shows its output if not.
ok() {
	tap_name=$1
	shift
	"$@" >"$TMP/tap.out" 2>&1
	tap_report $? "$tap_name" || sed 's/^/# /' "$TMP/tap.out"
}

# is NAME GOT WANTED
is() {
	[ "$2" = "$3" ]
	tap_report $? "$1" || printf 'got:    %s\nwanted: %s\n' "$2" "$3" | sed 's/^/# /'
}

# like NAME TEXT ERE: passes if some line of TEXT matches.
like() {
	printf '%s\n' "$2" | grep -Eq -- "$3"
	tap_report $? "$1" || printf 'text:   %s\nwanted: /%s/\n' "$2" "$3" | sed 's/^/# /'
}

# skip NAME REASON
skip() {
	TAP_COUNT=$((TAP_COUNT + 1))
	echo "ok $TAP_COUNT - $1 # SKIP $2"
}

# skip_all REASON: nothing here can run; ends the test.
skip_all() {
	echo "1..0 # SKIP $1"
	exit 0
}

# checkout DIR: as much of one as the command needs, around the object under test.
checkout() {
	mkdir -p "$1/scripts" "$1/build" "$1/shim"
	cp -R scripts/commands scripts/gaishim "$1/scripts/"
	cp -R shim/python shim/options.def "$1/shim/"
	cp Makefile "$1/"
	cp "$GAISHIM_SO" "$1/build/"
}

done_testing() {
	echo "1..$TAP_COUNT"
	[ "$TAP_FAILED" -eq 0 ]
	exit
}
