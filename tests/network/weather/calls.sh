#!/bin/sh
# SPDX-License-Identifier: MIT
# gethostbyname, gethostbyaddr and getnameinfo in bad weather: lost packets, a nameserver that is
# silent or says SERVFAIL, and herds.

. tests/network/weather/lib.sh

row_loss_name
row_loss_address
row_loss_hostent
row_silent_name
row_silent_address
row_fail
finish

# lossy NAME ROW: as in loss.sh. Shared lookups throw fewer dice, so chance moves the figures.
chance=10
lossy() {
	is "$1, 2 % lost: all are back: libc alone" "$(count libc "$2")" 800
	is "$1, 2 % lost: all are back with the shim" "$(count shim "$2")" 800
	bounded "$1, 2 % lost: without the answer" lookups "$(failed libc "$2")" "$(failed shim "$2")" \
		$(($(failed libc "$2") + 1))
	ok "$1, 2 % lost: libc alone: some are slow" test "$(slow libc "$2")" -gt 5
	bounded "$1, 2 % lost: over 0.5 s" callers "$(slow libc "$2")" "$(slow shim "$2")" \
		$(($(slow libc "$2") + chance))
	bounded "$1, 2 % lost: all lookups together" s "$(total libc "$2")" "$(total shim "$2")" \
		"$(sum "$(total libc "$2")" $((5 * chance)))"
}

lossy 'gethostbyname beside gethostbyname_r' loss_name
lossy getnameinfo loss_address
lossy 'gethostbyaddr beside gethostbyaddr_r' loss_hostent

# silent NAME ROW LIBC-HOST SHIM-HOST: all know it as soon as libc's callers, and the process sends a tenth of libc's queries.
silent() {
	no_worse "$1, a silent nameserver" 200 "$2"
	libc=$(asked "$3")
	ok "$1, a silent nameserver: libc alone: $libc queries" test "$libc" -ge 200
	bounded "$1, a silent nameserver" queries "$libc" "$(asked "$4")" $((libc / 10))
}

silent 'gethostbyname beside gethostbyname_r' silent_name silent-name-libc.test silent-name-shim.test
silent getnameinfo silent_address 10.0.0.1 10.0.0.2

# codes libc|shim CALL: how often each code came.
codes() {
	lookups "$1" fail "$2/.*" | awk '{ n[$4]++ } END { for (code in n) printf "%d times %s ", n[code], code }'
}
for call in gethostbyname gethostbyaddr getnameinfo; do
	libc=$(codes libc $call)
	like "$call, SERVFAIL: libc alone: $libc" "$libc" '^6[67] times -?[0-9]+ $'
	is "$call, SERVFAIL: the code that libc has" "$(codes shim $call)" "$libc"
done

# herd CALL HOST HOST HOST: 200 callers at once are one query. A busy machine may keep a
# thread off its processor for longer than the lookup takes: the middle of three counts.
herd() {
	: >"$TMP/asked"
	for host in "$2" "$3" "$4"; do
		herds shim herd "200 0 $1/$host"
		is "$1, 200 at once for $host: without the answer" "$(failed shim herd) of $(count shim herd)" '0 of 200'
		asked "$host" >>"$TMP/asked"
	done
	is "$1, 200 at once: queries" "$(sort -n "$TMP/asked" | sed -n 2p)" 1
}

herds libc herd '200 0 gethostbyname_r/slow-20-libc.test'
ok "gethostbyname_r, 200 at once: libc alone: $(asked slow-20-libc.test) queries" test "$(asked slow-20-libc.test)" -ge 200
herds libc herd '200 0 getnameinfo/10.2.2.1'
ok "getnameinfo, 200 at once: libc alone: $(asked 10.2.2.1) queries" test "$(asked 10.2.2.1)" -ge 200
herd gethostbyname slow-300-x.test slow-300-y.test slow-300-z.test
herd gethostbyname_r slow-300-u.test slow-300-v.test slow-300-w.test
herd gethostbyaddr 10.2.30.2 10.2.30.3 10.2.30.4
herd getnameinfo 10.2.30.5 10.2.30.6 10.2.30.7

# ask_raw HOST: a query in the bytes of HOST.
ask_raw() {
	python3 - "$1" <<-'END'
		import socket, sys
		labels = [label.encode() for label in sys.argv[1].split('.')]
		question = b''.join(bytes([len(label)]) + label for label in labels) + bytes([0, 0, 1, 0, 1])
		client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
		client.settimeout(10)
		client.sendto(b'ab' + bytes([1, 0, 0, 1, 0, 0, 0, 0, 0, 0]) + question, ('127.0.0.1', 53))
		client.recv(512)
	END
}

# odd: the queries whose names are not ASCII.
odd() {
	LC_ALL=C grep '[^ -~]' "$queries"
}

for call in gethostbyname gethostbyname_r gethostbyname2 gethostbyname2_r; do
	herds shim herd "1 0 $call/bücher-${call#gethostby}.test"
	is "$call of a Unicode host: without the answer" "$(failed shim herd) of $(count shim herd)" '0 of 1'
done
is 'Unicode hosts: queries' "$(grep -c '^xn--' "$queries")" 4
is 'Unicode hosts: none was sent that is not ASCII' "$(odd)" ''
ask_raw bücher.test
ok '... and the log would have it' odd

done_testing
