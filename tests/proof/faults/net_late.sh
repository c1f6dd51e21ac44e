#!/bin/sh
# SPDX-License-Identifier: MIT
# Answers that come when their client has given up, to a port where by then somebody
# asks for another host: nobody takes one for his own.

. tests/lib/net.sh

command -v python3 >/dev/null || skip_all "no python3"
net_up
net_private_etc
printf 'nameserver 127.0.0.1\noptions timeout:1 attempts:1\n' >/etc/resolv.conf
# With few ports they meet often.
{ echo '40000 40063' >/proc/sys/net/ipv4/ip_local_port_range; } 2>/dev/null ||
	skip_all "the range of ports may not be changed here"

herd=$BUILD/tests/proof/faults/net_herd
python3 tests/proof/faults/net_server.py 127.0.0.1 >"$TMP/server" 2>"$TMP/server.err" &
TAP_EXIT="kill $!"
ok 'the nameserver is up' soon test -s "$TMP/server"

# The first herd gives up after a second; the others are there when its answers
# come, 20 of each from 1.2 s to 1.6 s.
late=$(seq -f 'h%.0f.late.test' 8)
quick=$(seq -f 'h%.0f.ms-30.test' 11 18)
{
	# shellcheck disable=SC2086 # words
	echo 4 $late
	for _ in $(seq 20); do
		# shellcheck disable=SC2086
		echo 4 $quick
	done
} >"$TMP/lines"

# unclaimed: how many packets came to no socket at all.
unclaimed() {
	awk '/^Udp: [0-9]/ { print $3 }' /proc/net/snmp
}

# queries WHO: for the late hosts. Libc alone sends one for each caller, the shim one for
# each host, and more when they are late, as the log has it.
queries() {
	[ "$1" = shim ] || {
		echo 32
		return
	}
	sed -n 's/.* host="\(h[0-9]*\.late\.test\)" .* asks=\([0-9]*\) .*/\1 \2/p' "$TMP/log" |
		awk '$2 > most[$1] { most[$1] = $2 } END { for (host in most) sum += most[host]; print sum }'
}

# late WHO COMMAND...: both herds, and how many late answers met a socket.
late() {
	who=$1
	shift
	before=$(unclaimed)
	"$@" "$herd" -f inet <"$TMP/lines" >"$TMP/$who" 2>&1
	sleep 2 # for the last to be gone
	met=$(($(queries "$who") * 20 - $(unclaimed) + before))
	grep -v ' ms$' "$TMP/$who" >"$TMP/$who.answers"
	is "$who: all reported" "$(wc -l <"$TMP/$who.answers")" $((8 + 20 * 8))
	is "$who: who gave up: EAI_AGAIN" \
		"$(grep -Ec '\.late\.test 4 x EAI_AGAIN errno=[0-9]+$' "$TMP/$who.answers")" 8
	is "$who: the others: right answers" \
		"$(grep -Ec '^h([0-9]+)\.ms-30\.test 4 x 192\.0\.2\.\1$' "$TMP/$who.answers")" 160
	ok "$who: $met late answers met a socket" test "$met" -gt 0
}

late libc env
GAISHIM_LOG=$TMP/log late shim shimmed
is 'the same with the shim' "$(cat "$TMP/shim.answers")" "$(cat "$TMP/libc.answers")"
is 'nobody asked apart' "$(grep -c ' how=passed ' "$TMP/log")" 0
ok 'the nameserver has survived' sh -c "! grep . '$TMP/server.err'"
done_testing
