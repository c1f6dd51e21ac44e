# shellcheck shell=sh
# SPDX-License-Identifier: MIT
# The part of scripts/dev/cpython-tests that compares: how a case ended each time, what that is
# called, and the table of it all.
# shellcheck disable=SC2034,SC2154 # the variables of cpython-tests

# purpose CASE: why it may differ, if it may.
purpose() {
	case "$options $1" in
	*--python-idna=libidn2*.IDNACodecTest.test_builtin_encode_invalid) # of 3.13
		echo 'UTS #46 leaves nothing of a label U+034F: the dot before it ends the host'
		;;
	*--python-idna=libidn2*.test_check_hostname_idn) # of test_ssl, since 3.7
		echo 'it wants ss for a sharp s, which IDNA 2008 keeps'
		;;
	esac
}

# judge_all: what to call each case that ended differently in some run so far, and
# how many of each. That the run itself did is worth a line if no case says why.
judge_all() {
	cat "$out".[0-9] | awk -F '\t' '
		$2 == $3 || seen[$1]++ { next }
		$1 == "(the run)" && $2 $3 !~ /exit 1[0-9][0-9]/ { run = $1; next }
		{ print $1; found = 1 }
		END { if (run && !found) print run }' |
		while IFS= read -r case; do
			judge "$case"
		done >"$out.report"
	different=$(grep -c '^DIFFERS ' "$out.report")
	purposely=$(grep -c '^on purpose: ' "$out.report")
	flaky=$(grep -c '^flaky: ' "$out.report")
}

# judge CASE: how it ended each time, and what that is called. A crash or a hang
# that is never seen without the shim is no noise.
judge() {
	cat "$out".[0-9] | case=$1 why=$(purpose "$1") awk -F '\t' '
		$1 == ENVIRON["case"] { plain[$2]; shim[$3]; without = without "; " $2; with = with "; " $3 }
		END {
			verdict = "DIFFERS"
			if (ENVIRON["why"] != "") verdict = "on purpose:"
			for (end in plain) if (end in shim) verdict = "flaky:"
			for (end in shim) if (end ~ /^exit 1[0-9][0-9]/ && !(end in plain)) verdict = "DIFFERS"
			print verdict " " ENVIRON["case"]
			if (verdict == "on purpose:") print "    " ENVIRON["why"]
			print "    without: " substr(without, 3)
			print "    with:    " substr(with, 3)
		}'
}

# table: modules down, interpreters across.
table() {
	modules=$modules awk -F '\t' '
		BEGIN { rows = split(ENVIRON["modules"], name, " +|\n\t*") }
		!($1 in column) { column[$1] = ++columns; head[columns] = $1 }
		{
			mark = ($4 ? "!" $4 : "") ($5 ? "*" $5 : "") ($6 ? "~" $6 : "") ($7 ? ".." : "")
			cell[$2, column[$1]] = $3 mark
			any[$2]
		}
		END {
			printf "\n%-34s", ""
			for (c = 1; c <= columns; c++) printf " %9s", head[c]
			for (r = 1; r <= rows; r++) {
				if (!(name[r] in any)) continue
				printf "\n%-34s", name[r]
				for (c = 1; c <= columns; c++)
					printf " %9s", (name[r], c) in cell ? cell[name[r], c] : "-"
			}
			print "\n\ncases compared; !n: n of them differ; *n: they do on purpose; ~n: now and then,"
			print "which is noise; ..: up to the limit, with the shim or without it; -: no such tests"
		}' "$TMP/results"
}
