#!/bin/sh
# SPDX-License-Identifier: MIT
# What who controls a nameserver can do: canonical names that are no names, names
# that would be something else decoded, answers as large as they get.

. tests/lib/net.sh
net_up
net_private_etc

aliases=127.0.0.66 # any name is an alias of what its first label spells
"$BUILD/tests/proof/security/aliases" $aliases >"$TMP/aliases" &
pids=$!
TAP_EXIT="kill $pids"

# nameserver ADDRESS [OPTION...]
nameserver() {
	printf 'nameserver %s\n' "$1" >/etc/resolv.conf
	shift
	printf 'options %s\n' "timeout:5 attempts:1 $*" >>/etc/resolv.conf
}

# alias BYTES: the name whose canonical name begins with these, for printf's %b.
alias() {
	printf '%b' "$1" | od -An -v -tx1 | tr -d ' \n'
	echo .test
}

nameserver $aliases
ok 'the nameserver is up' soon test -s "$TMP/aliases"

same 'an alias' ' canon=evil.test$' -f inet -a canonname "$(alias evil)"
# libc takes no such name, and stays with the one that was asked; glibc 2.31 has no answer.
refused=''
[ "$(getconf GNU_LIBC_VERSION)" != 'glibc 2.31' ] || refused='code=EAI_NONAME$'
for bytes in '\0033[31mx' 'a\0012b' 'a b' 'a"b' 'a/b' 'a@b' 'a\0134b' 'a.b' '\0000x' '\0377\0376'; do
	name=$(alias "$bytes")
	same "the alias $name" "${refused:- canon=$name\$}" -f inet -a canonname "$name"
	same "the alias $name, AI_CANONIDN" "${refused:- canon=$name\$}" -f inet -a canonname,canonidn "$name"
done

# canonical NAME OPTION...: what it is, of the alias of NAME, with the shim.
canonical() {
	name=$(alias "$1")
	shift
	shimmed "$ASK" -f inet "$@" "$name" | sed -n 's/.* canon=//p'
}

is 'an A-label is shown as it is' "$(canonical xn--bcher-kva -a canonname)" xn--bcher-kva.test
is 'and decoded with AI_CANONIDN' "$(canonical xn--bcher-kva -a canonname,canonidn)" bücher.test
# U+009B, which steers a terminal; 127。0。0。1; a full-width slash; a bidi override; U+0080.
for label in xn--x-tba xn--127001-rr3ebb xn--x-3n0i xn--evil-ud7a xn--abc; do
	is "$label is no name decoded: it stays" "$(canonical $label -a canonname,canonidn)" $label.test
done
is 'the case of an A-label does not matter' "$(canonical XN--Bcher-KVA -a canonname,canonidn)" Bücher.test
# name_of LABEL: the name of an address, by getnameinfo with NI_IDN (32).
name_of() {
	printf '192.0.2.77 %s.test\n' "$1" >/etc/hosts
	shimmed perl -MSocket=:addrinfo,inet_aton,pack_sockaddr_in -e \
		'print +(getnameinfo(pack_sockaddr_in(80, inet_aton("192.0.2.77")), 32))[1]'
}

is 'NI_IDN decodes the name of an address' "$(name_of xn--bcher-kva)" bücher.test
for label in xn--x-tba xn--127001-rr3ebb xn--x-3n0i xn--evil-ud7a xn--abc; do
	is "$label is no name decoded by NI_IDN: it stays" "$(name_of $label)" $label.test
done
printf '127.0.0.1 localhost\n' >/etc/hosts
# Nobody keeps apart what looks alike: а (U+0430) and a.
is 'so is one that looks like another name' "$(canonical xn--pple-43d -a canonname,canonidn)" аpple.test

# Shared answers: whom a lie reaches.
log=$TMP/log
GAISHIM_LOG=$log shimmed "$ASK" -n 20 -f inet lie.test >/dev/null
first=$(grep -c ' how=led ' "$log")
GAISHIM_LOG=$log shimmed "$ASK" -f inet lie.test >/dev/null
is 'a lie is not kept: the next lookup asks again' "$(grep -c ' how=led ' "$log")" $((first + 1))

# As large as they get: 3,000 addresses are 48,000 bytes, over TCP.
if command -v dnsmasq >/dev/null; then
	seq 3000 | awk '{ printf "198.18.%d.%d large.test\n", $1 / 250, $1 % 250 + 1 }' >"$TMP/large"
	dnsmasq --no-daemon --conf-file=/dev/null --listen-address=127.0.0.1 --bind-interfaces --no-resolv \
		--no-hosts --local=/test/ --addn-hosts="$TMP/large" 2>"$TMP/dnsmasq" &
	TAP_EXIT="kill $pids $!"
	nameserver 127.0.0.1 use-vc
	ok 'another nameserver is up' soon "$ASK" -f inet large.test
	# The order is the nameserver's, and turns.
	libc=$("$ASK" -f inet large.test | sort)
	is '3,000 addresses: libc alone has them' "$(printf '%s\n' "$libc" | grep -c ' 198\.18\.')" 3000
	ok 'with the shim they are the same' test "$(shimmed "$ASK" -f inet large.test | sort)" = "$libc"
	: >"$log"
	shared=$(GAISHIM_LOG=$log shimmed "$ASK" -n 10 -f inet large.test | sed 1d | sort)
	ok 'and for ten callers at once' test "$shared" = "$libc"
	like 'some of whom shared one' "$(cat "$log")" ' how=waited '
else
	skip '3,000 addresses' 'no dnsmasq: package dnsmasq-base'
fi

done_testing
