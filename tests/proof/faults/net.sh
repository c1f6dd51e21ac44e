#!/bin/sh
# SPDX-License-Identifier: MIT
# Faults of the network, with a real nameserver: dnsmasq behind a slow one. Two
# processes, libc alone and with the shim, live through all of them side by side,
# ask the same at the same time, and get the same: codes and errno too.

. tests/lib/net.sh

command -v dnsmasq >/dev/null || skip_all "no dnsmasq: package dnsmasq-base"
net_up
net_private_etc

bin=$BUILD/tests/proof/faults
near=127.0.0.1 slow=127.0.0.53 other=127.0.0.2 other_slow=127.0.0.54
log=$TMP/shim.log
preload=${LD_PRELOAD:+$LD_PRELOAD:}$GAISHIM_SO # shimmed() would be a shell between us and what is killed
herds=0
pids='' server_pids=''
# shellcheck disable=SC2317 # called at the exit
stop() {
	# shellcheck disable=SC2086 # several
	kill -9 $pids $server_pids 2>/dev/null
}
TAP_EXIT=stop

# serve NEAR SLOW MS BASE: a nameserver and a slow way to it. It knows h1.test to
# h20.test: 192.0.2.BASE and one more for each, 2001:db8:: likewise.
serve() {
	records=''
	for i in $(seq $(($4 + 1)) $(($4 + 20))); do
		records="$records --host-record=h$((i - $4)).test,192.0.2.$i,2001:db8::$i"
	done
	# shellcheck disable=SC2086 # a word each
	dnsmasq --no-daemon --conf-file=/dev/null --listen-address="$1" --bind-interfaces --no-resolv \
		--no-hosts --local=/test/ $records 2>"$TMP/dnsmasq" &
	server_pids="$server_pids $!"
	"$BUILD/tests/network/slow" "$2" "$1" "$3" >"$TMP/slow" &
	server_pids="$server_pids $!"
}

# kill_servers: no goodbye.
kill_servers() {
	# shellcheck disable=SC2086 # several
	kill -9 $server_pids
	# shellcheck disable=SC2086
	wait $server_pids 2>/dev/null
	server_pids=''
}

# nameserver ADDRESS ATTEMPTS
nameserver() {
	printf 'nameserver %s\noptions timeout:1 attempts:%s\n' "$1" "$2" >/etc/resolv.conf
}

# --- herds ---

# herd CALLERS HOST...: starts one in each of both processes.
herd() {
	herds=$((herds + 1))
	echo "$@" >&3
	echo "$@" >&4
}

# report WHO: of the last herd.
report() {
	awk '/ ms$/ { last = lines; lines = ""; next } { lines = lines $0 "\n" } END { printf "%s", last }' "$TMP/$1"
}

# shellcheck disable=SC2317 # called by soon
returned() {
	[ "$(grep -c ' ms$' "$TMP/libc")" -eq "$herds" ] && [ "$(grep -c ' ms$' "$TMP/shim")" -eq "$herds" ]
}

# ms WHO: how long the last herd took.
ms() {
	sed -n 's/ ms$//p' "$TMP/$1" | tail -n 1
}

# back NAME: all of the last herd, in libc's own time.
back() {
	ok "$1: all are back" soon returned
	ok "$1: in $(ms libc) ms, with the shim $(ms shim)" test "$(ms shim)" -lt $(($(ms libc) + 1000))
}

# all NAME ERE: back is the last herd, with ERE for each host and the same for all.
all() {
	back "$1"
	is "$1: libc alone: what it must be" "$(report libc | grep -Ev "$2")" ''
	is "$1: the same with the shim" "$(report shim)" "$(report libc)"
}

good='^h([0-9]+)\.test 8 x 2001:db8::\1 192\.0\.2\.\1$'
again=' 8 x EAI_AGAIN errno=[0-9]+$'
trio='8 h1.test h2.test h3.test'

serve $near $slow 600 0
nameserver $slow 2
mkfifo "$TMP/libc.in" "$TMP/shim.in"
"$bin/net_herd" <"$TMP/libc.in" >"$TMP/libc" &
pids="$pids $!"
GAISHIM_LOG=$log LD_PRELOAD=$preload "$bin/net_herd" <"$TMP/shim.in" >"$TMP/shim" &
pids="$pids $!"
exec 3>"$TMP/libc.in" 4>"$TMP/shim.in"
ok 'the nameserver is up' soon "$ASK" h1.test

# shellcheck disable=SC2086 # words
herd $trio
all 'no fault' "$good"
# An answer of 600 ms is late the first time: a second lookup may have been made for it.
is 'no fault: a herd shares an answer' "$(grep -Ec ' how=led asks=[12] shared=7 ' "$log")" 3

# --- the nameserver is killed ---

