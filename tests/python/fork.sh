#!/bin/sh
# SPDX-License-Identifier: MIT
# Children of a threaded parent that resolves all the time. A child inherits libc's
# lock around the list of interfaces as it is, and if a thread held it, the child
# hangs at its first lookup, be the host numeric or not. Under the command numeric
# hosts do without that lock: no child hangs. The rest is printed, not judged.

. tests/python/lib.sh

children=100
limit=20     # seconds, for children that must not hang
hang_limit=2 # for those that may

# forked CHILDREN SECONDS [HOST...]: what fork.py of $python says, with $shim before it.
forked() {
	# shellcheck disable=SC2086 # several words, or none
	timeout -k 1 100 $shim "$python" -W ignore tests/python/fork.py "$@" 2>&1
}

forks() {
	python=$2
	shim=$gaishim
	is "$1: children that ask for numeric hosts" "$(forked $children $limit)" "0 of $children hung, 0 failed"
	forked 20 $hang_limit localhost >"$TMP/name" &
	shim=
	forked 20 $hang_limit >"$TMP/bare" &
	forked 20 $hang_limit localhost >"$TMP/bare.name" &
	wait
	echo "# $1: without the shim $(cat "$TMP/bare"); asking for a name," \
		"with it $(cat "$TMP/name"), without $(cat "$TMP/bare.name")"
}

for_pythons forks
done_testing
