#!/bin/sh
# SPDX-License-Identifier: MIT
# Names that are not ASCII and not of the DNS: in /etc/hosts, in an NSS module, the
# machine's own. libc finds them as they are written, and so does the shim. A nameserver
# that knows every name, by another address, logs whether anything was sent.

. tests/lib/net.sh

command -v dnsmasq >/dev/null || skip_all "no dnsmasq: package dnsmasq-base"
net_up
net_private_etc

queries=$TMP/queries
# latin1 TEXT: TEXT without its UTF-8; 374 is the u umlaut.
latin1() {
	printf '%s\n' "$1" | LC_ALL=C sed "s/$(printf 'ü')/$(printf '\374')/g"
}

cat >>/etc/hosts <<END
192.0.2.21 drucker-süd
192.0.2.22 drucker.zürich.test alias.zürich.test
2001:db8::22 drucker.zürich.test
192.0.2.23 $(latin1 grün.test)
192.0.2.24 $(latin1 drucker-süd)
192.0.2.25 süd\ost.test
192.0.2.26 １２７.0.0.9
192.0.2.27 xn--alt-hoa.test ült.test
END
mkdir "$TMP/modules"
cp "$BUILD/tests/network/libnss.so" "$TMP/modules/libnss_test.so.2"
export LD_LIBRARY_PATH="$TMP/modules"
echo 'hosts: files test dns' >/etc/nsswitch.conf

dnsmasq --no-daemon --conf-file=/dev/null --listen-address=127.0.0.1 --bind-interfaces \
	--no-resolv --no-hosts --log-queries --log-facility=- \
	--address=/#/198.51.100.1 --address=/#/2001:db8:ff::1 2>>"$queries" &
TAP_EXIT="kill $!"
printf 'nameserver 127.0.0.1\n' >/etc/resolv.conf

sent() {
	grep -o 'query.*from' "$queries" | tr '\n' ' '
}

# silent NAME: no query was sent since the last call.
silent() {
	is "$1: no query" "$(sent)" ''
	: >"$queries"
}

ok 'the nameserver is up' soon "$ASK" a.test
like 'the nameserver logs' "$(sent)" 'query'
: >"$queries"

# --- what libc finds ---

# found NAME ADDRESS HOST: with any hints the shim finds what libc finds there.
found() {
	while read -r hints; do
		# shellcheck disable=SC2086 # words
		same "$1, hints '$hints'" "$2" $hints "$3"
		silent "$1, hints '$hints'"
	done <<-END

		-N
		-f inet
		-a canonname
		-a addrconfig
		-f inet -a canonname
		-f inet -a canonname,addrconfig
		-f inet6 -a v4mapped
		-f inet6 -a v4mapped,canonname
		-f inet -a canonname,canonidn
		-t any -a canonname
	END
	for call in gethostbyname gethostbyname_r gethostbyname2 gethostbyname2_r; do
		same "$1, $call" "^$(printf '%s' "$2" | tr -d ' ')$" -c $call "$3"
		silent "$1, $call"
	done
}

found 'hosts, one label' ' (::ffff:)?192.0.2.21 ' drucker-süd
found 'hosts, many labels' ' (192.0.2.22|2001:db8::22) ' drucker.zürich.test
found 'hosts, an alias' ' (::ffff:)?192.0.2.22 ' alias.zürich.test
found 'hosts, Latin-1' ' (::ffff:)?192.0.2.23 ' "$(latin1 grün.test)"
found 'hosts, one label in Latin-1' ' (::ffff:)?192.0.2.24 ' "$(latin1 drucker-süd)"
found 'hosts, without an ASCII form' ' (::ffff:)?192.0.2.25 ' 'süd\ost.test'
found 'hosts, the alias of an A-label' ' (::ffff:)?192.0.2.27 ' ült.test
found 'NSS module, UTF-8' ' (::ffff:)?192.0.2.31 ' module-süd
found 'NSS module, Latin-1' ' (::ffff:)?192.0.2.31 ' "$(latin1 module-süd.test)"
same 'hosts, of IPv6' '^2001:db8::22$' -c gethostbyname2 -f inet6 drucker.zürich.test
silent 'hosts, of IPv6'
for call in gethostbyaddr gethostbyaddr_r getnameinfo; do
	same "$call: a name of /etc/hosts" '(^| )drucker.zürich.test' -c $call 192.0.2.22
	same "$call: a name of /etc/hosts, of IPv6" '(^| )drucker.zürich.test' -c $call 2001:db8::22
	same "$call: a name of /etc/hosts, one label" '(^| )drucker-süd$' -c $call 192.0.2.21
	like "$call: a name of /etc/hosts, Latin-1: libc alone" "$("$ASK" -c $call 192.0.2.23 | LC_ALL=C tr '\374' u)" '(^| )grun.test$'
	is "$call: a name of /etc/hosts, Latin-1" "$(shimmed "$ASK" -c $call 192.0.2.23)" "$("$ASK" -c $call 192.0.2.23)"
	silent "$call"
