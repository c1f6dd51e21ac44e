#!/bin/sh
# SPDX-License-Identifier: MIT
# The tests that docs/SECURITY.md names for its claims are there, by these names.

. tests/lib/tap.sh

# `FILE` "words", "words": a line each, FILE|words.
awk '/^\|.*`tests\// {
	while (match($0, /`tests\/[a-z_\/-]*\.(sh|c|py)`|"[^"]+"/)) {
		found = substr($0, RSTART + 1, RLENGTH - 2)
		if (substr($0, RSTART, 1) == "`")
			file = found
		else if (file != "")
			print file "|" found
		$0 = substr($0, RSTART + RLENGTH)
	}
	file = ""
}' docs/SECURITY.md >"$TMP/claims"
ok "docs/SECURITY.md names tests" test "$(wc -l <"$TMP/claims")" -gt 40
while IFS='|' read -r file words; do
	ok "$file: $words" grep -Fq -- "$words" "$file"
done <"$TMP/claims"

is "no row of a table is without one" "$(awk '
	/^## / { exempt = /What is trusted/ }
	!exempt && /^\|/ && !/^\|[-|]*$/ && !/^\| (Can|Claim) \|/ && !/`tests\/[^|]*\|$/' docs/SECURITY.md)" ""

done_testing
