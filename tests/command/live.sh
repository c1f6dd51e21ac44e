#!/bin/sh
# SPDX-License-Identifier: MIT
# gaishim doctor --live: hosts of /etc/hosts, numeric ones, such as nobody knows and such as are
# meant to do harm; each program that can ask; and each verdict on what two sides answer.

# An /etc of the test's own, where the kernel lets it have one.
if [ -z "${LIVE_ETC-}" ]; then
	for how in -m -rm; do
		! unshare $how mount --bind /etc /etc 2>/dev/null || LIVE_ETC=own exec unshare $how env LIVE_ETC=own "$0"
	done
fi
. tests/lib/tap.sh
. tests/lib/doctor.sh
unset LD_PRELOAD PYTHONPATH LD_LIBRARY_PATH
PATH=/usr/bin:/bin:$PATH # python3 itself, no starter of one
umask 022
chmod 755 "$TMP"

tree=$TMP/tree
checkout "$tree"
unset GAISHIM_SO
object=$tree/build/libgaishim.so
shell='' n='
'
esc=$(printf '\033')

# row NAME CALL ERE: the row of that call, in the first table, matches.
row() {
	like "$1" "$(printf '%s\n' "$out" | grep "^  $2 " | sed q)" "^  $2 +$3\$"
}

# says NAME STATUS ERE: one of live's findings has that status and matches.
says() {
	like "$1" "$(printf '%s\n' "$out" | grep "^$2  *live: ")" "$3"
}

# denies NAME ERE: nothing that live says matches.
denies() {
	is "$1" "$(printf '%s\n' "$out" | grep -E -- "$2")" ''
}

usage() {
	for words in --live '--live --' '--json --live'; do
		# shellcheck disable=SC2086 # words
		doctor -- $words
		is "$words: status" "$status" 2
		like "$words: it says what is missing" "$(cat "$TMP/err")" 'needs a HOST'
	done
	for words in a.test '-- a.test' '--live --what' '--live a.test -x'; do
		# shellcheck disable=SC2086 # words
		doctor -- $words
		is "$words: status" "$status" 2
		like "$words: it says what is allowed" "$(cat "$TMP/err")" 'allowed are --json, --live HOST... and --help'
		is "$words: nothing is asked" "$out" ''
	done
	like "a hyphen in front: where it goes" "$(doctor -- --live -x; cat "$TMP/err")" 'goes behind --'
	doctor
	denies "without --live nothing of it" live
}

names() {
	doctor -- --live seven.test
	is "a name of /etc/hosts: status" "$status" 0
	is "a name of /etc/hosts: nothing on standard error" "$(cat "$TMP/err")" ''
	both='(2001:db8::7 192.0.2.7|192.0.2.7 2001:db8::7)'
	row "getaddrinfo" getaddrinfo "led asks=1 +/etc/hosts +[0-9]+ +[0-9]+  $both \\| the same"
	row "gethostbyname" gethostbyname "led asks=1 +/etc/hosts +[0-9]+ +[0-9]+  192.0.2.7 \\| the same"
	row "gethostbyaddr" gethostbyaddr "led asks=1 +/etc/hosts +[0-9]+ +[0-9]+  seven.test \\| the same"
	row "getnameinfo" getnameinfo "led asks=1 +/etc/hosts +[0-9]+ +[0-9]+  seven.test \\| the same"
	says "it is the same with libc alone" ok '"seven.test": libc alone has the same answers; calls compared: 4$'
	says "the order of asking is told" note 'gaishim was asked first: a cache'
	doctor -- --live nosuch.test
	is "a name that nobody has: status" "$status" 0
	row "a name that nobody has" getaddrinfo 'led asks=1 +- +[0-9]+ +[0-9]+  EAI_NONAME \| the same'
	row "its code of h_errno" gethostbyname 'led asks=1 +- +[0-9]+ +[0-9]+  HOST_NOT_FOUND \| the same'
	row "no address, no name" gethostbyaddr 'not checked: no address to ask for'
	row "nor by the other call" getnameinfo 'not checked: no address to ask for'
	doctor --lock=none -- --live seven.test
	row "--lock=none" getaddrinfo 'passed .*/etc/hosts .* the same'
	doctor -- --live app.localhost
	is "a name under localhost: status" "$status" 0
	row "a name under localhost" getaddrinfo 'localhost asks=1 +gaishim \(localhost\) .*127.0.0.1.* \| EAI_NONAME'
	says "a difference on purpose" note '"app.localhost": getaddrinfo: .*on purpose: names under localhost'
	doctor -- --live bücher.local
	row "a name in UTF-8 under .local" getaddrinfo 'led asks=1 +/etc/hosts .* 192.0.2.8 \| the same'
	doctor -- --live straße.test
	row "a name in UTF-8 that /etc/hosts has" getaddrinfo 'local asks=1 +/etc/hosts .* 192.0.2.6 \| the same'
	doctor -- --live 192.0.2.9
	row "a name that would steer a terminal" gethostbyaddr '.*  harm\\x1b\[31m.test \| the same'
	is "does not" "$(printf '%s\n' "$out" | grep -c "$esc")" 0
	echo "$object" >/etc/ld.so.preload
	doctor -- --live １２７.0.0.1
	rm /etc/ld.so.preload
	row "in /etc/ld.so.preload it is switched off for libc's side" getaddrinfo 'numeric .* 127.0.0.1 \| EAI_NONAME'
	says "and that is told" note '/etc/ld.so.preload has the object'
}

