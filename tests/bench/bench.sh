#!/bin/sh
# SPDX-License-Identifier: MIT
# The benchmarks run, and what they leave is whole: rows, points, JSON, charts. What
# they measure is not judged here.

. tests/lib/tap.sh
PATH=/usr/bin:/bin:$PATH # the packages that setup installs are the system's

# bench STATUS ARG...: its output, and the status if that is another.
bench() {
	wanted=$1
	shift
	scripts/dev/bench "$@" 2>&1
	status=$?
	[ "$status" -eq "$wanted" ] || echo "exit $status"
}

like '--help names the suites' "$(bench 0 --help)" '^  herd '
like 'an unknown suite is refused' "$(bench 2 heard)" '^bench: heard: no such suite; there are latency '
is '... with status 2' "$(bench 2 heard | grep exit)" ''
like 'an unknown option is refused' "$(bench 2 --fast)" '^bench: --fast: unknown option'
is '--json wants a file' "$(bench 2 --json | grep exit)" ''
for suite in latency throughput herd line table start weather; do
	like "--help has $suite" "$(bench 0 --help)" "^  $suite "
done

got=$(bench 0 --quick --json "$TMP/bench.json" start line)
like 'a row, with its verdict' "$got" '^process start, libc: an empty preload .* % of bare +4 +(within|OVER)$'
like 'a table of points' "$got" '^process start, us +bare +an empty preload +gaishim'
case $got in
*'line on a nameserver '*'skipped:'*)
	skip 'the line on a nameserver' "$(echo "$got" | grep -m 1 'on a nameserver')"
	;;
*)
	like 'the line on a nameserver' "$got" '^10 +[0-9.]+ .* [0-9.]+$'
	like 'the line in gethostbyname' "$got" '^gethostbyname, localhost, behind 3 +[0-9.]+ ms +[0-9.]+ ms .* 1 '
	;;
esac
got=$(bench 0 --quick weather)
case $got in
*'weather on a nameserver '*'skipped:'*)
	skip 'the weather' "$(echo "$got" | grep -m 1 'on a nameserver')"
	;;
*)
	like 'the weather: seconds' "$got" '^child of clone +[0-9.]+ s +[0-9.]+ s +[-0-9.e]+ more +0.5 '
	like 'the weather: queries' "$got" '^200 at once, host of 300 ms +[0-9]+ queries +[0-9]+ queries '
	;;
esac
like 'what is not installed is said' "$(NSCD=/nonexistent bench 0 --quick line)" \
	'^line (with nscd|on a nameserver) +skipped: '

# All that was printed is in the JSON.
if command -v python3 >/dev/null; then
	ok 'the JSON is whole' python3 - "$TMP/bench.json" <<'END'
import json, sys
bench = json.load(open(sys.argv[1]))
assert bench["date"] and bench["command"].startswith("scripts/dev/bench --quick --json "), bench
assert bench["machine"]["processors"] > 0 and bench["machine"]["kernel"], bench["machine"]
assert set(bench["commands"]) == {"start", "line"}, bench["commands"]
assert [row["unit"] for row in bench["rows"] if row["suite"] == "start"] == ["us", "us"], bench["rows"]
assert {row["unit"] for row in bench["rows"] if row["suite"] == "line"} == {"ms"} or bench["skipped"], bench
started = {p["contender"] for p in bench["points"] if p["chart"] == "process start"}
assert {"bare", "an empty preload", "gaishim"} <= started, started
lines = {p["contender"] for p in bench["points"] if p["suite"] == "line"}
assert {"libc", "global lock", "gaishim"} <= lines or bench["skipped"], bench
END
else
	skip 'the JSON is whole' 'no python3'
fi

if python3 -c 'import matplotlib' 2>/dev/null; then
	ok 'the charts are drawn' python3 tests/bench/charts.py "$TMP/bench.json" "$TMP"
	like 'a chart is SVG' "$(cat "$TMP/start.svg")" '</svg>'
	like '... and names its command' "$(cat "$TMP/start.svg")" 'scripts/dev/bench start'
	[ ! -e docs/figures/bench.json ] ||
		ok 'those of the documents can be drawn' python3 tests/bench/charts.py docs/figures/bench.json "$TMP"
else
	skip 'the charts' 'no matplotlib: package python3-matplotlib'
fi

done_testing
