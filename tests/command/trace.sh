#!/bin/sh
# SPDX-License-Identifier: MIT
# `gaishim trace`: COMMAND is run as it would be without it, with its input, its status and its
# signals; the report comes at its end, and nothing is left behind.

# shellcheck disable=SC2016 # for the inner shells
. tests/lib/tap.sh
unset LD_PRELOAD

mkdir "$TMP/tmp" "$TMP/elsewhere"
export TMPDIR="$TMP/tmp"
gaishim=$PWD/scripts/gaishim

# trace ARG...: leaves the exit status in $status, what it wrote in $out and $err.
trace() {
	# shellcheck disable=SC2086 # a shell may be two words
	out=$(printf 'the input\n' | $shell "$gaishim" trace "$@" 2>"$TMP/err")
	status=$?
	err=$(cat "$TMP/err")
}

# refused NAME STATUS ERE ARG...
refused() {
	name=$1 wanted=$2 pattern=$3
	shift 3
	trace "$@"
	is "$name: status" "$status $out" "$wanted "
	like "$name: says why" "$err" "$pattern"
}

# ends SIGNAL WANTED [COMMAND...]: the signal goes to the command alone, as from kill(1).
ends() {
	signal=$1 wanted=$2
	shift 2
	: >"$TMP/signalled"
	# shellcheck disable=SC2086 # a shell may be two words
	"$@" $shell "$gaishim" trace sh -c 'trap "echo $0; exit 7" '"$signal"'; echo ready; n=0; while [ $((n += 1)) -lt 100 ]; do sleep 0.1; done' \
		"got $signal" >"$TMP/signalled" 2>"$TMP/err" &
	for _ in 1 2 3 4 5 6; do # a busy machine may take its time
		! soon grep -q ready "$TMP/signalled" || break
	done
	kill -s "$signal" $!
	wait $!
	is "$shell: SIG$signal is passed on" "$? $(tail -n 1 "$TMP/signalled")" "$wanted"
	like "$shell: SIG$signal: the report comes" "$(cat "$TMP/err")" 'lookups?'
}

runs() {
	trace sh -c 'cat; getent ahosts localhost >/dev/null; getent ahosts 127.0.0.1 >/dev/null; exit 3'
	is "$shell: the status, the input" "$status $out" '3 the input'
	like "$shell: the report" "$err" '^2 lookups of 2 hosts in 2 processes'
	like "$shell: its hosts" "$err" '^127\.0\.0\.1 '
	trace true
	is "$shell: a command without lookups" "$status $out $err" '0  no lookups'
	trace sh -c 'kill -TERM $$'
	is "$shell: a command that is killed" "$status" 143
	trace -o "$TMP/kept" -- sh -c 'cd /; getent ahosts 127.0.0.1 >/dev/null'
	is "$shell: the log is kept" "$status $(grep -c ' call=' "$TMP/kept")" '0 1'
	trace -o "$TMP/kept" --html="$TMP/page.html" getent ahosts 127.0.0.1
	like "$shell: a log is emptied first, and there is a page" "$(grep -c ' call=' "$TMP/kept") $(cat "$TMP/page.html")" '^1 <!DOCTYPE html>'
	(cd "$TMP/elsewhere" && $shell "$gaishim" trace -o here sh -c 'cd /; getent ahosts ::1' >/dev/null 2>&1)
	is "$shell: a name from here" "$(grep -c ' call=' "$TMP/elsewhere/here")" 1
	trace sh -c 'echo $GAISHIM_HEDGE$version$self$log$top'
	is "$shell: no variable of ours" "$out" ''
	out=$(version=1 self=2 log=3 top=4 status=5 quoted=6 page=7 $shell "$gaishim" --hedge trace \
		sh -c 'echo $GAISHIM_HEDGE$version$self$log$top$status$quoted$page' 2>/dev/null)
	is "$shell: the user's are as they were, and options count" "$out" 11234567
	out=$(printf 'x\n' | $shell "$gaishim" trace sh -c 'ls /proc/self/fd | wc -l' 2>/dev/null)
	is "$shell: no descriptor more" "$out" "$(printf 'x\n' | sh -c 'ls /proc/self/fd | wc -l')"
	$shell "$gaishim" trace sh -c 'sleep 0.3; getent ahosts ::1 >/dev/null' <&- >/dev/null 2>&1
	is "$shell: without standard input" $? 0
	# A daemon that goes on finds no log, and makes none.
	trace sh -c '(sleep 0.5; getent ahosts ::1) >/dev/null 2>&1 & :'
	sleep 1
	is "$shell: nothing is left behind" "$(ls "$TMPDIR")" ''
	for signal in TERM HUP USR1 USR2; do
		ends $signal "7 got $signal"
	done
	# A script's background is deaf to ^C, and stays so; env(1) of a shell with a terminal is not.
	if env --default-signal=INT true 2>/dev/null; then
		ends INT '7 got INT' env --default-signal=INT
		ends QUIT '7 got QUIT' env --default-signal=QUIT
	else
		skip "$shell: SIGINT and SIGQUIT" "this env(1) cannot reset signals"
	fi
	(trap '' INT && $shell "$gaishim" trace sh -c 'kill -INT $$; echo deaf') >"$TMP/deaf" 2>/dev/null
	is "$shell: a signal that was ignored is ignored" "$(cat "$TMP/deaf")" deaf
}

