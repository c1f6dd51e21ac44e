#!/bin/sh
# SPDX-License-Identifier: MIT
# Real programs with a limit of their own of one second, and a nameserver that is silent. libc's
# lookup takes ten seconds, and the limit does not reach into it. With --deadline=1 the lookup
# ends. Some releases of curl leave the thread behind that looks the host up, and end in time
# by libc alone; others wait for it.

. tests/network/weather/lib.sh

printf 'nameserver 127.0.0.2\n' >/etc/resolv.conf
# None of them has settings there.
HOME=$TMP
export HOME

# timed NAME COMMAND [ARG...]: its output to $TMP/NAME, and "STATUS SECONDS" to $TMP/NAME.took.
# It has eight seconds; then its status is 124.
timed() {
	timed_to=$TMP/$1
	shift
	timed_begun=$(date +%s%N)
	timeout 8 "$@" >"$timed_to" 2>&1 </dev/null
	printf '%s %s\n' $? $((($(date +%s%N) - timed_begun) / 1000000))e-3 >"$timed_to.took"
}

# start NAME COMMAND [ARG...]: by libc alone and with the object, side by side.
start() {
	name=$1
	shift
	timed "$name.libc" "$@" &
	running="$running $!"
	LD_PRELOAD="${LD_PRELOAD:-}:$GAISHIM_SO" GAISHIM_DEADLINE=1 timed "$name.deadline" "$@" &
	running="$running $!"
}

programs=''
# program NAME COMMAND [ARG...]
program() {
	if command -v "$2" >/dev/null; then
		programs="$programs $1"
		start "$@"
	else
		skip "$1" "no $2"
	fi
}

python_client='import urllib.request
urllib.request.urlopen("http://python.test/", timeout=1)'
node_client='require("dns").lookup("node.test", error => { console.log(error.code); process.exit(3) })'

program curl curl -sS -m 1 http://curl.test/
program urlopen python3 -c "$python_client"
program psql env PGCONNECT_TIMEOUT=1 psql -h psql.test -c 'select 1' postgres postgres
program node node -e "$node_client"
program getent getent ahosts getent.test
# shellcheck disable=SC2086 # several
wait $running

for name in $programs; do
	read -r status took <"$TMP/$name.libc.took"
	wanted=124
	[ "$name" != curl ] || wanted='(28|124)'
	like "$name, libc alone: the status after $took s" "$status" "^$wanted$" || sed 's/^/# /' "$TMP/$name.libc"
	read -r status took <"$TMP/$name.deadline.took"
	ok "$name, --deadline=1: it fails (status $status)" test "$status" -ne 124 -a "$status" -ne 0
	ok "$name, --deadline=1: $took s" at_most "$took" 6
	printf '# %s: %s\n' "$name" "$(tail -n 1 "$TMP/$name.deadline")"
done

done_testing