# shellcheck disable=SC2086
herd $trio
sleep 0.15
kill_servers
all 'killed during a herd' "$again"
# shellcheck disable=SC2086
herd $trio
all 'and gone' "$again"
serve $near $slow 600 0
ok 'the nameserver is up again' soon "$ASK" h1.test
# shellcheck disable=SC2086
herd $trio
all 'started again' "$good"
# shellcheck disable=SC2086
herd $trio
sleep 0.15
kill_servers
serve $near $slow 600 0
all 'killed and started during a herd' "$good"

# --- the network is taken away ---

nameserver $slow 1
# shellcheck disable=SC2086
herd $trio
sleep 0.15
ip link set lo down
all 'network taken away during a herd' "$again"
# shellcheck disable=SC2086
herd $trio
all 'and gone' "$again"
net_up 2>/dev/null # the IPv4 address has stayed
# shellcheck disable=SC2086
herd $trio
all 'brought back' "$good"

# --- a client is killed ---

nameserver $slow 2
echo '100 h1.test h4.test' >"$TMP/line"
GAISHIM_LOG=$log LD_PRELOAD=$preload "$bin/net_herd" <"$TMP/line" >"$TMP/victim" 2>&1 &
victim=$!
sleep 0.1
# shellcheck disable=SC2086
herd $trio
sleep 0.15
kill -9 "$victim"
wait "$victim" 2>/dev/null
is 'a client is killed: in flight' "$? $(cat "$TMP/victim")" '137 '
all 'a client is killed: the others' "$good"
herd 8 h4.test
all 'and whoever asks now what it asked' "$good"

# --- three packets of ten are lost ---

# lossy: of every packet that arrives; false where the kernel has no way to.
lossy() {
	tc qdisc add dev lo root netem loss 30% 2>/dev/null && return
	nft 'add table inet lossy; add chain inet lossy in { type filter hook input priority 0; };
		add rule inet lossy in meta l4proto udp numgen random mod 10 < 3 counter drop' 2>/dev/null
}

# lost: how many packets.
lost() {
	{
		tc -s qdisc show dev lo
		nft list ruleset
	} 2>/dev/null | sed -n 's/.*(dropped \([0-9]*\),.*/\1/p; s/.*packets \([0-9]*\) .*/\1/p' |
		sort -n | tail -n 1
}

nameserver $near 2
if lossy; then
	# shellcheck disable=SC2046 # words
	herd 8 $(seq -f 'h%.0f.test' 20)
	sleep 3
	back '30 % lost'
	for who in libc shim; do
		is "30 % lost: $who: right answers or EAI_AGAIN" "$(report $who | awk '{
			n = substr($1, 2) + 0
			for (i = 4; i <= NF; i++)
				if ($i != "192.0.2." n && $i != "2001:db8::" n && $4 != "EAI_AGAIN")
					print
		}')" ''
		like "30 % lost: $who: some were answered" "$(report $who)" ' x 2001:db8::'
	done
	ok "30 % lost: $(lost) packets" test "$(lost)" -gt 0
	tc qdisc del dev lo root 2>/dev/null || nft flush ruleset
else
	skip '30 % of the packets lost' 'neither netem (iproute2) nor nftables can here'
fi
herd 8 h1.test h2.test h3.test h4.test h5.test
all 'none lost any more' "$good"
is 'nobody asked apart' "$(grep -c ' how=passed ' "$log")" 0

kill_servers
serve $near $slow 100 0
serve $other $other_slow 100 100
nameserver $slow 2
ok 'both nameservers are up' soon "$ASK" h1.test

# replaced NAME HOST OLD NEW FILE: the file in /etc is replaced by $TMP/new.
replaced() {
	cp "$TMP/new" "/etc/$5.new"
	cp "/etc/$5" "$TMP/old"
	like "$1: libc alone" "$("$bin/net_replace" "$2" "$3" "$4" "/etc/$5.new" "/etc/$5")" \
		'^old=[1-9][0-9]* new=[1-9][0-9]* late=0 other=0$'
	cp "$TMP/old" "/etc/$5"
	cp "$TMP/new" "/etc/$5.new"
	rm -f "$log"
	like "$1: with the shim" \
		"$(GAISHIM_LOG=$log shimmed "$bin/net_replace" "$2" "$3" "$4" "/etc/$5.new" "/etc/$5")" \
		'^old=[1-9][0-9]* new=[1-9][0-9]* late=0 other=0$'
	ok "$1: answers were shared" grep -q ' how=waited ' "$log"
}

# --- configuration is replaced ---

sed "s/$slow/$other_slow/" /etc/resolv.conf >"$TMP/new"
replaced 'resolv.conf replaced' h1.test 192.0.2.1 192.0.2.101 resolv.conf
# Asked last, for lookups that take their time.
echo 'hosts: dns files' >/etc/nsswitch.conf
echo 192.0.2.51 file.test >>/etc/hosts
sed 's/192.0.2.51/192.0.2.151/' /etc/hosts >"$TMP/new"
replaced 'hosts replaced' file.test 192.0.2.51 192.0.2.151 hosts

done_testing
