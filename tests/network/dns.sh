#!/bin/sh
# SPDX-License-Identifier: MIT
# Names, asked of a real nameserver: dnsmasq on loopback. What it logs proves
# which queries were sent, and how many.

. tests/lib/net.sh

command -v dnsmasq >/dev/null || skip_all "no dnsmasq: package dnsmasq-base"
net_up
net_private_etc

queries=$TMP/queries log=$TMP/shim.log
slow=127.0.0.53   # 0.3 s away, and without TCP
silent=127.0.0.54 # answers after the test has ended
for i in $(seq 60); do
	echo "198.51.100.$i many.test"
done >"$TMP/many"
echo '192.0.2.30 bücher.local' >>/etc/hosts

# --no-daemon also keeps it from changing its user, which only root could.
dnsmasq --no-daemon --conf-file=/dev/null \
	--listen-address=127.0.0.1 --bind-interfaces --no-resolv --no-hosts \
	--log-queries --log-facility=- \
	--local=/test/ --local=/local/ --local=/2.0.192.in-addr.arpa/ --addn-hosts="$TMP/many" \
	--host-record=a.test,192.0.2.10 \
	--host-record=both.test,192.0.2.11,2001:db8::11 \
	--cname=alias.test,both.test \
	--host-record=xn--bcher-kva.test,192.0.2.20,2001:db8::20 \
	--cname=buch.test,xn--bcher-kva.test \
	--host-record=xn--n3h.test,192.0.2.21 2>>"$queries" &
pids=$!
"$BUILD/tests/network/slow" "$slow" 127.0.0.1 300 >"$TMP/slow" &
pids="$pids $!"
"$BUILD/tests/network/slow" "$silent" 127.0.0.1 60000 >"$TMP/silent" &
TAP_EXIT="kill $pids $!"

# nameserver ADDRESS [OPTION...]
nameserver() {
	printf 'nameserver %s\n' "$1" >/etc/resolv.conf
	shift
	printf 'options %s\n' "timeout:5 attempts:2 $*" >>/etc/resolv.conf
}

# asked TYPE HOST: how many such queries the nameserver saw since forget.
asked() {
	grep -Fc "query[$1] $2 from" "$queries"
}

forget() {
	: >"$queries"
}

nameserver 127.0.0.1
ok 'the nameserver is up' soon "$ASK" a.test
ok 'the slow one is up' soon test -s "$TMP/slow"
ok 'the silent one is up' soon test -s "$TMP/silent"
[ "$TAP_FAILED" -eq 0 ] || {
	sed 's/^/# /' "$queries"
	done_testing
}

# --- kinds of answer, each as libc alone has it ---

same 'A' '^inet stream 6 flags=0 len=16 192.0.2.10 port=80' -f inet a.test 80
same 'AAAA' '^inet6 stream 6 flags=0 len=28 2001:db8::11 port=80' -f inet6 both.test 80
same 'A and AAAA' '^inet6 .* 2001:db8::11 ' both.test http
same 'any type' '^inet dgram 17 .* 192.0.2.11 port=53' -t any both.test 53
same 'hints NULL' '^inet raw 0 flags=0x28 .* 192.0.2.10 ' -N a.test
same 'AI_ADDRCONFIG' '^inet6 .* 2001:db8::11 ' -a addrconfig both.test
same 'mapped' '^inet6 .* ::ffff:192.0.2.10 ' -f inet6 -a v4mapped a.test
same 'CNAME' '^inet .* 192.0.2.11 ' -f inet alias.test
same 'CNAME with AI_CANONNAME' '192.0.2.11 port=0 scope=0 canon=both.test$' -f inet -a canonname alias.test
same 'NXDOMAIN' '^code=EAI_NONAME$' absent.test
same 'no data' '^code=EAI_(NODATA|NONAME|ADDRFAMILY)$' -f inet6 a.test
same 'AI_NUMERICHOST' '^code=EAI_NONAME$' -a numerichost a.test
same '/etc/hosts' '^inet .* 127.0.0.1 ' -f inet localhost
for form in '' _r; do
	for call in gethostbyname$form gethostbyname2$form; do
		same "$call: A" '^192.0.2.10$' -c "$call" a.test
		same "$call: one of both families" '^192.0.2.11$' -c "$call" both.test
		same "$call: CNAME" '^inet both.test alias=alias.test$' -c "$call" alias.test
		same "$call: NXDOMAIN" '^code=HOST_NOT_FOUND$' -c "$call" absent.test
		same "$call: /etc/hosts" '^127.0.0.1$' -c "$call" localhost
	done
	same "gethostbyname2$form: AAAA" '^2001:db8::11$' -c "gethostbyname2$form" -f inet6 both.test
	same "gethostbyname2$form: no data" '^code=NO_DATA$' -c "gethostbyname2$form" -f inet6 a.test
	same "gethostbyaddr$form: PTR" '^inet a.test$' -c "gethostbyaddr$form" 192.0.2.10
	same "gethostbyaddr$form: PTR, IPv6" '^inet6 both.test$' -c "gethostbyaddr$form" 2001:db8::11
	same "gethostbyaddr$form: NXDOMAIN" '^code=HOST_NOT_FOUND$' -c "gethostbyaddr$form" 192.0.2.99
	same "gethostbyaddr$form: /etc/hosts" '^inet localhost$' -c "gethostbyaddr$form" 127.0.0.1
