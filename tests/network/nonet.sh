#!/bin/sh
# SPDX-License-Identifier: MIT
# Numeric hosts where there is no network: loopback alone, down and then up.
# There libc refuses 127.0.0.1 to who asks for IPv4 with AI_ADDRCONFIG.

. tests/lib/net.sh

# libc answers these itself; the shim must not differ.
agree() {
	same "$1: 127.0.0.1, hints NULL" '^inet raw 0 flags=0x28 len=16 127.0.0.1 port=80' -N 127.0.0.1 80
	same "$1: ::1, hints NULL" '^inet6 stream 6 flags=0x28 len=28 ::1 port=80' -N ::1 80
	same "$1: 127.0.0.1, any family, AI_ADDRCONFIG" '^inet stream 6 flags=0x20' -a addrconfig 127.0.0.1
	same "$1: 127.0.0.1, IPv4" '^inet stream 6 flags=0 ' -f inet 127.0.0.1
	for host in 127.0.0.1 ::1; do
		libc=$(getent ahosts "$host")
		like "$1: getent ahosts $host: libc alone" "$libc" "^$host +STREAM $host"
		is "$1: getent ahosts $host: the same with the shim" "$(shimmed getent ahosts "$host")" "$libc"
	done
}

# refused WHERE FAMILY HOST: libc says EAI_NONAME, the shim answers as libc does
# without AI_ADDRCONFIG, and strict mode is libc again.
refused() {
	what="$1: $3, $2, AI_ADDRCONFIG"
	wanted=$("$ASK" -f "$2" "$3" 80 | sed 's/flags=0 /flags=0x20 /')
	is "$what: libc refuses" "$("$ASK" -f "$2" -a addrconfig "$3" 80)" code=EAI_NONAME
	like "$what: libc without the flag answers" "$wanted" "^$2 stream 6 flags=0x20 len=[0-9]+ $3 port=80"
	is "$what: the shim answers" "$(shimmed "$ASK" -f "$2" -a addrconfig "$3" 80)" "$wanted"
	is "$what: strict mode refuses" \
		"$(GAISHIM_STRICT=1 shimmed "$ASK" -f "$2" -a addrconfig "$3" 80)" code=EAI_NONAME
}

# getent_refused WHERE: getent asks ahostsv4 with AI_ADDRCONFIG.
getent_refused() {
	what="$1: getent ahostsv4 127.0.0.1"
	is "$what: libc refuses" "$(getent ahostsv4 127.0.0.1 || echo "exit $?")" 'exit 2'
	like "$what: the shim answers" "$(shimmed getent ahostsv4 127.0.0.1)" '^127.0.0.1 +STREAM 127.0.0.1'
	is "$what: strict mode refuses" \
		"$(GAISHIM_STRICT=1 shimmed getent ahostsv4 127.0.0.1 || echo "exit $?")" 'exit 2'
}

for loopback in down up; do
	ip link set lo "$loopback"
	agree "lo $loopback"
	refused "lo $loopback" inet 127.0.0.1
	refused "lo $loopback" inet6 ::1
	getent_refused "lo $loopback"
done

done_testing
