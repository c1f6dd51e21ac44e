# shellcheck shell=sh
# SPDX-License-Identifier: MIT
# The part of scripts/dev/matrix that makes a table of what the suites said.
# shellcheck disable=SC2154 # the variables of matrix

# row RELEASE: made of its log. The programs that a root was not meant to hold are
# not counted; a suite without its last line has not come to its end.
row() {
	awk -v release="$1" -v suites="$suites" '
		$1 == "entered" { version = $2; libc = ($3 == "glibc" ? "" : $3 " ") $4 }
		$1 == "suite" { suite = $2; absent = 0; cell[suite] = "FAILED: no end" }
		$1 == "took" { took = $2 " s" }
		/# SKIP not installed$/ { absent++ }
		/^[0-9]+ passed, [0-9]+ failed, [0-9]+ skipped$/ {
			skipped = $5 - absent
			cell[suite] = $3 ? "FAILED: " $3 : !$1 ? "skipped" : $1 " ok" (skipped ? ", " skipped " skipped" : "")
		}
		END {
			line = release "|" version "|" libc
			for (i = 1; i <= split(suites, name, " "); i++)
				line = line "|" (libc == "" ? "skipped" : name[i] in cell ? cell[name[i]] : "FAILED: no end")
			print line "|" took
		}' "$tmp/$1.log"
}

# table: rows of cells as Markdown, one under the other.
table() {
	awk -F '|' '
		{
			for (i = 1; i <= NF; i++) {
				cell[NR, i] = $i
				if (length($i) > width[i]) width[i] = length($i)
			}
		}
		END {
			for (r = 1; r <= NR; r++) {
				line = rule = "|"
				for (i = 1; i <= NF; i++) {
					line = line sprintf(" %-" width[i] "s |", cell[r, i])
					dashes = sprintf("%" width[i] + 2 "s|", "")
					gsub(/ /, "-", dashes)
					rule = rule dashes
				}
				print line
				if (r == 1) print rule
			}
		}'
}

# skips RELEASE: what its suites have skipped, and why.
skips() {
	awk -v release="$1" '
		$1 == "suite" { suite = $2 }
		/# SKIP / && !/# SKIP not installed$/ {
			sub(/^ *(ok [0-9]+ - |1\.\.0 *|# *)?/, "")
			sub(/# SKIP */, "skipped: ")
			print release ", " suite ": " $0
		}' "$tmp/$1.log"
}

# left_out FILE...: the kinds of tests of which none is among these.
left_out() {
	for folder in tests/*/ tests/*/*/; do
		[ "$folder" != tests/lib/ ] || continue
		found=''
		for file in "$folder"test_*.c "$folder"*.sh; do
			[ ! -f "$file" ] || [ "${file##*/}" = lib.sh ] || found=1
		done
		[ -z "$found" ] || printf '%s\n' "$@" | grep -Eq "(^|/)${folder}[^/]+$" || printf '%s\n' "${folder#tests/}"
	done | paste -s -d ' '
}

# sums: the objects of all rows by SHA-256; it should be one.
sums() {
	sed -n 's/^object \([0-9a-f]*\) .*/object of the rows: \1/p' "$tmp"/*.log | sort -u
}
