#!/bin/sh
# SPDX-License-Identifier: MIT
# The thread that asked first gets no processor: it is SCHED_IDLE, and others are busy.

. tests/weather/lib.sh

row_idle
[ -s "$TMP/idle.libc" ] || skip_all "$(cat "$TMP/idle.libc.err")"
no_worse 'a waiter behind an idle thread' 1 idle waiter
is 'the idle thread itself has an answer' "$(failed shim idle idle)" 0

done_testing