done
same 'getnameinfo: PTR' '^a.test$' -c getnameinfo 192.0.2.10
same 'getnameinfo: PTR, IPv6' '^both.test$' -c getnameinfo -a namereqd 2001:db8::11
same 'getnameinfo: NXDOMAIN' '^192.0.2.99$' -c getnameinfo 192.0.2.99
same 'getnameinfo: NXDOMAIN, NI_NAMEREQD' '^code=EAI_NONAME$' -c getnameinfo -a namereqd 192.0.2.99
same 'getnameinfo: /etc/hosts' '^localhost$' -c getnameinfo 127.0.0.1
forget
same 'getnameinfo: NI_NUMERICHOST' '^192.0.2.10$' -c getnameinfo -a numerichost 192.0.2.10
is 'getnameinfo: NI_NUMERICHOST: no query' "$(cat "$queries")" ''
libc=$(getent ahosts both.test)
like 'getent ahosts: libc alone' "$libc" '^2001:db8::11 +STREAM both.test'
is 'getent ahosts: the same with the shim' "$(shimmed getent ahosts both.test)" "$libc"

nameserver "$silent" timeout:1 attempts:1
forget
same 'timeout' '^code=EAI_AGAIN$' -f inet a.test
is 'timeout: both did ask' "$(asked A a.test)" 2
same 'timeout: gethostbyname' '^code=TRY_AGAIN$' -c gethostbyname a.test
same 'timeout: gethostbyaddr' '^code=TRY_AGAIN$' -c gethostbyaddr 192.0.2.10
same 'timeout: getnameinfo' '^code=EAI_AGAIN$' -c getnameinfo -a namereqd 192.0.2.10

# 60 addresses are 960 bytes and more, which no answer over plain UDP holds: what
# libc gets of them it got over TCP. The slow nameserver has none, hence the control.
nameserver "$slow"
like 'truncated answer: over UDP alone there is none' "$("$ASK" -f inet many.test)" '^code=EAI_'
nameserver 127.0.0.1
libc=$("$ASK" -f inet many.test | sort)
is 'truncated answer: libc has 60 addresses over TCP' "$(echo "$libc" | grep -c ' 198\.51\.100\.')" 60
is 'truncated answer: the same with the shim' "$(shimmed "$ASK" -f inet many.test | sort)" "$libc"
for call in gethostbyname gethostbyname_r; do
	libc=$("$ASK" -c $call many.test | sort)
	is "truncated answer, $call: libc has 60 addresses over TCP" "$(echo "$libc" | grep -c '^198\.51\.100\.')" 60
	is "truncated answer, $call: the same with the shim" "$(shimmed "$ASK" -c $call many.test | sort)" "$libc"
done

# --- Unicode hosts ---

