#!/bin/sh
# SPDX-License-Identifier: MIT
# The idna codec of --python-idna=libidn2: its contract and its limits (codec.py),
# what CPython's own tests ask of it, that it loads nothing, that text, bytes and
# curl come to one host, and that bad hosts end as they do without it.

. tests/python/lib.sh

export PYTHONDONTWRITEBYTECODE=1
codec=tests/python/codec.py
# curl remembers the answer for a host: each is another one.
hosts='a.bücher.fake b.BÜCHER.FAKE c.bu'$(printf '\314\210')'cher.fake d.bücher。fake e.faß.fake
	f.βόλος.fake g.ｆａß.fake h.☃.fake i.i❤.fake j.例え.fake k.نامه'$(printf '\342\200\214')'ای.fake
	l.xn--bcher-kva.fake m.plain.fake n.１２７.fake'

# served COMMAND [ARG...]: with the codec, and the fake resolver behind the shim.
served() {
	# shellcheck disable=SC2016 # the inner shell's LD_PRELOAD
	"$gaishim" --python-idna="${served_by:-libidn2}" --log="${served_log:-/dev/null}" \
		sh -c 'LD_PRELOAD=$LD_PRELOAD:$0 exec "$@"' "$BUILD/tests/lib/libfake.so" "$@"
}

# names LOG: the hosts that libc was asked for.
names() {
	sed -n '/ host=/!d; s/.* host="\([^"]*\)".*/\1 &/; s/^[^ ]* .* normalized="\([^"]*\)".*/\1 &/; s/ .*//p' "$1"
}

contract() {
	ok "$1 holds the contract" timeout 100 "$gaishim" --python-idna=libidn2 "$2" -W ignore -bb "$codec"
	ok "$1: what is said of Python's own codec is so" "$gaishim" "$2" "$codec" --python
}

# In the development mode, where there is one: it looks harder.
ending() {
	set -- "$1 ends while it encodes" "$2" -X dev
	[ "${1%% *}" != 2.7 ] || set -- "$1" "$2"
	ending_name=$1
	shift
	is "$ending_name" "$(timeout 60 "$gaishim" --python-idna=libidn2 "$@" "$codec" --exit 2>/dev/null
		echo $?)" 'encoded at exit
0'
}

own_tests() {
	"$2" -c 'import test.test_codecs' 2>/dev/null || {
		skip "$1: test_codecs" "this interpreter has come without its tests"
		return
	}
	timeout 100 "$gaishim" --python-idna=libidn2 "$2" -m unittest test.test_codecs.IDNACodecTest \
		test.test_codecs.NameprepTest test.test_codecs.BasicUnicodeTest >"$TMP/own" 2>&1
	case $1 in
	# On purpose: nothing is left of that label, so what is before it ends in a dot.
	3.13) is "$1: test_codecs, but for one host" "$(grep -E '^(FAIL|ERROR):' "$TMP/own" | sed "s/ (.*case='/ /; s/'.*//")" \
		"FAIL: test_builtin_encode_invalid あさ.$(printf '\315\217')" ;;
	*) like "$1: test_codecs" "$(tail -n 1 "$TMP/own")" '^OK' ;;
	esac
}

# opened PYTHON: what it opens for lookups.
opened() {
	served strace -f -qq -o "$TMP/opened" -e trace=open,openat,access,faccessat,faccessat2 "$1" "$codec" --quiet
	sed -n '\,"/begin",,\,"/end",p' "$TMP/opened" | grep open | grep -v /dev/null
}

nothing_loaded() {
	is "$1 opens nothing for a Unicode host" "$(opened "$2")" ''
	[ "$1" = 2.7 ] || like "$1: its own codec does" "$(served_by=off opened "$2")" 'stringprep'
}

one_host() {
	rm -f "$TMP/log"
	# shellcheck disable=SC2086 # a host a word
	served_log=$TMP/log served "$2" "$codec" --ask $hosts
	is "$1: text and bytes come to curl's hosts" "$(names "$TMP/log")" "$twice"
}

# kinds VERSION PYTHON: long hosts are short without the codec: Python's own takes seconds.
kinds() {
	"$gaishim" "$2" -W ignore "$codec" --kinds 1000 >"$TMP/without"
	timeout 100 "$gaishim" --python-idna=libidn2 "$2" -W ignore "$codec" --kinds 100000 >"$TMP/with"
	# On purpose: these two are refused, and went to libc. A converter's error is
	# a TypeError in CPython 3.
	is "$1: bad hosts end as without it" "$(sed -E 's/( unicode-(nul|labels)) .*/\1/' "$TMP/with")" \
		"$(sed -E 's/( unicode-(nul|labels)) .*/\1/' "$TMP/without")"
	is "$1: or are refused" "$(grep -Fxvf "$TMP/without" "$TMP/with" | grep -Ev '(UnicodeError|TypeError)$')" ''
	is "$1: those that only this codec refuses" "$(grep -E '^getaddrinfo unicode-(nul|labels) ' "$TMP/with")" \
		'getaddrinfo unicode-nul UnicodeError
getaddrinfo unicode-labels UnicodeError'
}

for_pythons contract
for_pythons ending
for_pythons own_tests

if strace -o "$TMP/strace" true 2>/dev/null; then
	for_pythons nothing_loaded
else
	skip 'nothing is loaded for a lookup' 'strace is not installed, or not permitted here'
fi

# That of Debian 11 refuses symbols itself.
! curl --version 2>/dev/null | grep -q ' libidn2/2\.3\.0 ' ||
	hosts=$(printf '%s\n' "$hosts" | sed 's/ h\.☃\.fake i\.i❤\.fake//')
if curl --version 2>/dev/null | grep -q '^Features.* IDN'; then
	# shellcheck disable=SC2046,SC2086 # a host a word
	served_log=$TMP/curl served curl -s -m 2 $(printf 'http://%s/ ' $hosts)
	# shellcheck disable=SC2086
	is 'curl asks for each host' "$(names "$TMP/curl" | wc -l)" "$(printf '%s\n' $hosts | wc -l)"
	twice=$(names "$TMP/curl" | sed p)
	for_pythons one_host
else
	skip 'text, bytes and curl' 'no curl with IDN'
fi

for_pythons kinds
done_testing
