# shellcheck shell=sh
# SPDX-License-Identifier: MIT
# `gaishim doctor` for tests: source this behind tap.sh. $tree is the checkout; $shell runs the
# command, if it is set, and $command stands in its place.

# doctor [OPTION...] [-- ARG...]: the findings in $out, the exit status in $status. The words
# behind -- are doctor's own.
doctor() {
	before=''
	while [ $# -gt 0 ] && [ "$1" != -- ]; do
		before="$before $1"
		shift
	done
	[ $# -eq 0 ] || shift
	# shellcheck disable=SC2086 # words
	out=$(${shell-} "${command:-$tree/scripts/gaishim}" $before doctor "$@" 2>"$TMP/err")
	status=$?
}
