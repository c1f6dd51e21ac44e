#!/bin/sh
# SPDX-License-Identifier: MIT
# Packets are lost, the network is away for a while, and resolv.conf is repaired while a
# lookup is stuck: a caller who shares a lookup does not share its bad luck.

. tests/network/weather/lib.sh

row_repaired
row_loss
row_pair
row_outage
row_client
curl=''
if command -v curl >/dev/null; then
	curl=yes
	row_curl
fi
finish

# The dice are the same, but shared lookups throw fewer of them, so chance moves the figures:
# a lookup that loses a second packet, and a third, takes libc 10 s and 15 s, and may fail.
chance=10
is '2 % lost, 800 callers: all are back: libc alone' "$(count libc loss)" 800
is '2 % lost, 800 callers: all are back with the shim' "$(count shim loss)" 800
bounded '2 % lost: without the answer' lookups "$(failed libc loss)" "$(failed shim loss)" \
	$(($(failed libc loss) + 1))
bounded '2 % lost: all lookups together' s "$(total libc loss)" "$(total shim loss)" \
	"$(sum "$(total libc loss)" $((5 * chance)))"
ok "2 % lost: libc alone: some are slow" test "$(slow libc loss)" -gt 5
bounded '2 % lost: over 0.5 s' callers "$(slow libc loss)" "$(slow shim loss)" \
	$(($(slow libc loss) + chance))
# A busy machine adds milliseconds to both.
bounded '2 % lost: median' s "$(median libc loss)" "$(median shim loss)" \
	"$(awk -v libc="$(median libc loss)" 'BEGIN { print 2 * libc + 0.005 }')"

no_worse 'one pair lost, 40 callers' 40 pair
ok 'one pair lost: libc alone: one is slow' test "$(slow libc pair)" -ge 1
bounded 'one pair lost: over 0.5 s' callers "$(slow libc pair)" "$(slow shim pair)" \
	"$(slow libc pair)"

# attempts libc|shim: how many the client made until it had an answer.
attempts() {
	lookups "$1" client | awk '{ code = $4 } END { print code == 0 ? NR : "none of " NR }'
}
is 'a client with a limit: libc alone: the second attempt answers' "$(attempts libc)" 2
like "a client with a limit: no later attempt answers with the shim" "$(attempts shim)" '^[12]$'

if [ -n "$curl" ]; then
	like 'curl with a limit: libc alone: found' "$(cat "$TMP/curl.libc")" ' 7 -$'
	like 'curl with a limit: found with the shim' "$(cat "$TMP/curl.shim")" ' 7 -$'
	bounded 'curl with a limit' s "$(worst libc curl)" "$(worst shim curl)" \
		"$(sum "$(worst libc curl)" 0.5)"
else
	skip 'curl with a limit' 'no curl'
fi

# after NAME ROW SECONDS: a caller who asks later than that does not wait for those who
# are stuck. The callers before may be stuck, as libc's are.
after() {
	later "$2" "$3"
	ok "$1: libc alone: some before that are slow" test "$(slow libc "$2")" -gt 0
	is "$1: libc alone: no later caller is slow" "$(slow libc "$2_later")" 0
	no_worse "$1, later callers" "$(wc -l <"$TMP/$2_later.libc")" "$2_later"
}

# About half a second more than the repair and the outage take, for a busy machine.
no_worse 'resolv.conf repaired, all callers' 14 repaired
after 'resolv.conf repaired' repaired 1.3
no_worse 'no network for three seconds, all callers' 50 outage
# The callers come every 0.1 s: when the outage begins and ends between them differs by one of
# them at each end.
bounded 'no network for three seconds: over 0.5 s' callers \
	"$(slow libc outage)" "$(slow shim outage)" $(($(slow libc outage) + 2))
after 'no network for three seconds' outage 3.45

done_testing