# spelled WHAT HOST A-LABEL: libc does not find HOST; the shim asks for A-LABEL
# and nothing else, and answers what libc says of that, whatever the locale.
spelled() {
	like "$1: libc alone fails" "$("$ASK" "$2" 80)" '^code=EAI_'
	libc=$("$ASK" "$3" 80)
	like "$1: libc finds $3" "$libc" '^inet .* 192.0.2.2[01] port=80'
	for locale in C.UTF-8 C; do
		forget
		is "$1, locale $locale: the shim answers" "$(LC_ALL=$locale shimmed "$ASK" "$2" 80)" "$libc"
		is "$1, locale $locale: A query" "$(grep -c 'query\[A\]' "$queries") $(asked A "$3")" '1 1'
		is "$1, locale $locale: AAAA query" "$(grep -c 'query\[AAAA\]' "$queries") $(asked AAAA "$3")" '1 1'
	done
	libc=$("$ASK" -c gethostbyname "$3")
	forget
	is "$1, gethostbyname: the shim answers" "$(shimmed "$ASK" -c gethostbyname "$2")" "$libc"
	is "$1, gethostbyname: A query" "$(grep -c 'query\[' "$queries") $(asked A "$3")" '1 1'
}

spelled 'UTF-8' bücher.test xn--bcher-kva.test
spelled 'decomposed' "$(printf 'bu\314\210cher.test')" xn--bcher-kva.test
spelled 'upper case' BÜCHER.TEST xn--bcher-kva.test
spelled 'ideographic dot' bücher。test xn--bcher-kva.test
spelled 'full width' ｂücher.test xn--bcher-kva.test
spelled 'ideographic dot, nothing else' xn--bcher-kva。test xn--bcher-kva.test
spelled 'a snowman' ☃.test xn--n3h.test
same 'already punycode' '^inet .* 192.0.2.20 ' xn--bcher-kva.test

is 'GAISHIM_IDN=off leaves it to libc' "$(GAISHIM_IDN=off shimmed "$ASK" bücher.test)" "$("$ASK" bücher.test)"
is 'strict mode leaves it to libc' "$(GAISHIM_STRICT=1 shimmed "$ASK" bücher.test)" "$("$ASK" bücher.test)"
same 'AI_IDN, already punycode' '^inet6 .* 2001:db8::20 ' -a idn xn--bcher-kva.test

forget
like 'full-width digits: libc alone fails' "$("$ASK" １９２.0.2.40 80)" '^code=EAI_'
is 'full-width digits are a numeric host' "$(shimmed "$ASK" １９２.0.2.40 80)" "$("$ASK" 192.0.2.40 80)"
is 'full-width digits: no query' "$(cat "$queries")" ''

# What is refused is refused before anything is sent.
refuse() {
	forget
	is "$1: refused" "$(shimmed "$ASK" "$2")" code=EAI_NONAME
	is "$1, gethostbyname: refused" "$(shimmed "$ASK" -c gethostbyname "$2")" code=HOST_NOT_FOUND
	is "$1: no query" "$(cat "$queries")" ''
}

refuse 'an ill-formed host' "$(printf 'b\303cher.test')"
refuse 'a combining mark first' "$(printf '\314\210cher.test')"
refuse 'an unassigned character' "$(printf 'b\315\270cher.test')"
refuse 'two directions in a label' "$(printf '\327\220a.test')"
refuse 'a backslash' 'bü\cher.test'

# Multicast DNS is UTF-8, so names under .local are not touched: /etc/hosts has
# this one in UTF-8, and no nameserver hears of it.
forget
same '.local keeps its UTF-8' '^inet .* 192.0.2.30 ' -f inet bücher.local
is '.local: no query' "$(cat "$queries")" ''
same '.local keeps its UTF-8, gethostbyname' '^192.0.2.30$' -c gethostbyname bücher.local
is '.local, gethostbyname: no query' "$(cat "$queries")" ''
same '.local, absent, gethostbyname' '^code=HOST_NOT_FOUND$' -c gethostbyname straße.local
same '.local, absent' '^code=EAI_NONAME$' -f inet straße.local
is '.local, absent: no query in punycode' "$(grep -c 'xn--' "$queries")" 0

# canonical NAME HOST FLAGS: the canonical name in UTF-8; libc needs AI_IDN and a
# UTF-8 locale for what the shim does in any.
canonical() {
	libc=$("$ASK" -f inet -a "$3" "$2")
	like "$1: libc alone" "$libc" ' 192.0.2.20 .* canon=bücher.test$'
	for locale in C.UTF-8 C; do
		is "$1, locale $locale: the same with the shim" \
			"$(LC_ALL=$locale shimmed "$ASK" -f inet -a "$3" "$2")" "$libc"
	done
}

