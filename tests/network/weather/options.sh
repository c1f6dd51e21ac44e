#!/bin/sh
# SPDX-License-Identifier: MIT
# The table of docs/dns.md: how long a lookup takes when the nameserver is bad, with the options
# of libc's resolver (RES_OPTIONS) and with those of the object.

# shellcheck disable=SC2154 # of lib.sh
. tests/network/weather/lib.sh

is_glibc || skip_all 'another libc has no RES_OPTIONS'

# row ROW HOST NAMESERVERS WORD...: one lookup, with these nameservers, and WORDs as options of
# libc's resolver, or of the object (--hedge=1). Its result is the line $TMP/ROW.
row() {
	row=$1 host=$2 servers=$3 options='' variables=''
	shift 3
	for word; do
		case $word in
		--*) variables="$variables GAISHIM_$(printf '%s' "${word#--}" | tr 'a-z-' 'A-Z_')" ;;
		*) options="$options $word" ;;
		esac
	done
	# shellcheck disable=SC2086 # several
	printf 'nameserver %s\n' $servers >"$TMP/$row.conf"
	[ -z "$variables" ] || variables="$variables LD_PRELOAD=$GAISHIM_SO"
	# shellcheck disable=SC2016,SC2086 # expanded by the inner shell; several
	printf '1 0 %s\n' "$host" | unshare -m sh -c 'mount --bind "$0" /etc/resolv.conf && exec "$@"' "$TMP/$row.conf" \
		env $variables RES_OPTIONS="$options" "$weather/callers" >"$TMP/$row" &
	running="$running $!"
}

# took ROW SECONDS [CODE]: how long it took. A busy machine adds to that.
took() {
	result=$(cut -d ' ' -f 3,4 "$TMP/$1")
	ok "$1: ${result% *} s, $2 to $(sum "$2" 2)" awk -v took="${result% *}" -v least="$2" \
		'BEGIN { exit !(took >= least - 0.02 && took <= least + 2) }'
	is "$1: the code" "${result#* }" "${3:-0}"
}

again=-3 # EAI_AGAIN
good=127.0.0.1 silent=127.0.0.2 refusing=127.0.0.9

# The query for one of the two addresses is lost.
row lost drop-1-lost.test $good
row lost-timeout drop-1-lost-timeout.test $good timeout:1
row lost-once drop-1-lost-once.test $good timeout:1 attempts:1
row lost-many drop-5-lost-many.test $good timeout:1 attempts:5
row lost-rotate drop-1-lost-rotate.test $good rotate
row lost-single drop-1-lost-single.test $good single-request
row lost-vc drop-1-lost-vc.test $good use-vc
row lost-hedge drop-1-lost-hedge.test $good --hedge=1
row lost-deadline drop-1-lost-deadline.test $good --deadline=2
row lost-both drop-1-lost-both.test $good timeout:1 --deadline=2

# A way that forwards one query from a port at a time, and loses the second.
row race race-100-race.test $good
row race-timeout race-100-race-timeout.test $good timeout:1
row race-single race-100-race-single.test $good single-request
row race-reopen race-100-race-reopen.test $good single-request-reopen
row race-vc race-100-race-vc.test $good use-vc
row race-hedge race-100-race-hedge.test $good --hedge=1

# The first of two nameservers is silent.
row first first.test "$silent $good"
row first-timeout first-timeout.test "$silent $good" timeout:1
row first-hedge first-hedge.test "$silent $good" --hedge=1
for n in 1 2 3 4 5 6 7 8; do
	row first-rotate-$n first-rotate-$n.test "$silent $good" rotate
done

# All of them are silent.
row silent silent.test $silent
row silent-timeout silent-timeout.test $silent timeout:1
row silent-once silent-once.test $silent timeout:1 attempts:1
row silent-deadline silent-deadline.test $silent --deadline=2

# It says SERVFAIL for a second; and nobody is at its port.
row sick sick-1000-sick.test $good
row sick-attempts sick-1000-sick-attempts.test $good timeout:1 attempts:5
row sick-retry sick-1000-sick-retry.test $good --retry=3
row refusing refusing.test $refusing
row refusing-attempts refusing-attempts.test $refusing timeout:1 attempts:5
finish 2>/dev/null

took lost 5
took lost-timeout 1
took lost-once 1
took lost-many 3
took lost-rotate 5
took lost-single 5
took lost-vc 0
took lost-hedge 0.4
took lost-deadline 2 $again
took lost-both 1
took race 5.2
took race-timeout 1.2
took race-single 0.2
took race-reopen 0.2
took race-vc 0
took race-hedge 5.2
took first 5
took first-timeout 1
took first-hedge 5
took silent 10 $again
took silent-timeout 2 $again
took silent-once 1 $again
took silent-deadline 2 $again
took sick 0 $again
took sick-attempts 0 $again
took sick-retry 1.5
took refusing 0 $again
took refusing-attempts 0 $again
quick=$(cat "$TMP"/first-rotate-? | awk '$3 < 2 { n++ } END { print n + 0 }')
is "rotate: $quick of 8 processes begin with the nameserver that is not silent, the others take 5 s" \
	"$(cat "$TMP"/first-rotate-? | awk '$4 == 0 && ($3 < 2 || ($3 > 4.9 && $3 < 7)) { n++ } END { print n + 0 }')" 8

# Search domains, as Kubernetes has them: each is tried first, where the host has fewer dots.
printf 'nameserver %s\nsearch a.void b.void c.void\n' $good >/etc/resolv.conf

# queries_of HOST OPTIONS: how many queries a lookup is.
queries_of() {
	before=$(wc -l <"$queries")
	printf '1 0 %s\n' "$1" | RES_OPTIONS=$2 "$weather/callers" >/dev/null
	printf '%s\n' $(($(wc -l <"$queries") - before))
}
is 'ndots:5: queries' "$(queries_of api.example.test ndots:5)" 8
is 'ndots:1: queries' "$(queries_of api.example.test ndots:1)" 2
is 'ndots:5, but a dot at the end: queries' "$(queries_of api.example.test. ndots:5)" 2

done_testing
