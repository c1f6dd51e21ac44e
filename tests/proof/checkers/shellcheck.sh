#!/bin/sh
# SPDX-License-Identifier: MIT
# All that is sh, by shellcheck.
. tests/lib/tap.sh

command -v shellcheck >/dev/null || skip_all "shellcheck is not installed"

# shellcheck disable=SC2016 # it is the script that is to expand it
printf '#!/bin/sh\nrm -r $1\n' >"$TMP/planted"
like "finds a planted SC2086" "$(shellcheck "$TMP/planted")" SC2086
for file in .ci/run scripts/* scripts/*/* tests/* tests/*/* tests/*/*/* docs/ci/*; do
	{ [ -f "$file" ] && head -n 1 "$file" | grep -Eq '^#!/bin/sh|^# shellcheck shell=sh'; } 2>/dev/null || continue
	case $file in
	# What it sets is for those who source it.
	*/lib.sh | tests/lib/*) ok "$file" shellcheck -x -e SC2034 "$file" ;;
	*) ok "$file" shellcheck -x "$file" ;;
	esac
done
done_testing
