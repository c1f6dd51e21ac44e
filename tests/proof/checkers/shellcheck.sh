#!/bin/sh
# SPDX-License-Identifier: MIT
# All that is sh, by shellcheck.
. tests/proof/checkers/lib.sh

need shellcheck 0.9 0.10

# shellcheck disable=SC2016 # it is the script that is to expand it
printf '#!/bin/sh\nrm -r $1\n' >"$TMP/planted"
like "finds a planted SC2086" "$(shellcheck "$TMP/planted")" SC2086
for file in .ci/run scripts/* scripts/*/* tests/* tests/*/* tests/*/*/* docs/ci/*; do
	{ [ -f "$file" ] && head -n 1 "$file" | grep -Eq '^#!/bin/sh|^# shellcheck shell=sh'; } 2>/dev/null || continue
	case $file in
	# What it sets is for those who source it.
	*/lib.sh | tests/lib/*) verdict "$file" "$(shellcheck -x -f gcc -e SC2034 "$file")" ;;
	*) verdict "$file" "$(shellcheck -x -f gcc "$file")" ;;
	esac
done
done_testing
