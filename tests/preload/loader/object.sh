#!/bin/sh
# SPDX-License-Identifier: MIT
# The shape of the object: what a loader reads of it before any of it runs.

. tests/lib/tap.sh

command -v readelf >/dev/null || skip_all "no readelf (binutils)"
object=$GAISHIM_SO

dynamic=$(readelf -dW "$object")
segments=$(readelf -lW "$object")
# Value, binding, visibility, section and name of each dynamic symbol.
symbols=$(readelf --dyn-syms -W "$object" | awk '$1 ~ /^[0-9]+:$/ && $8 != "" { print $4, $5, $6, $7, $8 }')

# has_not NAME TEXT ERE: passes if no line matches.
has_not() {
	is "$1" "$(printf '%s\n' "$2" | grep -E -- "$3")" ""
}

is "needs libc and nothing else" \
	"$(printf '%s\n' "$dynamic" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p')" "libc.so.6"
has_not "no run path" "$dynamic" '\((RPATH|RUNPATH)\)'
has_not "no text relocations" "$dynamic" 'TEXTREL'
like "bound when loaded" "$dynamic" '\(FLAGS\).*BIND_NOW|\(BIND_NOW\)|\(FLAGS_1\).*NOW'
like "relocations are read-only afterwards" "$segments" '^ *GNU_RELRO '
like "the stack is not executable" "$segments" '^ *GNU_STACK .* RW +0x'
has_not "no segment is writable and executable" "$segments" '^ *LOAD .* RWE '

exports=$(sed -n 's/^\t*\([a-z0-9_]*\);$/\1/p' shim/exports.map | sort | tr '\n' ' ')
like "the map names exports" "$exports" '(^| )getaddrinfo '
is "exports what the map names, without versions" \
	"$(printf '%s\n' "$symbols" | awk '$4 != "UND" && $2 != "LOCAL" { print $5 }' | sort | tr '\n' ' ')" \
	"$exports"

# Every process pays for these at its start: most are tables of libunistring's.
relocations=$(readelf -rW "$object" | grep -c ' R_')
imports=$(printf '%s\n' "$symbols" | awk '$4 == "UND" && $5 != ""' | wc -l)
ok "at most 520 relocations: $relocations" test "$relocations" -le 520
ok "at most 62 symbols to be found at load: $imports" test "$imports" -le 62

# A page fault is half a microsecond or several, by the machine. An empty object has some, too.
# shellcheck disable=SC2046 # two numbers
set -- $("$BUILD/tests/preload/loader/faults" "$BUILD/tests/bench/libempty.so" "$object")
ok "at most 4 page faults at load over those of an empty object: $2 to $1" test "$2" -le $(($1 + 4))

# A function that glibc 2.34 took from libpthread or libdl must not be named to the linker, not
# even as a weak symbol: before 2.30 the loader refuses a version that is in another library.
libc=$(ldd "$object" | sed -n 's/.*libc\.so\.6 => \([^ ]*\).*/\1/p')
moved=$(readelf --dyn-syms -W "$libc" | sed -n 's/.* \([a-z_]*\)@@GLIBC_2\.34.*/\1/p')
if [ -n "$moved" ]; then
	has_not "loads on glibc 2.28: no function has moved" \
		"$(printf '%s\n' "$symbols" | sed -n 's/.* UND \(.*\)@.*/\1/p')" "^($(printf '%s\n' "$moved" | paste -sd '|' -))\$"
else
	skip "loads on glibc 2.28: no function has moved" "this libc is older than 2.34"
fi

# Where libc lacks a version, no program starts, though the object would leave every call to
# such an old libc. Versions are compared as numbers, padded: 2.2.5 comes before 2.17. A weak
# symbol that the system lacks is none to the loader; but the version itself must be there,
# unless it too is marked weak.
too_new() {
	sed -n 's/.*@GLIBC_\([0-9.]*\).*/\1 &/p' |
		awk '{ split($1, v, "."); if (v[1] * 1000 + v[2] > 2017) print $NF }'
}
is "loads on glibc 2.17: symbols" \
	"$(printf '%s\n' "$symbols" | awk '$4 == "UND" && $2 != "WEAK" { print $5 }' | too_new)" ""
is "loads on glibc 2.17: versions" \
	"$(readelf -VW "$object" | sed -n 's/.*Name: \(GLIBC_[0-9.]*\) *Flags: none.*/@\1/p' | too_new)" ""

done_testing
