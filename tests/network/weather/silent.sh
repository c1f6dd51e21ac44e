#!/bin/sh
# SPDX-License-Identifier: MIT
# One nameserver is silent, and two are: 200 threads know it as soon as libc's do, and
# their process sends a tenth of libc's queries.

. tests/network/weather/lib.sh

row_one_silent
row_two_silent
finish

# judge NAME ROW HOST
judge() {
	no_worse "$1" 200 "$2"
	libc=$(asked "$3-libc.test")
	ok "$1: libc alone: $libc queries" test "$libc" -ge 200
	bounded "$1" queries "$libc" "$(asked "$3-shim.test")" $((libc / 10))
}

judge 'one silent nameserver' one_silent one-silent
judge 'two silent nameservers' two_silent two-silent

done_testing