done
like 'the canonical name is the one of /etc/hosts' \
	"$(shimmed "$ASK" -f inet -a canonname alias.zürich.test)" 'canon=drucker.zürich.test$'
: >"$queries"

# named NAME COMMAND [ARG...]: runs it on a machine of that name.
# shellcheck disable=SC2016 # for the inner shell
named() {
	unshare -u sh -c 'printf %s "$1" >/proc/sys/kernel/hostname && shift && exec "$@"' sh "$@"
}

if named büro true 2>/dev/null; then
	# own NAME HOST
	own() {
		libc=$(named "$2" "$ASK" -f inet "$2")
		like "$1: libc alone" "$libc" ' 192.0.2.32 '
		is "$1: the same with the shim" \
			"$(LD_PRELOAD=${LD_PRELOAD:+$LD_PRELOAD:}$GAISHIM_SO named "$2" "$ASK" -f inet "$2")" "$libc"
		is "$1: the same with the shim, gethostbyname" \
			"$(LD_PRELOAD=${LD_PRELOAD:+$LD_PRELOAD:}$GAISHIM_SO named "$2" "$ASK" -c gethostbyname "$2")" \
			"$(named "$2" "$ASK" -c gethostbyname "$2")"
		silent "$1"
	}
	own 'own name, UTF-8' büro
	own 'own name, Latin-1' "$(latin1 büro)"
else
	skip 'own name' 'a UTS namespace is not permitted here, or /proc is read-only'
fi

# --- the log ---

# logged HOST [ASK-ARG...]: how it was answered, and with which code.
logged() {
	GAISHIM_LOG=stderr shimmed "$ASK" "$@" 2>&1 >/dev/null | grep -o ' normalized=[^ ]*\| how=[^ ]*\| code=[^ ]*' | tr -d '\n'
}

is 'log: found as it is written' "$(logged drucker-süd)" ' how=local code=0'
is 'log: refused' "$(logged "$(latin1 rün)")" ' how=refused code=EAI_NONAME'
silent 'log'
is 'log: the ASCII form' "$(logged rün.test)" ' normalized="xn--rn-xka.test" how=led code=0'

# --- what libc does not find: its ASCII form is looked up, and nothing else is sent ---

# elsewhere HINTS A AAAA: such queries are sent for büro.test's ASCII form.
elsewhere() {
	: >"$queries"
	# shellcheck disable=SC2086 # words
	is "in the DNS, hints '$1': as the ASCII form" "$(shimmed "$ASK" $1 büro.test)" "$("$ASK" $1 xn--bro-hoa.test)"
	is "in the DNS, hints '$1': twice $2 A" "$(grep -c 'query\[A\] xn--bro-hoa.test from' "$queries")" $((2 * $2))
	is "in the DNS, hints '$1': twice $3 AAAA" "$(grep -c 'query\[AAAA\] xn--bro-hoa.test from' "$queries")" $((2 * $3))
	is "in the DNS, hints '$1': no other" "$(grep -c 'query\[' "$queries")" $((2 * ($2 + $3)))
}

elsewhere '' 1 1
elsewhere '-f inet' 1 0
elsewhere '-f inet6' 0 1
elsewhere '-a canonname' 1 1
elsewhere '-f inet -a canonname' 1 0
elsewhere '-f inet6 -a canonname' 0 1
elsewhere '-a idn' 1 1
elsewhere '-c gethostbyname' 1 0
elsewhere '-c gethostbyname_r' 1 0
elsewhere '-c gethostbyname2' 1 0
elsewhere '-c gethostbyname2 -f inet6' 0 1
elsewhere '-c gethostbyname2_r -f inet6' 0 1
: >"$queries"

# --- a module that asks something itself, while it looks for a name as it is written ---

