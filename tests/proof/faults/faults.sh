#!/bin/sh
# SPDX-License-Identifier: MIT
# What goes wrong in a process while it looks hosts up: no memory, threads or
# descriptors left, small stacks, storms of signals, clocks that jump, modules
# that come and go, and ends of every kind.

. tests/lib/tap.sh

dir=$BUILD/tests/proof/faults
fake=$GAISHIM_SO:$BUILD/tests/lib/libfake.so
alloc=$fake:$dir/liballoc.so

# program NAME PRELOAD COMMAND...: a Check program, in the background.
programs=
program() {
	name=$1 preload=$2
	shift 2
	programs="$programs$name
"
	{
		LD_PRELOAD=$preload "$@" >"$TMP/$name" 2>&1
		echo $? >"$TMP/$name.status"
	} &
}

# results NAME: what it said, as ours.
results() {
	failed=0
	while read -r result; do
		case $result in
		'not ok '*) tap_report 1 "$1: ${result#* - }" || failed=1 ;;
		'ok '*) tap_report 0 "$1: ${result#* - }" ;;
		*'# SKIP'*) echo "$result" ;;
		esac
	done <"$TMP/$1"
	is "$1: exit status" "$(cat "$TMP/$1.status")" "$failed" || sed 's/^/# /' "$TMP/$1"
}

# They sleep most of the time, and lean on no exact one.
program "memory" "$alloc" "$dir/alloc"
program "memory, in one line" "$alloc" env GAISHIM_LOCK=global "$dir/alloc"
program "memory of a herd" "$alloc" "$dir/alloc_herd"
program "limits" "$fake" "$dir/limits"
program "limits, with a log" "$fake" env GAISHIM_LOG="$TMP/log" "$dir/limits"
program "signals" "$fake" "$dir/signals"
program "signals, hedged" "$fake" env GAISHIM_HEDGE=1 "$dir/signals"
program "clocks" "$fake" "$dir/clocks"
program "clocks, hedged" "$fake" env GAISHIM_HEDGE=1 "$dir/clocks"
program "modules" "$fake" "$dir/modules"
if command -v valgrind >/dev/null; then
	# Nor is anything looked at in memory that the allocator has had back.
	for part in alloc alloc_herd; do
		program "$part, valgrind" "" env LD_PRELOAD="$alloc" TEST_SANITIZER=valgrind valgrind -q \
			--trace-children=yes --soname-synonyms=somalloc=nouserintercepts --error-exitcode=99 \
			--exit-on-first-error=no --leak-check=full --errors-for-leak-kinds=definite "$dir/$part"
	done
else
	skip "memory, valgrind" "valgrind is not installed"
fi
wait
printf '%s' "$programs" >"$TMP/list"
while read -r name; do
	results "$name"
done <"$TMP/list"
like "limits, with a log: it is written" "$(cat "$TMP/log")" 'host="gate.fake" .* how=waited .* code=0'

# late COMMAND...: how three callers fare under it whose leader is stuck for three seconds.
late() {
	"$@" env LD_PRELOAD="$fake" GAISHIM_LOG="$TMP/lookups" timeout -k 2 60 \
		"$BUILD/tests/network/ask" -n 3 once.ms-3000.fake >/dev/null 2>&1
	sed '/ how=/!d; s/.* how=\([a-z]*\) \(.*\)shared=.* code=\([^ ]*\) .*/\1 \2\3/; s/ms=\([0-9]*\)/\1/' "$TMP/lookups" |
		awk '$1 == "waited" { $2 = $2 >= 380 && $2 < 2500 ? "in time" : $2 " ms" } { print }' |
		sort | tr '\n' ','
	rm -f "$TMP/lookups"
}
second='led asks=2 0,waited in time asks=2 0,waited in time asks=2 0,'
if strace -o /dev/null true 2>/dev/null; then
	is "deadlines, traced" "$(late strace -f -o "$TMP/trace" -e trace=futex)" "$second"
	timed=$(grep 'tv_sec=' "$TMP/trace")
	like "deadlines are the kernel's business" "$timed" 'FUTEX_WAIT_BITSET_PRIVATE, '
	is "and not on the clock that can be set" "$(printf '%s\n' "$timed" | grep REALTIME)" ""
else
	skip "deadlines, traced" "strace is missing, or not permitted here"
fi
# A machine that has been up for a hundred years.
if unshare -T --monotonic=3153600000 true 2>/dev/null; then
	is "a second lookup after a hundred years" "$(late unshare -T --monotonic=3153600000)" "$second"
else
	skip "a second lookup after a hundred years" "no time namespace can be made here"
fi

# Side by side: most of the time they wait for a leader that is stuck. What ends
# by a signal has it as its status, plus 128.
ends='7:return:atexit: right,destructor: right,
7:exit:atexit: right,destructor: right,
7:exit in a thread:atexit: right,destructor: right,
7:exit in a lookup:atexit: right,destructor: right,
7:exit in a handler of a leader:atexit: right,destructor: right,
7:exit in a handler of a waiter:atexit: right,destructor: right,
7:_exit:
7:quick_exit:at_quick_exit: right,
134:abort:
7:exec:exec: right,
7:exec without:exec without: right,
7:exec in a lookup:exec: right,
7:kill child:brother: right,parent: right,
137:kill parent:orphan: right,'
mkdir "$TMP/ends"
echo "$ends" >"$TMP/list"
while IFS=: read -r _ way _; do
	{
		LD_PRELOAD=$fake "$dir/ends" "$way" >"$TMP/ends/$way" 2>/dev/null
		echo $? >"$TMP/ends/$way.status"
	} &
done <"$TMP/list"
wait
# The orphan has been left behind; it has a word to say.
while [ ! -s "$TMP/ends/kill parent" ] && [ "${tries:=0}" -lt 100 ]; do
	tries=$((tries + 1))
	sleep 0.1
done
while IFS= read -r end; do
	way=$(echo "$end" | cut -d : -f 2)
	is "$way" "$(cat "$TMP/ends/$way.status"):$way:$(sort "$TMP/ends/$way" | tr '\n' ',')" "$end"
done <"$TMP/list"

done_testing