numeric() {
	doctor -- --live 127.1
	is "a numeric host: status" "$status" 0
	for call in getaddrinfo gethostbyname; do
		row "a numeric host: $call" $call 'numeric +gaishim \(numeric\) +[0-9]+ +[0-9]+  127.0.0.1 \| the same'
	done
	doctor -- --live 127.0.0.1 ::1 127.2
	is "several hosts: a table each, in their order" "$(printf '%s\n' "$out" | sed -n 's/^live \(".*"\), .*/\1/p' | tr '\n' ' ')" '"127.0.0.1" "::1" "127.2" '
	LD_PRELOAD=$object doctor -- --live １２７.0.0.1
	is "a Unicode host: status" "$status" 0
	row "libc is asked alone, whatever is preloaded" getaddrinfo 'numeric +gaishim \(numeric\) .* 127.0.0.1 \| EAI_NONAME'
	says "a Unicode host is a difference on purpose" note '"１２７.0.0.1": getaddrinfo: with gaishim \(how=numeric\) 127.0.0.1, by libc alone EAI_NONAME: on purpose: a Unicode host'
	denies "they do not have the same answers" 'the same answers'
	doctor --strict -- --live １２７.0.0.1
	row "--strict leaves it to libc" getaddrinfo '(led|passed) .* EAI_NONAME \| the same'
	doctor --disable -- --live 127.1
	is "--disable: status" "$status" 0
	says "--disable: nothing is asked" 'not checked' '"127.1": GAISHIM_DISABLE=1: the object is switched off$'
	denies "--disable: no table" '^live '
	doctor "--log=$TMP/log" -- --live 127.1
	row "--log does not keep the lines from it" getaddrinfo 'numeric .*'
	mv "$object" "$TMP/object"
	doctor -- --live 127.1
	mv "$TMP/object" "$object"
	says "no object: nothing is asked" 'not checked' '"127.1": the object is not loaded$'
}

