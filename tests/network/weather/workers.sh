#!/bin/sh
# SPDX-License-Identifier: MIT
# Limit: 900 s
# Workers of Python and Ruby under a parent whose threads look up: a name with several addresses,
# for which libc takes its lock around the list of interfaces, and one of 20 ms.
#
#   FORKS=1000 tests/run tests/network/weather/workers.sh     so many children each (200)

. tests/network/weather/lib.sh

printf '%s several.test\n' 192.0.2.1 192.0.2.2 192.0.2.3 fd00::1 fd00::2 >>/etc/hosts

# workers INTERPRETER FILE: its children by libc alone, and with the object.
workers() {
	if ! command -v "$1" >/dev/null; then
		skip "$1: workers" "there is no $1"
		return
	fi
	run libc "$1" '' "$@" 40 2 several.test slow-20-"$1"-WHO.test
	run shim "$1" '' "$@" "${FORKS:-200}" 40 several.test slow-20-"$1"-WHO.test
	printf '# libc alone, %s: %s\n' "$1" "$(cat "$TMP/$1.libc" "$TMP/$1.libc.err")"
	like "$1: with libc alone workers hang" "$(cat "$TMP/$1.libc")" ', [1-9][0-9]* hung, '
	like "$1: none does with the shim" "$(cat "$TMP/$1.shim" "$TMP/$1.shim.err")" '^[0-9]* [a-z]*, 0 hung, 0 failed$'
}

workers python3 tests/network/weather/workers.py
workers ruby tests/network/weather/workers.rb
done_testing