for shell in dash bash 'bash --posix' 'busybox sh'; do
	if ! $shell -c : 2>/dev/null; then
		skip "$shell" "not installed"
		continue
	fi
	runs
done
shell="sh"

refused 'no command' 2 'COMMAND is missing'
refused 'an unknown option' 2 'unknown option' --pdf true
refused 'no log' 2 'the name of LOG is missing' -o
refused 'a log that cannot be' 125 'cannot be written' -o "$TMP/none/log" true
refused 'no such program' 127 'not found' gaishim-no-such-program
refused 'a program that cannot be run' 126 '' "$TMP/elsewhere/here"
is '--log' "$(scripts/gaishim --log=/tmp/x trace true 2>&1 | sed q)" \
	'gaishim: trace has a log of its own: to keep it, say -o LOG in place of --log'
for odd in relative -dash "a 'b" %p; do
	mkdir "$TMP/elsewhere/$odd"
	(cd "$TMP/elsewhere" && TMPDIR=$odd "$gaishim" trace sh -c 'cd /; getent ahosts 127.0.0.1 >/dev/null') 2>"$TMP/err"
	like "TMPDIR=$odd" "$(cat "$TMP/err")" '^1 lookup '
	is "TMPDIR=$odd: nothing is left" "$(ls "$TMP/elsewhere/$odd")" ''
done
TMPDIR=$TMP/tmp
mkfifo "$TMP/fifo"
ln -s elsewhere/here "$TMP/link"
refused 'a log that is a FIFO' 125 'is not a regular file' -o "$TMP/fifo" true
refused 'a log that is a device' 125 'is not a regular file' -o /dev/tty true
refused 'a log that is a link' 125 'is a link' -o "$TMP/link" true
refused 'a log for each process' 125 'for all' -o "$TMP/%p.log" true
rm -f "$TMP/kept"
trace -o "$TMP/kept" true
is 'a log that is kept is private' "$status $(stat -c %a "$TMP/kept")" '0 600'
chmod 640 "$TMP/kept"
trace -o "$TMP/kept" true
is 'a log that was there keeps its mode' "$status $(stat -c %a "$TMP/kept")" '0 640'
TMPDIR=$TMP/none
refused 'no place' 125 'set TMPDIR' true
TMPDIR=$TMP/tmp
like '--help' "$(scripts/gaishim trace --help)" '^usage: gaishim \[options\] trace'
like 'help trace' "$(scripts/gaishim help trace)" '^usage: gaishim \[options\] trace'

if [ "$(id -u)" = 0 ] && setpriv --reuid 65534 --regid 65534 --clear-groups true 2>/dev/null; then
	trace sh -c 'stat -c %a "${GAISHIM_LOG%/*}" "$GAISHIM_LOG" | tr "\n" " "'
	is 'root: the log is closed to readers' "$out" '711 622 '
	chmod 755 "$TMP" "$TMPDIR"
	trace setpriv --reuid 65534 --regid 65534 --clear-groups getent ahosts ::1
	like 'root: a program that becomes another user goes on with the log' "$err" '^1 lookup of 1 host'
else
	skip 'root: the log' 'not root, or no setpriv(1)'
fi

# A signal that comes at once is not lost: the command has its end by it, and nothing is left.
for shell in dash bash 'busybox sh'; do
	$shell -c : 2>/dev/null || continue
	lost=0
	for n in 0 1 2 3 4 5 6 7 8 9; do
		$shell "$gaishim" trace sleep 20 >/dev/null 2>&1 &
		sleep "0.0$n"
		kill "$!" 2>/dev/null
		wait "$!"
		[ $? = 143 ] || lost=$((lost + 1))
	done
	is "$shell: SIGTERM at once" "$lost $(ls "$TMPDIR")" '0 '
done

if ! command -v python3 >/dev/null; then
	skip 'a terminal' 'no python3'
	done_testing
fi

# On a terminal ^C comes once, to all; and the report is there afterwards.
out=$(python3 tests/command/terminal.py 80 -k 2 scripts/gaishim trace python3 -c '
import time
n = 0
while n < 2:
    try:
        time.sleep(3)
        print("slept", n, flush=True)
        break
    except KeyboardInterrupt:
        n += 1
' | tr -d '\r')
like 'a terminal: ^C comes once' "$out" '^(\^C)?slept 1$'
like 'a terminal: and the report' "$out" 'no lookups'
done_testing
