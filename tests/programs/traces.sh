#!/bin/sh
# SPDX-License-Identifier: MIT
# Limit: 600 s
# scripts/dev/traces runs pip, pytest and a crawler, and what it leaves says what docs/traces.md
# says: the lookups go to the nameserver less often with gaishim, or with its option.

. tests/lib/tap.sh
PATH=/usr/bin:/bin:$PATH # the packages that setup installs are the system's

traces=scripts/dev/traces
help=$($traces --help)
names=$(printf '%s\n' "$help" | sed -n 's/^  \(pip\|pytest\|crawler\|picture\)  .*/\1/p' | sort)
is "--help has the programs" "$names" "$(printf 'crawler\npicture\npip\npytest')"
is "docs/traces.md has a command for each of them" \
	"$(grep -Eo '^scripts/dev/traces (--seed=[0-9]+ )?[a-z]+' docs/traces.md | sed 's/.* //' | sort -u)" "$names"

# refused NAME MESSAGE STATUS [ARG...]
refused() {
	name=$1 message=$2 wanted=$3
	shift 3
	said=$($traces "$@" 2>&1)
	is "$name: exit status" "$?" "$wanted"
	is "$name: message" "$said" "traces: $message; try scripts/dev/traces --help"
}
refused "without arguments" "PROGRAM and DIRECTORY are needed" 2
refused "without a directory" "PROGRAM and DIRECTORY are needed" 2 pip
refused "another program" "npm: there is no such program" 2 npm "$TMP/out"
refused "another option" "--fast: unknown option" 2 --fast pip "$TMP/out"
is "another seed" "$($traces --seed=x pip "$TMP/out" 2>&1 || echo $?)" "traces: --seed=x: allowed is a number
2"
ok "nothing was made" test ! -e "$TMP/out"

# queries RUN: how many came to the nameserver in it.
queries() {
	sed -n 's/^queries that came to the nameserver: \([0-9]*\);.*/\1/p' "$TMP/out/$1.txt"
}

# fewer PROGRAM LABEL: at most half of the queries of "before" come with that label.
fewer() {
	before=$(queries "$1-before")
	with=$(queries "$1-$2")
	ok "$1: $before queries before, $with $2: at most half" test $((${with:-1} * 2)) -le "${before:-0}"
}

# program NAME LOOKUPS LABEL...: runs it, and looks at what is there.
program() {
	name=$1 lookups=$2
	shift 2
	if ! $traces "$name" "$TMP/out" >"$TMP/said" 2>"$TMP/err"; then
		case $(tail -n 1 "$TMP/err") in
		*' has no '* | *' is not permitted '* | *'no ip(8)'* | *'no IPv6'*)
			skip "$name" "$(tail -n 1 "$TMP/err")"
			return 1
			;;
		esac
		is "$name: runs" "$(cat "$TMP/err")" ''
		return 1
	fi
	for label; do
		base=$TMP/out/$name-$label
		for kind in log html txt said; do
			ok "$name, $label: .$kind is there" test -s "$base.$kind"
		done
		like "$name, $label: the report" "$(cat "$base.txt")" "^$lookups lookups of "
		ok "$name, $label: is printed" grep -q "^$name, $label: gaishim" "$TMP/said"
	done
}

! program pip 24 before after hold || fewer pip hold
if program pytest 240 before after hedge; then
	fewer pytest after
	fewer pytest hedge
fi
if program crawler 1,000 before after hedge; then
	fewer crawler after
	fewer crawler hedge
fi

done_testing
