#!/bin/sh
# SPDX-License-Identifier: MIT
# A file of shim/ or scripts/ has at most 300 lines, and a function at most 60: from its brace
# to the other, which both stand in the first column (in sh, the first one behind the name).

. tests/lib/tap.sh

# long_files DIRECTORY...: those of more than 300 lines, and how many these are.
long_files() {
	find "$@" -type f ! -name '*.pyc' | LC_ALL=C sort | while read -r file; do
		lines=$(wc -l <"$file")
		[ "$lines" -le 300 ] || printf '%s: %d lines\n' "$file" "$lines"
	done
}

# long_functions DIRECTORY...: those of more than 60 lines in C or sh, and how many these are.
long_functions() {
	# shellcheck disable=SC2016 # awk's
	find "$@" -type f ! -name '*.py*' | LC_ALL=C sort | xargs awk '
		FNR == 1 { start = 0 }
		/^\{/ && FILENAME ~ /\.[ch]$/ || /^[a-z_0-9]+\(\) [{(]/ {
			start = FNR
			name = /^\{/ ? before : $0
		}
		/^[})]/ && start {
			seen++
			if (FNR - start + 1 > 60)
				printf "%s: %d lines: %s\n", FILENAME, FNR - start + 1, name
			start = 0
		}
		{ before = $0 }
		END { if (seen < 2) print "no functions were found" }'
}

# planted NAME OPENING LINES: a file of a function with so many lines, and of a short one.
planted() {
	{
		printf '%s\n' "$2"
		seq "$(($3 - 2))" | sed 's/.*/	:/'
		printf '}\n%s\n}\n' "$2"
	} >"$TMP/$1"
}

c_opening='int planted(void)
{'
planted right.c "$c_opening" 60
planted right.sh 'planted() {' 60
planted wrong.c "$c_opening" 61
planted wrong 'planted() {' 61
seq 300 >"$TMP/300"
seq 301 >"$TMP/301"
is "finds planted functions" "$(long_functions "$TMP"/right* "$TMP"/wrong*)" \
	"$(printf '%s: 61 lines: %s\n' "$TMP/wrong" 'planted() {' "$TMP/wrong.c" 'int planted(void)')"
is "finds a planted file" "$(long_files "$TMP/300" "$TMP/301")" "$TMP/301: 301 lines"
is "no file has more than 300 lines" "$(long_files shim scripts)" ''
is "no function has more than 60" "$(long_functions shim scripts)" ''

done_testing
