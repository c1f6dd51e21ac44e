# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# A nameserver with the hosts that the program asks for: source this, from the top of
# the checkout, to be started again in a private network that has one.

. tests/lib/net.sh

command -v dnsmasq >/dev/null || skip_all "no dnsmasq: package dnsmasq-base"
net_up
net_private_etc

# --no-daemon also keeps it from changing its user, which only root could.
zone_serve() {
	"$BUILD/tests/proof/stress/stress" --zone "$2" >"$TMP/zone.$2"
	LD_PRELOAD=$BUILD/tests/proof/stress/libbuffer.so dnsmasq --no-daemon --conf-file="$TMP/zone.$2" \
		--listen-address="$1" --bind-interfaces --no-resolv --no-hosts --cache-size=0 \
		--dns-forward-max=10000 --local=/test/ --server=/slow.test/"$3" --server=/lossy.test/"$4" \
		2>"$TMP/dnsmasq.$2" &
	TAP_EXIT="$TAP_EXIT $!"
}

# The zone slow.test is 30 ms away, and of lossy.test one query of 50 is lost.
TAP_EXIT='kill'
zone_serve 127.0.0.1 test 127.0.0.53 127.0.0.54
zone_serve 127.0.0.55 slow '' ''
"$BUILD/tests/network/slow" 127.0.0.53 127.0.0.55 30 >/dev/null &
TAP_EXIT="$TAP_EXIT $!"
"$BUILD/tests/network/slow" 127.0.0.54 127.0.0.55 5 50 >"$TMP/lossy" &
TAP_EXIT="$TAP_EXIT $!"

# lost: how many queries.
lost() {
	grep -c '^lost' "$TMP/lossy"
}

# Longer than a starved nameserver takes: see libbuffer.c.
printf 'nameserver 127.0.0.1\noptions timeout:10 attempts:5\n' >/etc/resolv.conf
for host in h0.test h0.slow.test; do
	soon "$BUILD/tests/network/ask" "$host" || {
		echo "stress: the nameserver does not know $host" >&2
		exit 1
	}
done