hostile() {
	# shellcheck disable=SC2016 # it is to stay as it is
	set -- '' -x --help ' ' 'a b' 'a"b' "a'b" 'a\nb' '$(touch x)' '%s%n' '*' "$(printf 'a\nts=1 pid=1 call=x how=y')" \
		"$(printf 'a\033[31mb')" "$(printf 'a\302\233b')" "$(printf 'a\377\200')" "$(printf 'a\342\200\256b')" \
		"x how=numeric code=0 us=1" "$(printf '%0300d' 0)x" 'a;b' 'a|b' 'a&b' "$(printf 'live getaddrinfo 1 0 6.6.6.6')"
	doctor -- --live -- "$@"
	is "hosts that mean harm: status" "$status" 0
	is "a table for each, and no more" "$(printf '%s\n' "$out" | grep -c '^live "')" $#
	is "each line is what it should be" "$(printf '%s\n' "$out" | LC_ALL=C grep -Ev '^(live ".*", asked by |  (call|get[a-z]+) |(ok|note|not checked) +[A-Za-z_ ]+: |$)')" ''
	is "no byte steers a terminal" "$(printf '%s\n' "$out" | LC_ALL=C tr -d '\n\040-\176\200-\377' | wc -c)" 0
	is "nor does a character" "$(printf '%s\n' "$out" | LC_ALL=C grep -c "$(printf '\302\233\\|\342\200\256\\|\377')")" 0
	like "they are shown as the log shows them" "$out" '^live "a\\x0ats=1 pid=1 call=x how=y", '
	like "a character of two bytes, too" "$out" '^live "a\\xc2\\x9bb", '
	like "what is harmless stays" "$(doctor -- --live ☃ü; printf '%s\n' "$out")" '^live "☃ü", '
	denies "no answer is made up" '6\.6\.6\.6 \|'
	doctor -- --json --live -- "$@"
	is "hosts that mean harm are still JSON" "$(printf '%s\n' "$out" | python3 -c 'import json, sys
print(len(json.load(sys.stdin)["live"]))')" $#
}

json() {
	cat >"$TMP/live.py" <<-'END'
		import json, sys
		document = json.load(sys.stdin)
		assert sorted(document) == ["built", "configuration", "findings", "healthy", "live", "version"]
		for host in document["live"]:
		    assert sorted(host) == ["asker", "calls", "host"], host
		    for call in host["calls"]:
		        if call["status"] == "not checked" and "reason" in call:
		            print(host["host"], call["call"], call["reason"])
		            continue
		        assert type(call["us"]) is int and type(call["libc"]["us"]) is int, call
		        print(host["host"], call["call"], call["function"], call["status"], call["how"], call["asks"],
		              call["source"], call["code"], *call["answers"], "|", call["libc"]["code"], *call["libc"]["answers"])
		print(document["healthy"], sum(found["check"] == "live" for found in document["findings"]))
	END
	doctor -- --json --live １２７.0.0.1 nosuch.test
	is "--json" "$(printf '%s\n' "$out" | PYTHONIOENCODING=utf-8 python3 "$TMP/live.py" 2>&1 | grep -v getnameinfo)" \
		"１２７.0.0.1 getaddrinfo getaddrinfo note numeric None gaishim (numeric) 0 127.0.0.1 | EAI_NONAME
１２７.0.0.1 gethostbyname gethostbyname note numeric None gaishim (numeric) 0 127.0.0.1 | HOST_NOT_FOUND
１２７.0.0.1 gethostbyaddr gethostbyaddr ok led 1 /etc/hosts 0 localhost | 0 localhost
nosuch.test getaddrinfo getaddrinfo ok led 1 - EAI_NONAME | EAI_NONAME
nosuch.test gethostbyname gethostbyname ok led 1 - HOST_NOT_FOUND | HOST_NOT_FOUND
nosuch.test gethostbyaddr no address to ask for
True 4"
}

# only COMMAND...: a PATH with what the scripts need, and these.
only() {
	rm -rf "${TMP:?}/bin"
	mkdir "$TMP/bin"
	for tool in sh env sed tr grep awk od readlink cat getconf ldd timeout "$@"; do
		path=$(command -v "$tool") || continue
		ln -s "$path" "$TMP/bin/$tool"
	done
	ln -s /bin/true "$TMP/bin/true"
}

stub() {
	rm -f "$TMP/bin/$1"
	printf '#!/bin/sh\n%s\n' "$2" >"$TMP/bin/$1"
	chmod 755 "$TMP/bin/$1"
}

