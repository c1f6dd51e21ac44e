#!/bin/sh
# SPDX-License-Identifier: MIT
# What who controls a host or a service can do. Everything is asked with
# AI_NUMERICHOST, so that no question leaves the machine.

. tests/lib/tap.sh

object=${GAISHIM_SO:?}
ask=$BUILD/tests/network/ask

# answer [NAME=VALUE...] HOST [SERVICE]: one line, with the object preloaded.
answer() {
	settings=
	while :; do
		case $1 in
		GAISHIM_*=*) settings="$settings $1" ;;
		*) break ;;
		esac
		shift
	done
	# shellcheck disable=SC2086 # words
	env $settings LD_PRELOAD="$object" "$ask" -a numerichost -- "$@" | tail -n 1 | sed 's/flags.*len=[0-9]* //'
}

libc() {
	"$ask" -a numerichost -- "$@" | tail -n 1 | sed 's/flags.*len=[0-9]* //'
}

# --- which hosts are numeric: a filter that looks at the text must know ---

while read -r host address; do
	is "$host is $address to libc" "$(libc "$host" | cut -d' ' -f4)" "$address"
	is "$host: the same with the shim" "$(answer "$host")" "$(libc "$host")"
done <<END
127.1 127.0.0.1
0x7f.1 127.0.0.1
0177.0.0.01 127.0.0.1
2130706433 127.0.0.1
::ffff:127.0.0.1 ::ffff:127.0.0.1
END

# The soft hyphen and the zero width space are nothing to a host.
while read -r host address; do
	is "$host is no address to libc" "$(libc "$host")" code=EAI_NONAME
	is "$host is $address to the shim" "$(answer "$host" | cut -d' ' -f4)" "$address"
	for setting in GAISHIM_IDN=off GAISHIM_STRICT=1; do
		is "$host, $setting: is none" "$(answer $setting "$host")" code=EAI_NONAME
	done
done <<END
１２７.０.０.１ 127.0.0.1
127。0。0。1 127.0.0.1
①②⑦.⓪.⓪.① 127.0.0.1
²130706433 127.0.0.1
0ｘ7f.1 127.0.0.1
$(printf '127.0.0.1\302\255') 127.0.0.1
$(printf '127.0.0\342\200\213.1') 127.0.0.1
：：1 ::1
END
if [ "$("$ask" -a numerichost,idn １２７.１ | head -n 1)" = code=0 ]; then
	is "libc says the same to who asks with AI_IDN" \
		"$("$ask" -a numerichost,idn １２７.１ | tail -n 1 | sed 's/flags.*len=[0-9]* //')" "$(answer １２７.１)"
else
	skip "libc says the same to who asks with AI_IDN" "it finds no libidn2.so.0"
fi

# Bidi override, joiner, one dot leader, "1." in one character; digits of other
# scripts; a dot or a space at the end.
while IFS='|' read -r host; do
	is "$(printf %s "$host" | cat -v) is refused" "$(answer "$host")" code=EAI_NONAME
done <<END
$(printf '\342\200\256')127.0.0.1
$(printf '127.0.0.1\342\200\215')
127․0․0․1
⒈⒈⒈⒈
१२७.0.0.1
127.0.0.1.
127。0。0。1。
127.0.0.1　
END

is "* is no host, as to libc" "$(answer '*' 80)" "$(libc '*' 80)"
is "nor does another character become it" "$(answer ＊ 80)" code=EAI_NONAME

# --- ports: what libc makes of them ---

for service in 80 +80 ' 80' 080 65616 4294967376 65536 -1 80x '8 0'; do
	is "service '$service': the same with the shim" \
		"$(answer 127.0.0.1 "$service")" "$(libc 127.0.0.1 "$service")"
done
like "65616 is port 80" "$(answer 127.0.0.1 65616)" 'port=80'

# --- what the log shows of them ---

controls=0
while IFS='|' read -r host shown; do
	host=$(printf "%b" "$host")
	log=$(GAISHIM_LOG=stderr answer "$host" 2>&1 >/dev/null | sed '1{/ program="[a-z]*" version=/d;}')
	controls=$((controls + $(printf '%s' "$log" | LC_ALL=C tr -d '\040-\176\200-\377' | wc -c)))
	is "$shown: one line" "$(printf '%s\n' "$log" | wc -l)" 1
	is "$shown" \
		"$(printf '%s\n' "$log" | LC_ALL=C sed 's/.* host="\([^"]*\)" service=.*/\1/')" "$shown"
done <<'END'
a\n1.000000 pid=1 tid=1 host="b" how=numeric code=0|a\x0a1.000000 pid=1 tid=1 host=\x22b\x22 how=numeric code=0
a\r\033[2K\033]0;x\a|a\x0d\x1b[2K\x1b]0;x\x07
a\b\b\0177|a\x08\x08\x7f
a\0233m|a\x9bm
a\0302\0205b\0342\0200\0256|a\xc2\x85b\xe2\x80\xae
a\0342\0200\0250b|a\xe2\x80\xa8b
user:secret@127.0.0.1|***@127.0.0.1
END
is "no control character of a host is in the log" "$controls" 0

# --- hosts without end ---

# A megabyte takes 50 ms at most, on a stack of 64 KiB; the bound is for slow machines.
for unit in 1 a. ü a.ü. 中 ☃. "$(printf '\314\201')" "$(printf '\302\255')" xn--a.ü. xn--99999999zz.ü.; do
	out=$(LD_PRELOAD=$object GAISHIM_LOG=$TMP/log "$BUILD/tests/proof/security/huge" "$unit" 1000000 2>&1)
	like "'$unit', a megabyte of it: refused" "$out" '^-2 '
	ok "'$unit', a megabyte of it: soon" test "${out#* }" -lt 5000
done
is "the log has a line of each" "$(grep -c ' host=' "$TMP/log")" 10
is "none longer than a pipe takes at once" "$(LC_ALL=C awk 'length > 4095' "$TMP/log")" ""

# --- hosts chosen to collide in the lock table ---

# 1,000 of them in flight, which takes 1,000 threads, cost a lookup 4 us.
flood=$("$BUILD/tests/proof/security/flood" 1000 2000)
like "1,000 hosts of one hash in flight" "$flood" '^in flight: '
slow=$(printf '%s\n' "$flood" | sed -n 's/^in flight: \([0-9]*\) .*/\1/p')
ok "cost a lookup of the kind less than a millisecond" test "${slow:-1000000}" -lt 1000000
turn=$("$BUILD/tests/proof/security/flood" 1 100000 | sed -n 's/^in turn: \([0-9]*\) .*/\1/p')
ok "100,000 of them in turn leave nothing to search: less than 20 us each" test "${turn:-20000}" -lt 20000

done_testing