canonical 'AI_CANONIDN' xn--bcher-kva.test canonname,canonidn
canonical 'AI_CANONIDN of a CNAME' buch.test canonname,canonidn
canonical 'AI_IDN and AI_CANONIDN' bücher.test canonname,idn,canonidn
libc=$("$ASK" -c getnameinfo -a idn 192.0.2.20)
like 'NI_IDN: libc alone' "$libc" '^bücher.test$'
for locale in C.UTF-8 C; do
	is "NI_IDN, locale $locale: the same with the shim" "$(LC_ALL=$locale shimmed "$ASK" -c getnameinfo -a idn 192.0.2.20)" "$libc"
done
same 'no NI_IDN: the name is ASCII' '^xn--bcher-kva.test$' -c getnameinfo 192.0.2.20
is 'no AI_CANONIDN: the name is ASCII' \
	"$(shimmed "$ASK" -f inet -a canonname bücher.test)" "$("$ASK" -f inet -a canonname xn--bcher-kva.test)"

# --- a herd: 200 callers who ask the same at the same time ---

nameserver "$slow"

# shellcheck disable=SC2317 # called through ok
within() {
	test "$1" -ge "$2" && test "$1" -le "$3"
}

# sent NAME GOT ONCE: that many queries for one lookup, and no more but for those that were
# due because a busy machine took longer than 0.4 s for the answer.
sent() {
	ok "$1: $2 for $3" within "$2" "$3" $(($3 * (1 + $(cat "$TMP/ms") / 390)))
}

# herd NAME A AAAA HOST ASK-ARG...: libc alone sends 200 queries for each type
# asked; the shim sends A and AAAA of them. All get the same list.
herd() {
	name=$1 a=$2 aaaa=$3 host=$4
	shift 4
	forget
	libc=$("$ASK" -n 200 "$@" "$host" 80)
	like "$name: libc alone answers all alike" "$libc" '^200 callers, 1 different$'
	ok "$name: libc alone sends $(asked A "$host") A" test "$(asked A "$host")" -ge $((a * 200))
	ok "$name: libc alone sends $(asked AAAA "$host") AAAA" test "$(asked AAAA "$host")" -ge $((aaaa * 200))
	forget
	rm -f "$log"
	is "$name: all have libc's answer from the shim" \
		"$(GAISHIM_LOG=$log shimmed "$ASK" -v -n 200 "$@" "$host" 80 2>"$TMP/ms")" "$libc"
	sent "$name: A queries with the shim" "$(asked A "$host")" "$a"
	sent "$name: AAAA queries with the shim" "$(asked AAAA "$host")" "$aaaa"
	is "$name: one led" "$(grep -c ' how=led ' "$log")" 1
	is "$name: 199 waited" "$(grep -c ' how=waited ' "$log")" 199
	ok "$name: in the time of one ($(cat "$TMP/ms") ms)" test "$(cat "$TMP/ms")" -lt 2000
}

herd 'herd, A' 1 0 a.test -f inet
herd 'herd, AAAA' 0 1 both.test -f inet6
herd 'herd, both' 1 1 both.test
herd 'herd, NXDOMAIN' 1 1 absent.test

# --- small stacks: where libc gets by, so does the shim ---

nameserver 127.0.0.1
for host in a.test both.test absent.test localhost; do
	libc=$("$BUILD/tests/network/stack" 16 $host 2>/dev/null)
	status=$?
	if [ "$status" -gt 128 ]; then
		skip "a stack of 16 KiB: $host" "not enough for this libc alone"
		continue
	fi
	shim=$(shimmed "$BUILD/tests/network/stack" 16 $host 2>/dev/null)
	is "a stack of 16 KiB: $host: libc takes $libc bytes, with the shim it is ${shim:-too many}" $? "$status"
done
nameserver "$slow"

forget
is 'herd without the lock: as libc' "$(GAISHIM_LOCK=none shimmed "$ASK" -n 200 -f inet a.test 80)" \
	"$("$ASK" -n 200 -f inet a.test 80)"
ok 'herd without the lock: everybody asks' test "$(asked A a.test)" -ge 400

done_testing