askers() {
	only
	PATH=$TMP/bin doctor -- --live 127.1
	is "nothing can ask: status" "$status" 0
	says "nothing can ask" 'not checked' 'no python3, perl, getent or busybox'
	only perl
	PATH=$TMP/bin doctor -- --live seven.test
	row "perl" getaddrinfo "led asks=1 +.* +[0-9]+ +([0-9]+|-)  .*192.0.2.7.* \\| the same"
	row "perl calls the _r form" gethostbyname_r ".* 192.0.2.7 \\| the same"
	row "perl calls that of addresses" gethostbyaddr_r ".* seven.test \\| the same"
	row "perl calls getnameinfo" getnameinfo ".* seven.test \\| the same"
	row "without getent a file is read" getaddrinfo ".* /etc/hosts .*"
	PATH=$TMP/bin doctor -- --live nosuch.test
	row "perl: no such host" getaddrinfo '.* EAI_NONAME \| the same'
	row "perl does not tell which no" gethostbyname_r '.* no-answer \| the same'
	only perl python3
	stub python3 'exit 1'
	PATH=$TMP/bin doctor -- --live 127.1
	like "python3 without ctypes: perl" "$out" '^live "127.1", asked by perl:'
	only getent
	PATH=$TMP/bin doctor -- --live seven.test １２７.0.0.1
	row "getent" getaddrinfo "led asks=1 +/etc/hosts +[0-9]+ +-  .*192.0.2.7.* \\| the same"
	row "getent calls gethostbyname2" gethostbyname2 "led .*2001:db8::7 \\| the same"
	row "getent, an address" gethostbyaddr ".* seven.test \\| the same"
	row "getent does not call getnameinfo" getnameinfo 'not checked: getent does not make this call: install python3 or perl'
	is "getent: status" "$status" 0
	is "getent: no tool is missed" "$(cat "$TMP/err")" ''
	PATH=$TMP/bin doctor -- --live 127.0.0.1
	row "getent asks for an address otherwise" gethostbyname 'not checked: getent calls gethostbyaddr for this host'
	if busybox wget --help 2>&1 | grep -q BusyBox; then
		only
		ln -s "$(command -v busybox)" "$TMP/bin/wget"
		PATH=$TMP/bin doctor -- --live seven.test
		row "wget" getaddrinfo "led .*(192.0.2.7|2001:db8::7).*the same"
		row "wget makes no other call" gethostbyname 'not checked: wget does not make this call.*'
		PATH=$TMP/bin doctor -- --live a/b@c
		row "wget does not get a host that is no host" getaddrinfo 'not checked: wget .*'
	else
		skip "wget" "no busybox, or without a wget"
	fi
}

