#!/bin/sh
# SPDX-License-Identifier: MIT
# Python's clients, as their packages have them, each without the shim, with it and
# with --python-idna=libidn2: numeric hosts, one with a zone, one in Unicode as str
# and as bytes, and a herd. What they reach tells who was asked: faß.test is
# fass.test in IDNA 2003, and a name of its own in IDNA 2008.

. tests/lib/net.sh

command -v dnsmasq >/dev/null || skip_all "no dnsmasq: package dnsmasq-base"
net_up
net_private_etc
ip -6 address add fe80::7/64 dev lo nodad

idna2003=127.0.0.3 idna2008=127.0.0.8 herd=127.0.0.20 port=8642
# The last is what libldap asks for as soon as libcurl loads it.
printf '%s\n' "$idna2003 fass.test" "$idna2008 xn--fa-hia.test" "127.0.1.1 $(uname -n)" >>/etc/hosts
echo nameserver 127.0.0.53 >/etc/resolv.conf

queries=$TMP/queries
unset http_proxy https_proxy all_proxy no_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY NO_PROXY
unset PYTHONPATH PYTHONHOME
export HOME="$TMP"

dnsmasq --no-daemon --conf-file=/dev/null --listen-address=127.0.0.1 --bind-interfaces \
	--no-resolv --no-hosts --log-queries --log-facility=- \
	--local=/test/ --address=/herd.test/$herd 2>>"$queries" &
servers=$!
"$BUILD/tests/network/slow" 127.0.0.53 127.0.0.1 300 >"$TMP/slow" &
servers="$servers $!"
python3 tests/python/servers.py $port >"$TMP/server" &
TAP_EXIT="kill $servers $!"
ok 'the slow nameserver is up' soon test -s "$TMP/slow"
ok 'the server is up' soon test -s "$TMP/server"
[ "$TAP_FAILED" -eq 0 ] || done_testing

# reach MODE: runs $client; what it says goes to $TMP/MODE.
reach() {
	case $1 in
	bare) preload= ;;
	shim) preload=scripts/gaishim ;;
	idna) preload='scripts/gaishim --python-idna=libidn2' ;;
	esac
	hosts="inet=127.0.0.9 inet6=::1 zone=fe80::7%lo str=faß.test bytes=faß.test"
	[ "$herds" = none ] || hosts="$hosts herd=$1.herd.test"
	# shellcheck disable=SC2086 # words, all of them
	GAISHIM_LOG=$TMP/$1.log timeout -k 2 60 $preload \
		"$python" tests/python/clients.py "$client" $port $hosts >"$TMP/$1" 2>&1
}

# reached KIND MODE...: the results, in a row.
reached() {
	kind=$1
	shift
	for mode; do
		sed -n "s/^$kind //p" "$TMP/$mode"
	done | tr '\n' ' '
}

# numeric KIND HOST ADDRESS HABIT
numeric() {
	how=$(sed -n "s/.* host=\"$2\" .* how=\([a-z]*\) .*/\1/p" "$TMP/shim.log" | sort -u)
	case $4,$how in
	loses,*)
		is "$what: $2: loses the zone with and without the shim" \
			"$(reached "$1" shim idna)" "$(reached "$1" bare bare)"
		;;
	either,) # it has not come so far as to ask
		is "$what: $2: this version loses the zone with and without the shim" \
			"$(reached "$1" shim idna)" "$(reached "$1" bare bare)"
		;;
	parses,) is "$what: $2, which it reads itself" "$(reached "$1" bare shim idna)" "$3 $3 $3 " ;;
	*) is "$what: $2 is numeric" "$(reached "$1" bare shim idna)$how" "$3 $3 $3 numeric" ;;
	esac
}

# unicode KIND HABIT
unicode() {
	case $2 in
	codec) wanted="$idna2003 $idna2003 $idna2008" ;;
	encodes) wanted="$idna2008 $idna2008 $idna2008" ;;
	raw) wanted="[A-Za-z]+ $idna2008 $idna2008" ;;
	refuses) wanted='[A-Za-z]+ [A-Za-z]+ [A-Za-z]+' ;;
	esac
	like "$what: faß.test as $1: $2" "$(reached "$1" bare shim idna)" "^$wanted \$"
}

# asked MODE: how many A queries the herd sent.
asked() {
	grep -Fc "query[A] $1.herd.test from" "$queries"
}

