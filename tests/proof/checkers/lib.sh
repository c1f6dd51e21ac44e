# shellcheck shell=sh
# SPDX-License-Identifier: MIT
# A checker over the sources, each file one result: it says nothing, but what
# tests/proof/checkers/known names with a reason. Source it from the top of the checkout.

. tests/lib/tap.sh

# As the Makefile compiles them.
FLAGS="-std=gnu11 -D_GNU_SOURCE -Ishim -Itests/lib"

# need COMMAND OLDEST NEWEST: the versions that were tried. Another one may find what it
# likes: its findings are shown, but nothing fails for them.
need() {
	command -v "$1" >/dev/null || skip_all "$1 is not installed"
	version=$("$1" --version | grep -Eo '[0-9]+(\.[0-9]+)+' | head -n 1)
	untried=''
	[ "$(printf '%s\n' "$2" "$version" "$3.999" | sort -V | sed -n 2p)" = "$version" ] ||
		untried="$1 $version is not of those that were tried ($2 to $3)"
}

# findings CHECKER: of its output, the lines "file:line: kind: text [check]" that are
# not known.
findings() {
	sed -n "s,^$PWD/,,; /^[^ ]*: \(fatal error\|error\|warning\|style\|performance\|portability\): /p" |
		awk -v checker="$1" '
			NR == FNR { if ($1 == checker) known["^" $2 " " $3 "$"]; next }
			{
				file = check = $0
				sub(/:.*/, "", file)
				sub(/.*\[(-W)?/, "", check)
				sub(/[],=].*/, "", check)
				for (pattern in known)
					if (file " " check ~ pattern)
						next
				print
			}' tests/proof/checkers/known -
}

# verdict FILE FINDINGS: there are none.
verdict() {
	if [ "$untried" ] && [ "$2" ]; then
		skip "$1" "$untried; it says: $(printf '%s\n' "$2" | grep . | head -n 1 | tr '#' ' ')"
	else
		is "$1" "$2" ""
	fi
}

# quiet CHECKER FILE COMMAND [ARG...]: COMMAND has nothing to say about FILE.
quiet() {
	checker=$1 file=$2
	shift 2
	"$@" "$file" >"$TMP/said" 2>&1
	verdict "$file" "$(findings "$checker" <"$TMP/said")"
}

# planted CHECK COMMAND [ARG...]: COMMAND finds what is planted in the C source on
# standard input.
planted() {
	check=$1
	shift
	cat >"$TMP/planted.c"
	"$@" "$TMP/planted.c" >"$TMP/said" 2>&1
	like "finds a planted $check" "$(findings planted <"$TMP/said")" "\\[[^]]*$check"
}