# sides WITH ALONE [AGAIN]: what a stub of python3 answers to getaddrinfo with the object and
# without it, and what it answers without from the second time on.
sides() {
	printf '%s\n' "$1" >"$TMP/with"
	printf '%s\n' "$2" >"$TMP/alone"
	rm -f "$TMP/alone.next"
	[ $# -lt 3 ] || printf '%s\n' "$3" >"$TMP/alone.next"
	PATH=$TMP/bin doctor -- --live x.test
}

verdicts() {
	only getent # for the lookups of doctor's own
	# shellcheck disable=SC2016 # the stub's
	stub python3 '
		[ "$1" != -c ] || { echo runs; exit; }
		shift 4
		[ $# -gt 0 ] || exit 0
		[ "$2" = getaddrinfo ] || exit 0
		printf "%s\n" "${GAISHIM_DISABLE-on} ${LD_PRELOAD-none}" >>'"$TMP"'/preloads
		[ "${GAISHIM_DISABLE-}" != 1 ] || { at='"$TMP"'/alone; read -r said <$at; [ ! -e $at.next ] || /bin/mv $at.next $at; }
		if [ "${GAISHIM_DISABLE-}" != 1 ]; then
			read -r said <'"$TMP"'/with
			[ "$said" = unseen ] && said="0 192.0.2.1" || {
				echo "ts=1.5 pid=1 tid=1 program=\"python3\" version=0.1.0 libc=\"glibc 2.36\" options=\"\""
				echo "ts=1.5 pid=1 tid=1 call=getaddrinfo host=\"x how=numeric code=0 us=7\" how=led asks=3 shared=0 code=0 us=12"
			} >&2
		fi
		[ "$said" != stuck ] || exec /bin/sleep 60
		[ "$said" != dead ] || exit 9
		echo "live getaddrinfo 34 $said" >&2'
	# shellcheck disable=SC2016 # the stub's
	stub timeout 'shift; exec /usr/bin/timeout 1 "$@"'
	sides '0 192.0.2.1' '0 192.0.2.1'
	is "the same: status" "$status" 0
	is "the object is preloaded on one side" "$(cat "$TMP/preloads")" "on $object${n}1 none"
	: >"$TMP/preloads"
	LD_PRELOAD=$object sides '0 192.0.2.1' '0 192.0.2.1'
	is "also where it is preloaded already" "$(cat "$TMP/preloads")" "on $object${n}1 none"
	: >"$TMP/preloads"
	LD_PRELOAD="$object:/lib/none.so" sides '0 192.0.2.1' '0 192.0.2.1'
	is "other preloads are there on both" "$(cat "$TMP/preloads")" "on $object:/lib/none.so${n}1 /lib/none.so "
	row "a line for the process, and a host of fields" getaddrinfo 'led asks=3 +unknown +12 +34  192.0.2.1 \| the same'
	sides '0 192.0.2.1' '0 192.0.2.2'
	is "another address: status" "$status" 1
	says "another address" FAILED '"x.test": getaddrinfo: with gaishim \(how=led\) 192.0.2.1, by libc alone 192.0.2.2; report this line$'
	sides 'EAI_NONAME' '0 192.0.2.2'
	is "no address with the object: status" "$status" 1
	says "no address with the object" FAILED 'EAI_NONAME, by libc alone 192.0.2.2; report'
	sides '0 192.0.2.2' 'EAI_NONAME'
	is "none by libc alone: status" "$status" 1
	sides 'EAI_NONAME' 'EAI_FAIL'
	is "another code: status" "$status" 1
	sides '0 192.0.2.1' '0 192.0.2.1 192.0.2.2'
	is "an address less: status" "$status" 1
	sides '0 192.0.2.1 192.0.2.2' '0 192.0.2.2 192.0.2.1'
	is "another order: status" "$status" 0
	row "another order is shown" getaddrinfo '.*  192.0.2.1 192.0.2.2 \| 192.0.2.2 192.0.2.1'
	says "another order is the same set" ok 'the same answers; calls compared: 1$'
	sides '0 192.0.2.1' '0 192.0.2.2' '0 192.0.2.1'
	is "the same the second time: status" "$status" 0
	says "the same the second time" note 'asked again, they have the same answer'
	sides '0 192.0.2.1' '0 192.0.2.2' '0 192.0.2.3'
	is "libc alone is of two minds: status" "$status" 0
	says "libc alone is of two minds" note 'libc alone answers otherwise, too'
	sides '0 192.0.2.1' EAI_AGAIN
	is "libc alone gives up: status" "$status" 0
	says "libc alone gives up" note 'gives up for now'
	sides EAI_AGAIN '0 192.0.2.1'
	is "the object gives up: status" "$status" 1
	GAISHIM_DEADLINE=1 sides EAI_AGAIN '0 192.0.2.1'
	is "the object gives up by --deadline: status" "$status" 0
	says "the object gives up by --deadline" note 'see --deadline'
	sides stuck '0 192.0.2.1'
	is "no answer in time: status" "$status" 0
	says "no answer in time" 'not checked' 'no answer within 20 seconds: .*timeout, by libc alone 192.0.2.1'
	sides '0 192.0.2.1' dead
	row "a program that ends" getaddrinfo 'not checked: python3 ended before it'
	sides unseen '0 192.0.2.1'
	is "the object sees nothing: status" "$status" 1
	says "the object sees nothing" FAILED 'the object saw nothing of it; see .loads.'
	is "no tool is missed" "$(cat "$TMP/err")" ''
}

# getent_sides HOST WITH ALONE: what a stub of getent answers to ahosts, - for nothing.
getent_sides() {
	# shellcheck disable=SC2016 # the stub's
	stub getent '
		[ "$1 $2" = "ahosts --" ] || exit 2
		[ "${GAISHIM_DISABLE-}" = 1 ] && said='"$3"' || { said='"$2"'
			echo "ts=1.5 pid=1 tid=1 call=getaddrinfo host=\"x\" how=led asks=1 shared=0 code=0 us=12" >&2; }
		[ "$said" != - ] || exit 2
		echo "$said STREAM"'
	PATH=$TMP/bin doctor -- --live "$1"
}

# What is meant for localhost excuses no loss of it, and no other host.
excuses() {
	only
	getent_sides localhost 127.0.0.1 -
	says "getent: libc hides localhost" note 'with gaishim \(how=led\) 127.0.0.1, by libc alone no-answer: on purpose: AI_ADDRCONFIG'
	getent_sides localhost - 127.0.0.1
	says "getent: the object loses localhost" FAILED 'with gaishim \(how=led\) no-answer, by libc alone 127.0.0.1; report this line'
	getent_sides a.test 127.0.0.1 -
	says "getent: another host" FAILED '127.0.0.1, by libc alone no-answer; report this line'
}

# Another preload in front of the object answers, so that libc's side is that preload's.
preloads() {
	printf '#include <netdb.h>\nint getaddrinfo(const char *a, const char *b, const struct addrinfo *c, struct addrinfo **d)\n{ (void)a, (void)b, (void)c, (void)d; return EAI_FAIL; }\n' >"$TMP/answer.c"
	cc -shared -fPIC -o "$TMP/answer.so" "$TMP/answer.c"
	LD_PRELOAD=$TMP/answer.so doctor -- --live 127.1
	is "a preload in front of the object: status" "$status" 1
	says "a preload in front of the object" FAILED '"127.1": getaddrinfo: python3 asked, and the object saw nothing'
	LD_PRELOAD="$object $TMP/answer.so" doctor -- --live 127.1
	row "one behind it is libc to both" getaddrinfo 'numeric .* 127.0.0.1 \| EAI_FAIL'
}

if [ -n "${LIVE_ETC-}" ]; then
	mkdir "$TMP/etc"
	cp -a /etc/. "$TMP/etc" 2>/dev/null
	rm -f "$TMP/etc/hosts" "$TMP/etc/nsswitch.conf" "$TMP/etc/ld.so.preload"
	echo 'hosts: files' >"$TMP/etc/nsswitch.conf"
	printf '127.0.0.1 localhost\n::1 localhost\n192.0.2.7 seven.test alias.test\n2001:db8::7 seven.test\n192.0.2.8 bücher.local\n192.0.2.6 straße.test\n192.0.2.9 harm\033[31m.test\n' >"$TMP/etc/hosts"
	mount --bind "$TMP/etc" /etc
	[ ! -d /run/nscd ] || mount -t tmpfs none /run/nscd
fi
usage
if ! python3 -I -S -c 'import ctypes' 2>/dev/null; then
	skip "calls of python3" "no python3 with ctypes"
elif [ -n "${LIVE_ETC-}" ]; then
	for shell in '' dash 'busybox sh' 'bash --posix'; do
		if [ -z "$shell" ] || $shell -c : 2>/dev/null; then
			names
		else
			skip "under $shell" "not installed"
		fi
	done
	shell=''
	numeric
	hostile
	json
	preloads
else
	skip "hosts of /etc/hosts" "a mount namespace is not permitted here"
fi
if [ -n "${LIVE_ETC-}" ] && perl -MSocket=getaddrinfo -e 1 2>/dev/null; then
	askers
else
	skip "each program that asks" "a mount namespace is not permitted here, or there is no perl"
fi
verdicts
excuses
done_testing