# lookups HOW: of the herd, with the shim.
lookups() {
	grep -c " host=\"shim\.herd\.test\" .* how=$1 " "$TMP/shim.log"
}

# asks: how often libc was asked for the herd's answers, with the shim.
asks() {
	sed -n 's/.* host="shim\.herd\.test" .* how=led asks=\([0-9]*\) .*/\1/p' "$TMP/shim.log" |
		awk '{ n += $1 } END { print n + 0 }'
}

# herd LOOKUPS: how many each client makes, one after the other. Who comes so late
# that the answer is there already asks again: a few may, on a busy machine.
herd() {
	all=$((50 * $1))
	led=$(lookups led)
	is "$what: herd: all arrive" "$(reached herd bare shim idna)" "50x$herd 50x$herd 50x$herd "
	ok "$what: herd: $(asked bare) queries without the shim" test "$(asked bare)" -ge $all
	ok "$what: herd: $led with it" test "$led" -le $((5 * $1))
	is "$what: herd: who did not lead has waited" $((led + $(lookups waited))) $all
	# And once more for each answer that was late.
	ok "$what: herd: who led has asked, and nobody else: $(asked shim)" \
		test "$(asked shim)" -ge "$led" -a "$(asked shim)" -le "$(asks)"
}

# clients PYTHON: reads a table of the clients and their habits.
#   numeric  asks, or parses: reads addresses itself, though other versions may ask
#   zone     the same, or loses: it never gets there; or either, by its version
#   str      codec: Python's own, IDNA 2003, if it is not replaced; encodes: itself,
#            as IDNA 2008; raw: UTF-8 comes to getaddrinfo; refuses: an exception
#   bytes    the same
#   herd     lookups that each client makes; none: it asks nameservers by itself
clients() {
	python=$1
	command -v "$python" >/dev/null || {
		skip "$python" 'not installed'
		return
	}
	while read -r client numeric zone str bytes herds; do
		what=$client
		[ "$python" = python3 ] || what="$python $client"
		: >"$queries"
		: >"$TMP/shim.log"
		pids='' status=0
		for mode in bare shim idna; do
			reach "$mode" &
			pids="$pids $!"
		done
		for pid in $pids; do
			wait "$pid" || status=$?
		done
		[ "$status" -ne 77 ] || {
			skip "$what" "$(cat "$TMP/shim")"
			continue
		}
		is "$what: ends" "$status" 0 || tail -n 5 "$TMP/bare" "$TMP/shim" "$TMP/idna" | sed 's/^/# /'
		numeric inet 127.0.0.9 127.0.0.9 "$numeric"
		numeric inet6 ::1 ::1 "$numeric"
		numeric zone fe80::7%lo fe80::7 "$zone"
		unicode str "$str"
		unicode bytes "$bytes"
		[ "$herds" = none ] || herd "$herds"
	done
}

clients python3 <<END
socket           asks    asks    codec    raw      1
urllib           asks    asks    codec    refuses  1
asyncio          parses  asks    codec    refuses  1
uvloop+asyncio   parses  loses   codec    encodes  1
uvloop+aiohttp   parses  loses   encodes  refuses  1
gevent           asks    asks    codec    raw      1
gevent+requests  asks    either  encodes  refuses  1
gevent+pymongo   asks    asks    codec    refuses  2
eventlet         asks    asks    codec    refuses  none
trio             asks    asks    encodes  raw      1
anyio            parses  asks    encodes  refuses  1
twisted          asks    asks    codec    refuses  1
tornado          asks    asks    codec    raw      1
tornado-http     asks    asks    codec    refuses  1
urllib3          asks    asks    encodes  refuses  1
requests         asks    either  encodes  refuses  1
httpx            asks    loses   encodes  refuses  1
httpx-async      parses  loses   encodes  refuses  1
pycurl           parses  parses  refuses  encodes  1
aiohttp          parses  asks    encodes  refuses  1
pymongo          asks    asks    codec    refuses  2
motor            asks    asks    codec    refuses  2
redis            asks    asks    codec    raw      1
redis-async      parses  asks    codec    refuses  1
psycopg2         asks    asks    raw      refuses  1
END

clients pypy3 <<END
socket           asks    asks    codec    raw      1
urllib           asks    asks    codec    refuses  1
asyncio          parses  asks    codec    refuses  1
END

done_testing
