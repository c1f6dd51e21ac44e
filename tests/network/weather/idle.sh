#!/bin/sh
# SPDX-License-Identifier: MIT
# The thread that asked first gets no processor: it is SCHED_IDLE, and others are busy.

. tests/network/weather/lib.sh

row_idle
[ -s "$TMP/idle.libc" ] || skip_all "$(cat "$TMP/idle.libc.err")"
is 'all are back: libc alone' "$(count libc idle)" 6
is 'all are back with the shim' "$(count shim idle)" 6
libc=$(median libc idle waiter)
bounded 'a waiter behind an idle thread' s "$libc" "$(median shim idle waiter)" "$(sum "$libc" 0.5)"
is 'all have the answer, the idle thread too' "$(failed shim idle)" 0

done_testing
