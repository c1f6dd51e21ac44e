#!/bin/sh
# SPDX-License-Identifier: MIT
# The page of `gaishim report --html` in a real browser: Chromium without a window, which
# chromedriver leads as a user would. PICTURES is a directory for screenshots.

. tests/lib/tap.sh
unset LD_PRELOAD

for tool in python3 chromium chromedriver; do
	command -v $tool >/dev/null || skip_all "there is no $tool: packages chromium, chromium-driver and python3"
done

here=tests/command/page
lines=$(cat scripts/commands/report/*.js | wc -l)
ok "the page's script has $lines lines, fewer than 600" test "$lines" -lt 600
for file in scripts/commands/report/*.js; do
	ok "$file puts no text of the log in as HTML" sh -c "! grep -E 'innerHTML|outerHTML|insertAdjacent|document\.write|eval\(|new Function' $file"
done

mkdir "$TMP/work"
python3 -B $here/data.py run >"$TMP/run.html"
ok "scripts/dev/picture makes a picture" scripts/dev/picture "$TMP/run.html" "$TMP/run.png" 400 300
like "it is a PNG of that size" "$(od -An -c -j1 -N3 "$TMP/run.png") $(od -An -tu1 -j16 -N8 "$TMP/run.png")" \
	'P +N +G +0 +0 +1 +144 +0 +0 +1 +44$'
is "a page that is not there: no picture" "$(scripts/dev/picture "$TMP/none.html" "$TMP/none.png" >/dev/null 2>&1 || echo refused)" refused

HOME=$TMP/work python3 -B $here/checks.py "$TMP/work" ${PICTURES:+"$PICTURES"} >"$TMP/results" 2>"$TMP/errors"
while read -r line; do
	case $line in
	'ok '*) tap_report 0 "${line#ok }" ;;
	'not ok '*) tap_report 1 "${line#not ok }" ;;
	esac
done <"$TMP/results"
is "all checks were made" "$(tail -n 1 "$TMP/results") $(cat "$TMP/errors")" 'end '
done_testing
