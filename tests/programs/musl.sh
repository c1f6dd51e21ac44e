#!/bin/sh
# SPDX-License-Identifier: MIT
# Programs where musl is the only libc: what busybox and curl look up goes through the object,
# as the log says, and comes out as without it. The nameserver is dnsmasq, of musl, too.

# shellcheck source=tests/lib/musl.sh
. tests/lib/musl.sh
. tests/lib/net.sh

net_up
net_private_etc
mkdir "$TMP/www"
echo hello >"$TMP/www/index.html"
log=$TMP/log port=8642
unset http_proxy
dnsmasq --no-daemon --conf-file=/dev/null --listen-address=127.0.0.1 --bind-interfaces --no-resolv --no-hosts \
	--local=/test/ --host-record=a.test,127.0.0.7 --host-record=both.test,127.0.0.8,2001:db8::1 \
	--host-record=xn--bcher-kva.test,127.0.0.9 2>"$TMP/dnsmasq" &
TAP_EXIT="kill $!"
httpd -f -p "[::]:$port" -h "$TMP/www" &
TAP_EXIT="$TAP_EXIT $!"
echo 'nameserver 127.0.0.1' >/etc/resolv.conf
ok "the nameserver is up" soon nslookup a.test
ok "the server is up" soon wget -q -O /dev/null "http://127.0.0.1:$port/"

# said COMMAND...: what it says, but for times, and its exit status.
said() {
	timeout 20 "$@" 2>&1 </dev/null | sed -E 's|[0-9./]+ ms|ms|g; s/^[*] .*//'
}

# asks NAME HOST ERE COMMAND...: COMMAND asks for HOST. It says the same with the object, and the
# log has a line on HOST that matches.
asks() {
	name=$1 host=$2 ere=$3
	shift 3
	without=$(said "$@")
	rm -f "$log"
	export GAISHIM_LOG="$log"
	with=$(said env LD_PRELOAD="$GAISHIM_SO" "$@")
	unset GAISHIM_LOG
	is "$name: the same with the object" "$with" "$without"
	like "$name: the log" "$(grep -F "host=\"$host\"" "$log" 2>/dev/null)" "$ere"
}

# finds NAME HOST ERE WANTED COMMAND...: COMMAND finds HOST with the object alone, and says WANTED.
finds() {
	name=$1 host=$2 ere=$3 wanted=$4
	shift 4
	is "$name: not without the object" "$(said "$@" | grep -c "$wanted")" 0
	rm -f "$log"
	export GAISHIM_LOG="$log"
	like "$name: with the object" "$(said env LD_PRELOAD="$GAISHIM_SO" "$@")" "$wanted"
	unset GAISHIM_LOG
	like "$name: the log" "$(grep -F "host=\"$host\"" "$log" 2>/dev/null)" "$ere"
}

found='how=led .* code=0 '
for host in a.test both.test localhost; do
	asks "wget $host" "$host" "$found" wget -q -O - "http://$host:$port/"
	[ "$host" = localhost ] || # curl knows that one
		asks "curl $host" "$host" "$found" curl -s "http://$host:$port/"
	asks "nc $host" "$host" "$found" nc -w 5 "$host" "$port"
	asks "ping $host" "$host" "$found" ping -c 1 -W 5 "$host"
	asks "telnet $host" "$host" "$found" telnet "$host" "$port"
done
asks "ping -6 both.test" both.test "family=inet6 .*$found" ping -6 -c 1 -W 5 both.test
asks "traceroute both.test" both.test "$found" traceroute -m 1 -q 1 -w 1 -4 both.test
asks "nslookup, of the nameserver localhost" localhost "$found" nslookup a.test localhost
for program in 'wget -q -O -' 'curl -s'; do
	# shellcheck disable=SC2086 # words
	asks "$program, no such host" none.test 'how=led .* code=EAI_NONAME' $program "http://none.test:$port/"
	# shellcheck disable=SC2086
	finds "$program, a Unicode host" bücher.test "normalized=\"xn--bcher-kva.test\" $found" hello $program "http://bücher.test:$port/"
	# shellcheck disable=SC2086
	finds "$program, full-width digits" １２７.0.0.1 'normalized="127.0.0.1" how=numeric' hello $program "http://１２７.0.0.1:$port/"
done
for option in hedge retry=2 hold=5 deadline=5 lock=none lock=global; do
	variable=$(printf '%s\n' "GAISHIM_${option%=*}" | tr '[:lower:]' '[:upper:]')
	value=${option#*=}
	[ "$value" != "$option" ] || value=1
	is "--$option" "$(env LD_PRELOAD="$GAISHIM_SO" "$variable=$value" curl -s "http://a.test:$port/")" hello
done
rm -f "$log"
export GAISHIM_LOG="$log"
pids=''
for _ in 1 2 3 4 5 6 7 8 9 10; do
	LD_PRELOAD=$GAISHIM_SO wget -q -O - "http://a.test:$port/" >>"$TMP/many" &
	pids="$pids $!"
done
# shellcheck disable=SC2086 # numbers
wait $pids
is "ten at once" "$(grep -c hello "$TMP/many") $(grep -c 'host="a.test" .* code=0' "$log")" '10 10'
done_testing