# It must not wait for a caller who waits for the module.
GAISHIM_LOG=$TMP/log shimmed "$ASK" -f inet nested-süd.test >/dev/null
is 'a lookup within this lookup waits for nobody' \
	"$(sed -n 's/.* host="server.test".* how=\([a-z]*\) .* code=\([^ ]*\) .*/\1 \2/p' "$TMP/log" | sort | tr '\n' ,)" 'led 0,passed 0,'
: >"$queries"

# --- AI_IDN: the ASCII form alone is looked for, as libc does ---

same 'AI_IDN, UTF-8 in hosts' ' 198.51.100.1 ' -f inet -a idn drucker.zürich.test
is 'AI_IDN: the ASCII form alone' "$(sent)" 'query[A] drucker.xn--zrich-kva.test from query[A] drucker.xn--zrich-kva.test from '
: >"$queries"

# --- hosts without an ASCII form ---

# refuse NAME HOST: such a host is none, whatever the hints, and nothing is sent.
refuse() {
	while read -r hints; do
		# shellcheck disable=SC2086 # words
		is "$1, hints '$hints': no such host" "$(shimmed "$ASK" $hints "$2" 80)" code=EAI_NONAME
	done <<-END

		-N
		-f inet
		-f inet -a canonname
		-f inet6 -a canonname,addrconfig
		-a numerichost
		-a numerichost,idn
	END
	for call in gethostbyname gethostbyname_r gethostbyname2 gethostbyname2_r; do
		is "$1, $call: no such host" "$(shimmed "$ASK" -c $call "$2")" code=HOST_NOT_FOUND
	done
	is "$1, gethostbyname2 of IPv6: no such host" "$(shimmed "$ASK" -c gethostbyname2 -f inet6 "$2")" \
		code=HOST_NOT_FOUND
	is "$1, AI_IDN: it cannot be encoded" "$(shimmed "$ASK" -a idn "$2" 80)" code=EAI_IDN_ENCODE
	silent "$1"
}

# Domains to search are not tried either.
for search in 'nothing to search' 'search search.test other.test'; do
	printf 'nameserver 127.0.0.1\noptions ndots:3\n%s\n' "${search#nothing *}" >/etc/resolv.conf
	refuse "$search: Latin-1" "$(latin1 bücher.test)"
	refuse "$search: Latin-1, one label" "$(latin1 bücher)"
	refuse "$search: Latin-1, absolute" "$(latin1 bücher.test.)"
	refuse "$search: a joiner" "$(printf 'a\342\200\215b.test')"
	refuse "$search: a combining mark first" "$(printf '\314\210cher.test')"
	refuse "$search: a backslash" 'bü\cher.test'
done
printf 'nameserver 127.0.0.1\n' >/etc/resolv.conf

# libc has a code of its own then, for one family.
mv /etc/hosts /etc/nsswitch.conf "$TMP"
echo 'hosts: files' >/etc/nsswitch.conf
refuse 'no /etc/hosts: Latin-1' "$(latin1 bücher.test)"
mv "$TMP/hosts" "$TMP/nsswitch.conf" /etc

# --- what is never asked for as it is written ---

is 'full-width digits are numeric, whatever /etc/hosts says' \
	"$(shimmed "$ASK" １２７.0.0.9)" "$("$ASK" 127.0.0.9)"
is 'full-width digits are numeric for gethostbyname, too' \
	"$(shimmed "$ASK" -c gethostbyname １２７.0.0.9)" "$("$ASK" -c gethostbyname 127.0.0.9)"
silent 'full-width digits'

# --- libc's own behaviour ---

for setting in GAISHIM_IDN=off GAISHIM_STRICT=1; do
	# left NAME ASK-ARG...
	left() {
		name=$1
		shift
		is "$setting: $name" "$(shimmed env "$setting" "$ASK" "$@")" "$("$ASK" "$@")"
	}
	left 'in hosts' drucker-süd
	left 'in hosts, gethostbyname' -c gethostbyname drucker-süd
	left 'nowhere, gethostbyname' -c gethostbyname büro.test
	left 'in hosts, Latin-1' "$(latin1 drucker-süd)"
	left 'nowhere' büro.test
	left 'nowhere, Latin-1' "$(latin1 büro.test)"
	left 'Latin-1, AI_IDN' -a idn "$(latin1 büro.test)"
	left 'Latin-1, AI_NUMERICHOST' -a numerichost "$(latin1 büro.test)"
done

done_testing
