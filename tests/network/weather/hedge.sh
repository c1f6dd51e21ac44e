#!/bin/sh
# SPDX-License-Identifier: MIT
# --hedge and --deadline=1 beside libc alone: lost packets, and a nameserver that is dead.

. tests/network/weather/lib.sh

sides='libc hedge deadline'
row_lone
row_loss
row_dead
row_crowd
finish

is 'packets of a lone caller lost: libc alone' "$(count libc lone) $(failed libc lone)" '1 0'
is 'packets of a lone caller lost: the answer with --hedge' "$(count hedge lone) $(failed hedge lone)" '1 0'
ok 'packets of a lone caller lost: libc alone waits five seconds' at_most 4.9 "$(worst libc lone)"
bounded 'packets of a lone caller lost: --hedge' s "$(worst libc lone)" "$(worst hedge lone)" 1.5
is 'packets of a lone caller lost: --deadline=1 says EAI_AGAIN' "$(lookups deadline lone | awk '{ print $4 }')" -3

# An extra ask may lose its packets, too: then it takes one more.
is '2 % lost, 800 callers: all are back: libc alone' "$(count libc loss)" 800
is '2 % lost, 800 callers: all have the answer with --hedge' "$(count hedge loss) $(failed hedge loss)" '800 0'
ok '2 % lost: libc alone: some are slow' test "$(slow libc loss)" -gt 5
bounded '2 % lost: over 0.5 s with --hedge' callers "$(slow libc loss)" "$(slow hedge loss)" 3
bounded '2 % lost: the slowest with --hedge' s "$(worst libc loss)" "$(worst hedge loss)" 2.5
bounded '2 % lost: the slowest with --deadline=1' s "$(worst libc loss)" "$(worst deadline loss)" 1.5

# late ROW: the lookups with --deadline=1 that did not end at about one second.
late() {
	lookups deadline "$1" | awk '$3 < 0.95 || $3 > 1.6 { print }'
}

# codes WHO ROW: of all lookups, each once.
codes() {
	lookups "$1" "$2" | awk '{ print $4 }' | sort -u | tr '\n' ' '
}

# hedge_no_worse NAME ROW
hedge_no_worse() {
	is "$1: all are back with --hedge" "$(count hedge "$2")" "$(count libc "$2")"
	bounded "$1: the slowest with --hedge" s "$(worst libc "$2")" "$(worst hedge "$2")" "$(sum "$(worst libc "$2")" 0.5)"
}

is 'a dead nameserver: all calls are back: libc alone' "$(count libc dead)" 8
is 'a dead nameserver: all calls are back: --deadline=1' "$(count deadline dead)" 8
ok 'a dead nameserver: libc alone waits ten seconds' at_most 9.9 "$(worst libc dead)"
is 'a dead nameserver: --deadline=1: all end after a second' "$(late dead)" ''
is 'a dead nameserver: --deadline=1: EAI_AGAIN, TRY_AGAIN' "$(codes deadline dead)" '-3 2 '
hedge_no_worse 'a dead nameserver' dead

# At most 256 threads ask. With a deadline those who have none wait for one, and no longer.
is '300 hosts at a dead nameserver: all are back: libc alone' "$(count libc crowd)" 300
is '300 hosts at a dead nameserver: all are back: --deadline=1' "$(count deadline crowd)" 300
is '300 hosts at a dead nameserver: --deadline=1: all end after a second' "$(late crowd)" ''
is '300 hosts at a dead nameserver: --deadline=1: EAI_AGAIN' "$(codes deadline crowd)" '-3 '
hedge_no_worse '300 hosts at a dead nameserver' crowd

# A waiter holds what the lookup needs, as in modules.sh.
if is_glibc; then
	for row in constructor constructor_thread helper marked locked; do
		row_$row
		finish
		hedge_no_worse "$row" $row
		is "$row: the answer with --hedge" "$(failed hedge $row)" "$(failed libc $row)"
		is "$row: the answer with --deadline=1" "$(failed deadline $row)" "$(failed libc $row)"
		ok "$row: --deadline=1: $(worst deadline $row) s" at_most "$(worst deadline $row)" 1.6
	done
else
	skip 'waiters that hold what the lookup needs' 'no NSS modules: this libc is not glibc'
fi

done_testing
