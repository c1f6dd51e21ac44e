#!/bin/sh
# SPDX-License-Identifier: MIT
# The unfair stopwatch: 300 lookups of 1.5 seconds are under way, and who connects
# has two seconds, lookup and all. One lookup at a time, as Python did it on macOS,
# makes everybody late, even for an address, or for a name that is known at once.
# With a lock for each host, as with glibc alone, nobody waits for strangers.

. tests/lib/net.sh
. tests/python/lib.sh

net_up
net_private_etc
echo '127.0.0.9 quick.test' >>/etc/hosts

slow=300 ms=1500 hundreds=200
hosts='127.0.0.1
quick.test'
if ip -6 address add fe80::1/64 dev lo nodad; then
	hosts="$hosts
fe80::1%lo"
else
	skip 'fe80::1%lo' 'loopback takes no link-local address here'
fi
all_late=$(echo "$hosts" | sed 's/$/ late/')
all_at_once=$(echo "$hosts" | sed 's/$/ at once/')
system=/usr/bin/python3

# stopwatch NAME PYTHON FRAMEWORK LOCK PATTERN [PRELOAD]: the lock "libc" is no shim at
# all; PRELOAD comes after the shim. Leaves its figures in $TMP/NAME.FRAMEWORK.LOCK.
stopwatch() {
	figures=$TMP/$1.$3.$4 mode=$4
	# shellcheck disable=SC2016,SC2086 # the inner shell's LD_PRELOAD; a host a word
	set -- sh -c 'LD_PRELOAD=${LD_PRELOAD:-}:$0 exec "$@"' "${6:-}" \
		timeout 60 "$2" tests/python/stopwatch.py "$3" "$5" "$slow" $hosts
	[ "$mode" = libc ] || set -- "$gaishim" --lock="$mode" "$@"
	"$@" >"$figures" 2>&1
}

# figure FILE HOST
figure() {
	awk -v host="$2" '$1 != host { next }
		$2 == "late" { printf "%.1f s timed out\n", $3 / 1000; next }
		{ print $3, "ms" }' "$1"
}

# endings FILE: which connections came far within the time, and which after it.
endings() {
	awk 'NR == 1 && NF == 1 { next }
		$2 == "connected" && $3 < 1000 { print $1, "at once"; next }
		$2 == "late" && $3 >= 2000 { print $1, "late"; next }
		{ print }' "$1"
}

# verdict NAME FRAMEWORK: the figures, and what they have to be.
verdict() {
	what="$1 $2" out=$TMP/$1.$2
	case $2 in
	# It reads an address without a zone itself, since it was found in that line.
	asyncio) late=$(echo "$all_late" | sed '1s/late/at once/') ;;
	*) late=$all_late ;;
	esac
	for host in $hosts; do
		echo "# $what, $slow slow lookups: $host global $(figure "$out.global" "$host")," \
			"host $(figure "$out.host" "$host"), libc alone $(figure "$out.libc" "$host")"
	done
	is "$what, global: in line" "$(endings "$out.global")" "$late"
	is "$what, host: at once" "$(endings "$out.host")" "$all_at_once"
	is "$what, libc alone: at once" "$(endings "$out.libc")" "$all_at_once"
}

# crowd WHAT LOOKUPS-GLOBAL LOOKUPS-HOST LOOKUPS-LIBC: it was as large as it is said.
crowd() {
	is "$1, global: $slow wait for one" "$2" 1
	ok "$1, host: $3 lookups at a time" test "$3" -ge $hundreds
	ok "$1, libc alone: $4 lookups at a time" test "$4" -ge $hundreds
}

# --- every interpreter, and what comes in packages for the system's ---

# start NAME PYTHON FRAMEWORK...: who is in line sleeps, and need not be waited for.
start() {
	name=$1 python=$2 pids=
	shift 2
	for framework; do
		for lock in global host libc; do
			stopwatch "$name" "$python" "$framework" $lock n%d.ms-$ms.fake \
				"$BUILD/tests/lib/libfake.so" &
			[ $lock = global ] || pids="$pids $!"
		done
		echo "$name $framework" >>"$TMP/started"
	done
	# shellcheck disable=SC2086 # a process a word
	wait $pids
}

# shellcheck disable=SC2317 # for_pythons calls it
stopwatches() {
	case $1 in
	2.7) start "python$1" "$2" threads ;;
	pypy2) start "$1" "$2" threads ;;
	pypy3) start "$1" "$2" threads asyncio ;;
	*) start "python$1" "$2" threads asyncio ;;
	esac
}

: >"$TMP/started"
for_pythons stopwatches
for framework in gevent tornado; do
	if "$system" -c "import $framework" 2>/dev/null; then
		start system "$system" "$framework"
	else
		skip "$framework" "$system has no $framework: package python3-$framework"
	fi
done
wait
while read -r name framework; do
	verdict "$name" "$framework"
	most=$TMP/$name.$framework
	crowd "$name $framework" "$(head -n 1 "$most.global")" \
		"$(head -n 1 "$most.host")" "$(head -n 1 "$most.libc")"
done <"$TMP/started"

# --- a real nameserver that is far away ---

command -v dnsmasq >/dev/null || {
	skip 'a slow nameserver' 'no dnsmasq: package dnsmasq-base'
	done_testing
}
"$system" -c '' 2>/dev/null || {
	skip 'a slow nameserver' "no $system"
	done_testing
}

queries=$TMP/queries
dnsmasq --no-daemon --conf-file=/dev/null --listen-address=127.0.0.1 --bind-interfaces \
	--no-resolv --no-hosts --log-queries --log-facility=- --local=/test/ 2>"$queries" &
pids=$!
"$BUILD/tests/network/slow" 127.0.0.53 127.0.0.1 $ms >"$TMP/slow" &
TAP_EXIT="kill $pids $!"
printf 'nameserver 127.0.0.53\noptions timeout:5\n' >/etc/resolv.conf
ok 'the nameserver is up' soon grep -q started "$queries"
ok 'the slow one is up' soon test -s "$TMP/slow"

asked() {
	grep -o "query\[A\] n[0-9]*\.$lock" "$queries" | sort -u | wc -l
}

# Where the slow one is not root a burst is too much for it, and queries are lost.
# shellcheck disable=SC2317 # soon calls it
asked_for_many() {
	[ "$(asked)" -ge $((hundreds / 2)) ]
}

for lock in global host libc; do
	stopwatch nameserver "$system" threads "$lock" "n%d.$lock.test"
	case $lock in
	global) ok 'nameserver, global: asked for few hosts' test "$(asked)" -le 20 ;;
	*) ok "nameserver, $lock: asked for many hosts at once" soon asked_for_many ;;
	esac
done
verdict nameserver threads

done_testing
