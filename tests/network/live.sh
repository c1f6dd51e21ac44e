#!/bin/sh
# SPDX-License-Identifier: MIT
# gaishim doctor --live where a real nameserver answers: dnsmasq on loopback.

. tests/lib/net.sh

command -v dnsmasq >/dev/null || skip_all "no dnsmasq: package dnsmasq-base"
python3 -I -S -c 'import ctypes' 2>/dev/null || skip_all "no python3 with ctypes"
unset LD_PRELOAD
net_up
net_private_etc
tree=$TMP/tree
checkout "$tree"
echo '192.0.2.40 file.test' >>/etc/hosts
for i in $(seq 20); do
	echo "198.51.100.$i many.test"
done >"$TMP/many"

dnsmasq --no-daemon --conf-file=/dev/null \
	--listen-address=127.0.0.1 --bind-interfaces --no-resolv --no-hosts \
	--log-queries --log-facility=- \
	--local=/test/ --local=/2.0.192.in-addr.arpa/ --addn-hosts="$TMP/many" \
	--host-record=a.test,192.0.2.10 \
	--host-record=both.test,192.0.2.11,2001:db8::11 \
	--host-record=xn--bcher-kva.test,192.0.2.20 2>"$TMP/queries" &
TAP_EXIT="kill $!"
echo 'nameserver 127.0.0.1' >/etc/resolv.conf
ok 'the nameserver is up' soon "$ASK" a.test

# live [OPTION...] -- HOST...: what doctor --live says of the hosts in $out, the exit status in
# $status.
live() {
	before=''
	while [ "$1" != -- ]; do
		before="$before $1"
		shift
	done
	shift
	# shellcheck disable=SC2086 # words
	out=$("$tree/scripts/gaishim" $before doctor --live "$@" 2>&1)
	status=$?
}

# row NAME CALL ERE: the row of that call, in the first table, matches.
row() {
	like "$1" "$(printf '%s\n' "$out" | grep "^  $2 " | sed q)" "^  $2 +$3\$"
}

live -- a.test
is 'a name of the nameserver: status' "$status" 0
row 'getaddrinfo' getaddrinfo 'led asks=1 +nameserver +[0-9]+ +[0-9]+  192.0.2.10 \| the same'
row 'gethostbyname' gethostbyname 'led asks=1 +nameserver +[0-9]+ +[0-9]+  192.0.2.10 \| the same'
row 'gethostbyaddr' gethostbyaddr 'led asks=1 +nameserver +[0-9]+ +[0-9]+  a.test \| the same'
row 'getnameinfo' getnameinfo 'led asks=1 +nameserver +[0-9]+ +[0-9]+  a.test \| the same'
live -- both.test
row 'both families' getaddrinfo '.* nameserver .*2001:db8::11.* \| the same'
row 'IPv4 alone' gethostbyname '.* nameserver .*  192.0.2.11 \| the same'
live --hedge -- a.test
row '--hedge' getaddrinfo 'hedged asks=1 +nameserver .* 192.0.2.10 \| the same'
live -- file.test
row 'a name of /etc/hosts, in front of the nameserver' getaddrinfo '.* /etc/hosts .* 192.0.2.40 \| the same'
live -- absent.test
is 'a name that is not there: status' "$status" 0
row 'a name that is not there' getaddrinfo 'led asks=1 +- .* EAI_NONAME \| the same'

# dnsmasq begins with another address each time, so that the two sides get other orders.
live -- many.test
is 'a name that rotates: status' "$status" 0
like 'a name that rotates' "$out" '^ok +live: "many.test": libc alone has the same answers; '

live -- bücher.test
is 'a Unicode host: status' "$status" 0
row 'a Unicode host' getaddrinfo 'led asks=1 +nameserver .* 192.0.2.20 \| EAI_NONAME'
like 'a Unicode host is a difference on purpose' "$out" '^note +live: "bücher.test": getaddrinfo: .* on purpose: a Unicode host'

echo 'hosts: files [SUCCESS=return NOTFOUND=continue] dns' >/etc/nsswitch.conf
live -- a.test
row 'where an answer is no end, perhaps, its source cannot be told' getaddrinfo 'led asks=1 +unknown .* 192.0.2.10 \| the same'
echo 'hosts: dns files' >/etc/nsswitch.conf
live -- a.test
row 'sources in another order' getaddrinfo 'led asks=1 +nameserver .* 192.0.2.10 \| the same'
echo '192.0.2.10 a.test' >>/etc/hosts
live -- a.test
row 'the first of two that have it' getaddrinfo 'led asks=1 +nameserver .* the same'
echo 'hosts: files dns' >/etc/nsswitch.conf
live -- a.test
row 'and the other, if it is first' getaddrinfo 'led asks=1 +/etc/hosts .* the same'

# Nobody answers at this address.
printf 'nameserver 192.0.2.1\noptions timeout:1 attempts:1\n' >/etc/resolv.conf
live -- both.test
is 'no nameserver: status' "$status" 0
row 'no nameserver' getaddrinfo 'led asks=[0-9] +- .* EAI_AGAIN \| the same'

done_testing
