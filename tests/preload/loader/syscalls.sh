#!/bin/sh
# SPDX-License-Identifier: MIT
# The system calls of a lookup: what 101 lookups make and one does not. None for
# a numeric host, but for those that turn an interface's name into its index;
# nothing loaded for any.

. tests/lib/tap.sh

command -v strace >/dev/null || skip_all "strace is not installed"
strace -o "$TMP/out" true 2>/dev/null || skip_all "strace is not permitted here"

AI_ADDRCONFIG=32 AI_NUMERICHOST_ADDRCONFIG=36 AI_IDN=64 AI_CANONNAME_CANONIDN=130

# calls OBJECT HOST [FLAGS]: the calls of 100 lookups, as "name=count ...".
calls() {
	object=$1
	shift
	for n in 1 101; do
		strace -qq -o "$TMP/$n" -E LD_PRELOAD="$object" "$BUILD/tests/preload/loader/repeat" $n "$@"
	done
	# brk and the like are malloc's, and not for each lookup.
	for n in 1 101; do
		sed -n 's/^\([a-z_0-9]*\)(.*/\1/p' "$TMP/$n" | sort | uniq -c >"$TMP/$n.count"
	done
	awk 'NR == FNR { one[$2] = $1; next }
		$1 - one[$2] >= 50 { printf "%s%s=%d", sep, $2, $1 - one[$2]; sep = " " }' \
		"$TMP/1.count" "$TMP/101.count"
}

for host in 127.0.0.1 0x7f.1 ::1 2001:db8::1%7 ff05::1%4294967295; do
	is "$host" "$(calls "$GAISHIM_SO" $host)" ""
	is "$host, AI_ADDRCONFIG" "$(calls "$GAISHIM_SO" $host $AI_ADDRCONFIG)" ""
done
like "127.0.0.1, AI_ADDRCONFIG, without the shim: there are calls to be seen" \
	"$(calls "" 127.0.0.1 $AI_ADDRCONFIG)" 'socket=100'
is "a name where an address must be, AI_ADDRCONFIG" "$(calls "$GAISHIM_SO" localhost $AI_NUMERICHOST_ADDRCONFIG)" ""
is "fe80::1%lo" "$(calls "$GAISHIM_SO" fe80::1%lo)" "close=100 ioctl=100 socket=100"
is "fe80::1%1" "$(calls "$GAISHIM_SO" fe80::1%1)" "close=100 ioctl=100 socket=100"

# loaded OBJECT HOST FLAGS: what one lookup opens of libidn2, its libraries and
# the converters of iconv, and none does not (setlocale opens some).
loaded() {
	for n in 0 1; do
		strace -qq -e trace=open,openat -o "$TMP/$n" -E LD_PRELOAD="$1" \
			"$BUILD/tests/preload/loader/repeat" $n "$2" "$3"
		grep -Eo 'libidn2|libunistring|gconv' "$TMP/$n" | sort >"$TMP/$n.opened"
	done
	comm -13 "$TMP/0.opened" "$TMP/1.opened" | uniq
}

for locale in C C.UTF-8; do
	LC_ALL=$locale
	for flags in 0 $AI_IDN $AI_CANONNAME_CANONIDN $((AI_IDN + AI_CANONNAME_CANONIDN)); do
		is "１２７.０.０.１, flags $flags, locale $locale" "$(calls "$GAISHIM_SO" １２７.０.０.１ "$flags")" ""
		# Local sources may know it: libc looks for it there, unless AI_IDN is given.
		case $flags in
		"$AI_IDN" | "$((AI_IDN + AI_CANONNAME_CANONIDN))") wanted='' ;;
		*) wanted=$(calls "" 'ü\.test' 0) ;;
		esac
		is "a host without an ASCII form, flags $flags, locale $locale" "$(calls "$GAISHIM_SO" 'ü\.test' "$flags")" "$wanted"
		for host in １２７.０.０.１ 'ü\.test' localhost; do
			is "$host, flags $flags, locale $locale: nothing is loaded" \
				"$(loaded "$GAISHIM_SO" "$host" "$flags")" ""
		done
	done
done
if ldconfig -p | grep -q 'libidn2\.so\.0'; then
	like "libc alone loads libidn2 for localhost, AI_CANONIDN" \
		"$(loaded "" localhost $AI_CANONNAME_CANONIDN)" libidn2
else
	skip "libc alone loads libidn2" "there is none to load"
fi

# The log: a line is one write, and the file is neither followed nor inherited.
strace -qq -e trace=open,openat,write -o "$TMP/logged" -E LD_PRELOAD="$GAISHIM_SO" -E GAISHIM_LOG="$TMP/log" \
	"$BUILD/tests/preload/loader/repeat" 3 127.0.0.1
is "three lookups are three lines, and the process is one" "$(sed 's/.* call=.*/lookup/; s/.* program=.*/process/' "$TMP/log")" "process
lookup
lookup
lookup"
is "in four writes" "$(grep -c '^write(' "$TMP/logged")" 4
for flag in O_APPEND O_CLOEXEC O_NOFOLLOW; do
	is "the log is opened with $flag" "$(grep -F "$TMP/log" "$TMP/logged" | grep '^open' | grep -c "$flag")" 4
done
done_testing
