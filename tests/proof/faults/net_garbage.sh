#!/bin/sh
# SPDX-License-Identifier: MIT
# A nameserver that answers garbage: whatever libc makes of it the callers of a
# herd get, code and errno too, and the host can be asked again afterwards.

. tests/lib/net.sh

command -v python3 >/dev/null || skip_all "no python3"
net_up
net_private_etc

herd=$BUILD/tests/proof/faults/net_herd
no_tcp=127.0.0.2
python3 tests/proof/faults/net_server.py 127.0.0.1 "$no_tcp" >"$TMP/server" 2>"$TMP/server.err" &
TAP_EXIT="kill $!"
ok 'the nameserver is up' soon test -s "$TMP/server"

# nameserver ADDRESS: nobody waits for it longer than a second.
nameserver() {
	printf 'nameserver %s\noptions timeout:1 attempts:1\n' "$1" >/etc/resolv.conf
}

# What becomes of the answer, as net_server.py has it. None is cut within the question:
# libc compares that one to its end, with what an earlier thread may have left on the stack.
not_answers='null echo mute rcode-1 rcode-2 rcode-3 rcode-4 rcode-5 rcode-9 rcode-15
	cut-1 cut-2 cut-11 cut-33 cut-40 cut-48
	random-1 random-2 random-3 random-4 random-5 random-6'
not_asked='wrongid wrongname wrongkind owner chaos half'
names='loop loopalias beyond label endless nul dot space high slash dash mixed puny root
	longest toolong chain-1 chain-20 ring-1 ring-20'
lengths='empty count-0 count-2 count-65535 length-0 length-3 length-5 length-65535
	noise-1 noise-2 noise-3 noise-4 noise-5 noise-6'
streams='tcpgood tcpchain-1530 tcpnoise tcpclosed tcpshort tcpwrongid
	tcpcut-0 tcpcut-1 tcpcut-12 tcpcut-30'
huge='bigudp tcpfull' # which libc takes seconds to sort, with both families

# garbage NAME "FAULT..." [NET_HERD-ARG...]: a herd of four for a host of each fault,
# all at once, then each host once more, when no lookup is left that was made because the
# answer was late. Leaves libc's report in $TMP/libc.
garbage() {
	name=$1 hosts=''
	for fault in good $2; do
		hosts="$hosts h7.$fault.test"
	done
	shift 2
	rm -f "$TMP/log"
	lines | "$herd" "$@" >"$TMP/libc.all" 2>&1 &
	lines | GAISHIM_LOG=$TMP/log shimmed "$herd" "$@" >"$TMP/shim.all" 2>&1
	is "$name: the shimmed one lives" $? 0
	wait $!
	grep -v ' ms$' "$TMP/libc.all" >"$TMP/libc"
	ok "$name: libc alone: one report a host and herd" \
		test "$(wc -l <"$TMP/libc")" -eq $((2 * $(echo "$hosts" | wc -w)))
	ok "$name: the same with the shim" sh -c "grep -v ' ms$' '$TMP/shim.all' | diff '$TMP/libc' -"
	# A flight left behind would keep its host's next caller.
	ok "$name: in the time of libc, $(ms libc) ms, with the shim $(ms shim)" \
		test "$(ms shim)" -lt $(($(ms libc) + 2000))
	ok "$name: herds shared an answer" \
		test "$(grep -c ' how=waited ' "$TMP/log")" -gt $((2 * $(echo "$hosts" | wc -w)))
	is "$name: nothing is left of them, who came later led" \
		"$(tail -n "$(echo "$hosts" | wc -w)" "$TMP/log" | grep -vc ' how=led asks=1 shared=0 ')" 0
	is "$name: nobody asked apart" "$(grep -c ' how=passed ' "$TMP/log")" 0
}

# lines: what net_herd is to do. It reads the second line when the first is done.
lines() {
	echo "4$hosts"
	sleep 5
	echo "1$hosts"
}

# ms WHO: how long the slower herd took.
ms() {
	sed -n 's/ ms$//p' "$TMP/$1.all" | sort -n | tail -n 1
}

# libc_says FAULT ERE: what the herd had from libc alone, for the shim's to be worth something.
libc_says() {
	like "  libc alone: $1" "$(grep -F "h7.$1.test 4 x" "$TMP/libc")" "$2"
}

nameserver 127.0.0.1
garbage 'IPv4' "$not_answers $not_asked $names $lengths $streams $huge" -f inet
libc_says good 'x 192\.0\.2\.7$'
libc_says wrongname 'x EAI_AGAIN errno=[0-9]+$'
libc_says wrongid 'x EAI_AGAIN errno=[0-9]+$'
libc_says rcode-2 'x EAI_AGAIN errno=[0-9]+$'
libc_says empty 'x EAI_NODATA errno=[0-9]+$'
libc_says loop 'x EAI_'
libc_says bigudp ' \(4077, hash [0-9a-f]+\)$'
libc_says tcpfull ' \(4077, hash [0-9a-f]+\)$'
case $(getconf GNU_LIBC_VERSION) in # 64 KiB of aliases
*' 2.31') libc_says tcpchain-1530 'x EAI_NONAME errno=0$' ;;
*) libc_says tcpchain-1530 'x 192\.0\.2\.7$' ;;
esac

garbage 'both families' "$not_answers $not_asked $names $lengths $streams" -c
libc_says good 'x 2001:db8::7 192\.0\.2\.7 canon=h7.good.test$'
libc_says half 'x 192\.0\.2\.7 canon=h7.half.test$'

nameserver "$no_tcp"
garbage 'no TCP' "tcpgood tcpfull" -c
libc_says tcpgood 'x EAI_'

# Canonical names of any bytes come from /etc/hosts, here asked last so that its
# lookups take long enough to be shared.
nameserver 127.0.0.1
echo 'hosts: dns files' >/etc/nsswitch.conf
# shellcheck disable=SC2016 # no expansion is wanted
printf '192.0.2.8 \\st;$(x)\001\351\377\200 h7.rcode-3.test\n' >>/etc/hosts
printf '192.0.2.9 %s h7.rcode-9.test\n' "$(head -c 4000 /dev/zero | tr '\0' x)" >>/etc/hosts
garbage 'names of any bytes' "rcode-3 rcode-9" -c
libc_says rcode-3 'x 192\.0\.2\.8 canon=\\st;\$\(x\)\\x01\\xe9\\xff\\x80$'
libc_says rcode-9 'x 192\.0\.2\.9 canon=x{4000}$'

ok 'the nameserver has survived' sh -c "! grep . '$TMP/server.err'"
done_testing
