# shellcheck shell=sh
# SPDX-License-Identifier: MIT
# What somebody may have meant who has named no program. Sourced by gaishim.

# is_almost WORD NAME: WORD is NAME but for a letter more, less or another, or two that
# changed places.
is_almost() {
	head='' tail=$2
	while :; do
		rest=${tail#?}
		first=${tail%"$rest"}
		second=${rest%"${rest#?}"}
		case $1 in
		"$head"?"$tail" | "$head$rest" | "$head"?"$rest" | "$head$second$first${rest#?}") return 0 ;;
		esac
		[ -n "$tail" ] || return 1
		head=$head$first tail=$rest
	done
}

# suggest WORD NAME...: WORD is no program, and is NAME perhaps.
suggest() {
	! is_almost "$1" "$2" || die 127 "$1: not found; did you mean 'gaishim $2'?"
}
