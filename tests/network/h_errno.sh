#!/bin/sh
# SPDX-License-Identifier: MIT
# h_errno of the thread, which libc's resolver sets beside the code that an _r form hands out.
# Perl with threads reads it. The shim leaves what libc leaves: to one caller, to callers who
# share an answer, and where threads of ours ask.

. tests/lib/net.sh

command -v dnsmasq >/dev/null || skip_all "no dnsmasq: package dnsmasq-base"
net_up
net_private_etc

slow=127.0.0.53   # 0.2 s away: long enough for callers to share
silent=127.0.0.54 # answers after the test has ended
dnsmasq --no-daemon --conf-file=/dev/null --listen-address=127.0.0.1 --bind-interfaces \
	--no-resolv --no-hosts --log-facility=- --local=/test/ --local=/2.0.192.in-addr.arpa/ \
	--host-record=a.test,192.0.2.10 --host-record=xn--bcher-kva.test,192.0.2.20 2>"$TMP/dnsmasq" &
pids=$!
"$BUILD/tests/network/slow" "$slow" 127.0.0.1 200 >"$TMP/slow" &
pids="$pids $!"
"$BUILD/tests/network/slow" "$silent" 127.0.0.1 60000 >"$TMP/silent" &
TAP_EXIT="kill $pids $!"

# nameserver ADDRESS
nameserver() {
	printf 'nameserver %s\noptions timeout:1 attempts:1\n' "$1" >/etc/resolv.conf
}

nameserver 127.0.0.1
ok 'the nameserver is up' soon "$ASK" a.test
ok 'the slow one is up' soon test -s "$TMP/slow"
ok 'the silent one is up' soon test -s "$TMP/silent"
[ "$TAP_FAILED" -eq 0 ] || done_testing

# left NAME H_ERRNO ASK-ARG...: libc alone leaves that where 77 was before.
left() {
	name=$1 h_errno=$2
	shift 2
	same "$name" "^h_errno=$h_errno\$" -e "$@"
	wanted="6 callers, 1 different
$same_libc"
	is "$name: for all who ask" "$(shimmed "$ASK" -e -n 6 "$@")" "$wanted"
	is "$name: asked by a thread of ours" "$(GAISHIM_DEADLINE=60 shimmed "$ASK" -e -n 6 "$@")" "$wanted"
}

# The codes are HOST_NOT_FOUND 1, TRY_AGAIN 2, NO_DATA 4. libc leaves the first one even for a
# name that it has from a nameserver, but not for an address.
nameserver "$slow"
left 'A' 1 -c gethostbyname_r a.test
left 'PTR' 77 -c gethostbyaddr_r 192.0.2.10
left 'NXDOMAIN' 1 -c gethostbyname_r absent.test
left 'no data' 4 -c gethostbyname2_r -f inet6 a.test
left 'PTR, NXDOMAIN' 1 -c gethostbyaddr_r 192.0.2.99
left 'refused' 2 -c gethostbyname_r nobody.example
left 'PTR, refused' 2 -c gethostbyaddr_r 2001:db8::99
left 'gethostbyname, A' 1 -c gethostbyname a.test
left 'gethostbyname, refused' 2 -c gethostbyname nobody.example
left 'gethostbyaddr, PTR' 77 -c gethostbyaddr 192.0.2.10

# Where no nameserver is asked.
left 'a name of /etc/hosts' 77 -c gethostbyname_r localhost
left 'an address of /etc/hosts' 77 -c gethostbyaddr_r ::1
left 'a numeric host' 77 -c gethostbyname_r 192.0.2.10
left 'a host that is no name' 77 -c gethostbyname_r 'no host.test'
left 'a host without an ASCII form' 77 -c gethostbyname_r 'süd\ost.test'

nameserver 127.0.0.1
is 'a Unicode host: as its ASCII form' "$(shimmed "$ASK" -e -c gethostbyname_r bücher.test)" \
	"$("$ASK" -e -c gethostbyname_r xn--bcher-kva.test)"
is 'retried' "$(GAISHIM_RETRY=1 shimmed "$ASK" -e -c gethostbyname_r nobody.example)" \
	"$("$ASK" -e -c gethostbyname_r nobody.example)"
like 'the log has the code alone' \
	"$(GAISHIM_LOG=stderr shimmed "$ASK" -c gethostbyname_r nobody.example 2>&1 >/dev/null)" ' code=TRY_AGAIN us='

nameserver "$silent"
left 'timeout' 2 -c gethostbyname_r a.test
left 'PTR, timeout' 2 -c gethostbyaddr_r 192.0.2.10

nameserver 127.0.0.1
# shellcheck disable=SC2016 # perl's variables
ask_perl='gethostbyaddr(inet_pton(AF_INET, "192.0.2.99"), AF_INET); print $? >> 0, "\n"'
if command -v perl >/dev/null; then
	is "perl's status" "$(shimmed perl -MSocket -e "$ask_perl")" "$(perl -MSocket -e "$ask_perl")"
else
	skip "perl's status" 'no perl'
fi
done_testing
