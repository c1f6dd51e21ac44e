#!/bin/sh
# SPDX-License-Identifier: MIT
# What who controls a log's path, or what is at it, can do: a lookup neither fails
# nor hangs nor says a word, whatever is there.

. tests/lib/net.sh

ask=$BUILD/tests/network/ask
work=$TMP/work
mkdir "$work"
chmod 755 "$TMP" "$work"
umask 0

# logged FILE [COMMAND...]: a lookup with that log, one line of what came of it.
logged() {
	file=$1
	shift
	"$@" timeout 10 env LD_PRELOAD="$GAISHIM_SO" GAISHIM_LOG="$file" "$ask" -f inet 127.0.0.1 2>&1 | tail -n 1 |
		cut -d' ' -f6
}

# goes_on NAME FILE
goes_on() {
	is "$1: the lookup goes on" "$(logged "$2")" 127.0.0.1
}

mkfifo "$work/unread" "$work/full"
ln -s target "$work/link"
printf 'kept\n' >"$work/mine"
goes_on "a directory" "$work"
goes_on "a directory that is not there" "$work/none/log"
goes_on "a file as a directory" "$work/mine/log"
goes_on "a full disk" /dev/full
goes_on "a FIFO that nobody reads" "$work/unread"
goes_on "a name that is too long" "$work/$(printf '%0300d' 0)"
is "nothing was made of that" "$(cd "$work" && echo *)" 'full link mine unread'

# The reader is there, and reads no more: the pipe is full after some hundred lines.
exec 8<>"$work/full"
dd if=/dev/zero of="$work/full" bs=4096 count=1000 oflag=nonblock 2>"$TMP/dd"
like "the pipe is full" "$(cat "$TMP/dd")" 'temporarily unavailable'
goes_on "a FIFO that is full" "$work/full"
exec 8>&-

goes_on "a symbolic link" "$work/link"
is "a symbolic link is not followed" "$(find "$work" -name target)" ""
goes_on "a symbolic link in /proc" /proc/self/fd/2
mkdir "$work/there"
ln -s there "$work/directory"
goes_on "a link on the way" "$work/directory/log"
is "is followed" "$(grep -c ' host=' "$work/there/log")" 1
ln "$work/mine" "$work/hard"
goes_on "another name of a file" "$work/hard"
is "adds to the file, at its end" "$(sed 's/^ts=[0-9.]* .* program=.*/then the process/; s/^ts=[0-9.]* .* host=.*/then a line/' "$work/mine")" 'kept
then the process
then a line'

goes_on "a new file" "$work/new"
is "a new file is its owner's alone, whatever the umask" "$(stat -c %a "$work/new")" 600
chmod 640 "$work/new"
goes_on "a file that is there" "$work/new"
is "a file that is there keeps its mode" "$(stat -c %a "$work/new")" 640

# Nothing is held open, so that nothing is handed on to a program that is started.
# shellcheck disable=SC2016 # the inner shell's
is "no descriptor is left" "$(LD_PRELOAD=$GAISHIM_SO GAISHIM_LOG=$work/new sh -c '
	getent ahosts 127.0.0.1 >/dev/null
	exec ls -l /proc/self/fd' | grep -c "$work/new")" 0

# --- several processes, one file ---

for _ in 1 2 3 4 5 6; do
	LD_PRELOAD=$GAISHIM_SO GAISHIM_LOG=$work/many "$BUILD/tests/preload/loader/repeat" 500 127.0.0.1 &
	pids="${pids:-} $!"
done
# shellcheck disable=SC2086 # words
wait $pids
is "six processes: every line is there" "$(grep -c ' call=' "$work/many")" 3000
is "six processes: every line is whole" \
	"$(grep -v ' program=' "$work/many" | grep -Evc '^ts=[0-9.]+ pid=[0-9]+ tid=[0-9]+ call=getaddrinfo host="127\.0\.0\.1" service="80" [^"]* answers="127\.0\.0\.1" code=0 us=[0-9]+$')" 0

# --- other users, other roots ---

if [ "$(id -u)" -ne 0 ] || ! setpriv --reuid 65534 --regid 65534 --clear-groups true 2>/dev/null; then
	skip "other users" "not root, or no other user in this namespace, or there is no setpriv(1)"
	done_testing
fi
user() {
	setpriv --reuid 65534 --regid 65534 --clear-groups "$@"
}
: >"$work/closed"
chmod 600 "$work/closed"
if [ "$(user cat "$GAISHIM_SO" "$ask" 2>/dev/null | wc -c)" -eq 0 ]; then
	skip "another user's log" "a user cannot come to the object"
else
	is "another user's file: the lookup goes on" "$(logged "$work/closed" user)" 127.0.0.1
	is "another user's file: is as it was" "$(wc -c <"$work/closed")" 0
	# It was made to be read, by who made it: a directory of one's own is the remedy.
	: >"$work/trap"
	chown 65533 "$work/trap"
	chmod 666 "$work/trap"
	is "a file that another user has laid there: the lookup goes on" "$(logged "$work/trap" user)" 127.0.0.1
	is "a file that another user has laid there: takes the line" "$(grep -c ' host=' "$work/trap")" 1
fi

mkdir -p "$work/root/$work"
chmod 777 "$work/root/$work"
LD_PRELOAD=$GAISHIM_SO GAISHIM_LOG=$work/drop "$BUILD/tests/proof/security/dropper" "$work/root" 65534 2>"$TMP/dropper"
is "a server that changes its root and its user: its lookups go on" "$? $(cat "$TMP/dropper")" '0 '
is "it logs what it did before" "$(sed -n 's/.* host="\([^"]*\)" .*/\1/p' "$work/drop")" 127.0.0.1
is "then to the file of that name within its root, as long as it may" \
	"$(sed -n 's/.* host="\([^"]*\)" .*/\1/p' "$work/root/$work/drop")" 127.0.0.2

done_testing
