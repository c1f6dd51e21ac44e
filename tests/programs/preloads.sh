#!/bin/sh
# SPDX-License-Identifier: MIT
# The object beside what else there is: other preloads before and behind it, sanitizers,
# debuggers, and processes that lack something. docs/limits.md has a line for each
# combination that cannot work; what happens then is tested here.

. tests/lib/net.sh

net_up
net_private_etc
printf '127.0.0.1 localhost\n127.0.0.8 xn--bcher-kva.test\n' >/etc/hosts

programs=$BUILD/tests/programs
fake=$BUILD/tests/lib/libfake.so
log=$TMP/log answers=$TMP/answers
ask="$programs/lookups -o $answers 127.0.0.1 bücher.test localhost"
all='127.0.0.1 127.0.0.1 numeric
bücher.test 127.0.0.8 led
localhost 127.0.0.1 led'
libc_alone='127.0.0.1 127.0.0.1 -
bücher.test Name or service not known -
localhost 127.0.0.1 -'
export PROXYCHAINS_QUIET_MODE=1

# told STATUS: the answers, each with how= of the log ("-": the shim was not asked),
# then the exit status if that is not 0, and what was said.
told() {
	touch "$log" "$answers"
	while read -r host answer; do
		how=$(sed -n "s/.* host=\"$host\" .* how=\([a-z]*\) .*/\1/p" "$log" | sed 's/waited/led/' | sort -u | tr '\n' ' ')
		how=${how:--}
		echo "$host $answer ${how% }"
	done <"$answers"
	[ "$1" -eq 0 ] || echo "exit $1"
	cat "$TMP/said"
}

# outcome COMMAND...: what is told of it.
outcome() {
	rm -f "$log" "$answers"
	timeout -k 2 30 env GAISHIM_LOG="$log" "$@" >"$TMP/said" 2>&1 </dev/null
	told $?
}

# preloaded OBJECTS [NAME=VALUE...]: the three hosts with OBJECTS preloaded.
preloaded() {
	objects=$1
	shift
	# shellcheck disable=SC2086 # a command
	outcome LD_PRELOAD="$objects" "$@" $ask
}

# Where other libraries are: beside libc.
libraries=$(ldd "$programs/lookups" | sed -n 's,.*=> \(/.*\)/libc\.so\.6 .*,\1,p')

# library NAME: its path, or nothing. NAME may be a pattern.
library() {
	for path in "$libraries"/$1 /usr"$libraries"/$1; do
		if [ -e "$path" ]; then
			echo "$path"
			return
		fi
	done
}

is "nobody else" "$(preloaded "$GAISHIM_SO")" "$all"
is "libc alone" "$(preloaded '')" "$libc_alone
exit 1"

# Preloads that leave names alone, in both orders.
for name in faketime/libfaketime.so.1 faketime/libfaketimeMT.so.1 libeatmydata.so \
	'libjemalloc.so.*' 'libmimalloc.so.*' 'libtcmalloc.so.*' 'libtcmalloc_minimal_debug.so.*' \
	libfakeroot/libfakeroot-sysv.so libfakeroot/libfakeroot-tcp.so libSegFault.so; do
	lib=$(library "$name")
	if [ -z "$lib" ]; then
		skip "$name" 'not installed'
		continue
	fi
	is "$name before" "$(preloaded "$lib:$GAISHIM_SO")" "$all"
	is "$name behind" "$(preloaded "$GAISHIM_SO:$lib")" "$all"
	case $name in
	*alloc* | *faketimeMT*)
		# Lists that are copied, shared, and freed by other threads.
		ok "$name before: a herd" env LD_PRELOAD="$lib:$GAISHIM_SO:$fake" "$BUILD/tests/preload/fake/test_herd"
		ok "$name behind: a herd" env LD_PRELOAD="$GAISHIM_SO:$fake:$lib" "$BUILD/tests/preload/fake/test_herd"
		;;
	esac
done

# late NAME OBJECTS CLOCK MS: an answer is late after 0.4 real seconds, whatever clock the
# program is shown: the file NAME says who did what when the first lookup took MS. With
# x10 libfaketime has poll() take a tenth of that.
late() {
	FAKETIME=$3 LD_PRELOAD=$2 GAISHIM_LOG=$TMP/log.$1 timeout -k 2 60 \
		"$BUILD/tests/network/ask" -n 2 "once.ms-$4.fake" >/dev/null
	sed '/ how=/!d; s/.* how=\([a-z]*\) \(.*\)shared=.* code=\([^ ]*\) .*/\1 \2\3/; s/ms=\([0-9]*\)/\1/' "$TMP/log.$1" |
		awk '$1 == "waited" { $2 = $2 >= 380 && $2 < 3000 ? "in time" : $2 " ms" } { print }' |
		sort | tr '\n' ',' >"$TMP/$1"
}
lib=$(library faketime/libfaketimeMT.so.1)
if [ -z "$lib" ]; then
	skip 'late answers under libfaketime' 'not installed'
else
	clocks='+1y/4000 -1y/4000 +1y_x10/40000 2000-01-01_00:00:00/4000' # the last one stands still
	for clock in $clocks; do
		faked=$(echo "${clock%/*}" | tr _ ' ')
		late "before.${clock%/*}" "$lib:$GAISHIM_SO:$fake" "$faked" "${clock#*/}" &
		late "behind.${clock%/*}" "$GAISHIM_SO:$fake:$lib" "$faked" "${clock#*/}" &
	done
	wait
	for clock in $clocks; do
		for order in before behind; do
			is "libfaketime $order, ${clock%/*}: a second lookup" "$(cat "$TMP/$order.${clock%/*}")" \
				'led asks=2 0,waited in time asks=2 0,'
		done
	done
fi

# plainly NAME LIBRARY ERE: gethostbyname is LIBRARY's own, which says ERE of bücher.test.
# The object asks it, in either order: all answers are those of LIBRARY alone.
plainly() {
	plain="$programs/lookups -g -o $answers 127.0.0.1 bücher.test localhost"
	# shellcheck disable=SC2086 # a command
	{
		alone=$(outcome LD_PRELOAD="$2" $plain)
		like "$1 alone: gethostbyname" "$alone" "^bücher\.test $3 -"
		is "$1 before: gethostbyname is its own" "$(outcome LD_PRELOAD="$2:$GAISHIM_SO" $plain)" "$alone"
		is "$1 behind: gethostbyname is its own" "$(outcome LD_PRELOAD="$GAISHIM_SO:$2" $plain)" "$alone"
	}
}

# by_perl OBJECTS: the address of bücher.test by gethostbyname_r.
by_perl() {
	LD_PRELOAD=$1 perl -e 'print join ".", unpack "C4", gethostbyname("bücher.test") // "none"' 2>&1
}

# Preloads that answer for names themselves: who is first, is asked.
lib=$(library libnss_wrapper.so)
if [ -z "$lib" ]; then
	skip 'libnss_wrapper.so' 'not installed'
else
	printf '127.0.0.9 localhost\n127.0.0.10 xn--bcher-kva.test\n' >"$TMP/hosts"
	export NSS_WRAPPER_HOSTS="$TMP/hosts"
	is 'nss_wrapper behind: names are from its file' "$(preloaded "$GAISHIM_SO:$lib")" \
		'127.0.0.1 127.0.0.1 numeric
bücher.test 127.0.0.10 led
localhost 127.0.0.9 led'
	# Another preload might send a host that is not ASCII anywhere, so it is not asked.
	printf '127.0.0.11 süd.test\n' >>"$TMP/hosts"
	like 'nss_wrapper behind: a name in UTF-8 is not found' \
		"$(outcome LD_PRELOAD="$GAISHIM_SO:$lib" "$programs/lookups" -o "$answers" süd.test)" '^süd\.test [^0-9]* led$'
	is 'nss_wrapper before: all is its own' "$(preloaded "$lib:$GAISHIM_SO")" \
		'127.0.0.1 127.0.0.1 -
bücher.test Name or service not known -
localhost 127.0.0.9 -
exit 1'
	plainly nss_wrapper "$lib" 'Resolver Error.*'
	is 'nss_wrapper behind: gethostbyname_r, a Unicode host' "$(by_perl "$GAISHIM_SO:$lib")" 127.0.0.10
	unset NSS_WRAPPER_HOSTS
fi

lib=$(library libproxychains.so.4)
if [ -z "$lib" ]; then
	skip 'libproxychains.so.4' 'not installed'
else
	printf 'strict_chain\nproxy_dns\nremote_dns_subnet 224\n[ProxyList]\nsocks5 127.0.0.1 9\n' >"$TMP/proxychains"
	export PROXYCHAINS_CONF_FILE="$TMP/proxychains"
	ask="$ask far.test"
	is 'proxychains behind: names are for the proxy' "$(preloaded "$GAISHIM_SO:$lib")" "$all
far.test 224.0.0.1 led"
	# Of a Unicode host it makes a name of its own: the proxy is sent UTF-8.
	is 'proxychains before: all is its own' "$(preloaded "$lib:$GAISHIM_SO")" \
		'127.0.0.1 127.0.0.1 -
bücher.test 224.0.0.1 -
localhost 127.0.0.1 -
far.test 224.0.0.2 -'
	ask=${ask% far.test}
	# getent asks for AI_CANONIDN, and proxychains' canonical name is no malloc.
	like 'proxychains behind: getent has a canonical name' \
		"$(LD_PRELOAD=$GAISHIM_SO:$lib getent ahosts far.test 2>&1)" '^224\.0\.0\.1 .* far\.test$'
	if command -v proxychains4 >/dev/null; then
		# shellcheck disable=SC2086 # a command
		like 'proxychains4 COMMAND, with the object preloaded, is proxychains before' \
			"$(outcome LD_PRELOAD="$GAISHIM_SO" proxychains4 -q $ask)" '^bücher.test 224\.0\.0\.1 -'
	else
		skip 'proxychains4' 'not installed'
	fi
	plainly proxychains "$lib" '224\.0\.0\.1'
	# It has no gethostbyname_r: libc is asked, past the proxy, with the object and without it.
	is 'proxychains before: gethostbyname_r, a Unicode host' "$(by_perl "$lib:$GAISHIM_SO")" 127.0.0.8
	is 'proxychains behind: gethostbyname_r, a Unicode host' "$(by_perl "$GAISHIM_SO:$lib")" 127.0.0.8
	unset PROXYCHAINS_CONF_FILE
fi
lib=$(library torsocks/libtorsocks.so)
if [ -z "$lib" ]; then
	skip 'libtorsocks.so' 'not installed'
else
	"$programs/socks" 9050 "$TMP/tor" >"$TMP/socks" &
	TAP_EXIT="kill $!"
	ok 'something like Tor is up' soon test -s "$TMP/socks"
	# asked OBJECTS [-s]: the outcome, and what Tor was asked.
	asked() {
		: >"$TMP/tor"
		# shellcheck disable=SC2086 # a command
		outcome LD_PRELOAD="$1" ${ask%% *} ${2-} ${ask#* }
		sed 's/^/Tor: /' "$TMP/tor" | sort -u
	}
	by_tor='127.0.0.1 127.0.0.1 numeric
bücher.test 192.0.2.99 led
localhost 127.0.0.1 led
Tor: xn--bcher-kva.test'
	is 'torsocks behind: names are for Tor, in ASCII' "$(asked "$GAISHIM_SO:$lib" -s)" "$by_tor"
	is 'torsocks behind: and with hints of NULL' "$(asked "$GAISHIM_SO:$lib")" "$by_tor"
	its_own='127.0.0.1 127.0.0.1 numeric
bücher.test 192.0.2.99 -
localhost 127.0.0.1 -
Tor: bücher.test'
	is 'torsocks before: names are its own, and as they are' "$(asked "$lib:$GAISHIM_SO" -s)" "$its_own"
	case $(torsocks --version 2>&1) in
	*' 2.'[0-4].*) is 'torsocks before: it does not look at questions with hints of NULL' "$(asked "$lib:$GAISHIM_SO")" "$all" ;;
	*) is 'torsocks before: and with hints of NULL' "$(asked "$lib:$GAISHIM_SO")" "$its_own" ;;
	esac
	plainly torsocks "$lib" '192\.0\.2\.99'
	: >"$TMP/tor"
	is 'torsocks behind: gethostbyname_r, a Unicode host' "$(by_perl "$GAISHIM_SO:$lib")" 192.0.2.99
	is 'torsocks behind: gethostbyname_r: Tor is asked in ASCII' "$(cat "$TMP/tor")" xn--bcher-kva.test
	kill $!
	export TAP_EXIT=:
	like 'no Tor: names fail, numeric hosts do not' "$(asked "$GAISHIM_SO:$lib" -s 2>&1 | tr '\n' ';')" \
		'^127.0.0.1 127.0.0.1 numeric;bücher.test Non-recoverable failure in name resolution led;.*exit 1'
fi

if command -v fakeroot >/dev/null; then
	# shellcheck disable=SC2086,SC2016 # a command, expanded by the inner shell
	{
		is 'fakeroot, with the object preloaded' "$(outcome LD_PRELOAD="$GAISHIM_SO" fakeroot $ask)" "$all"
		is 'the object preloaded within fakeroot' \
			"$(outcome fakeroot sh -c 'LD_PRELOAD=$LD_PRELOAD:$0 "$@"' "$GAISHIM_SO" $ask)" "$all"
	}
else
	skip 'fakeroot' 'not installed'
fi
if command -v faketime >/dev/null; then
	# shellcheck disable=SC2086 # a command
	is 'faketime COMMAND, with the object preloaded' "$(outcome LD_PRELOAD="$GAISHIM_SO" faketime -f '+1y x10' $ask)" "$all"
else
	skip 'faketime' 'not installed'
fi

# Programs built with AddressSanitizer.
sanitized="$TMP/sanitized ${ask#* }"
# built NAME COMPILER [OPTION...]: the program that asks, with that sanitizer.
built() {
	what=$1
	shift
	command -v "$1" >/dev/null && "$@" -D_GNU_SOURCE -g -fsanitize=address -o "$TMP/sanitized" tests/programs/lookups.c \
		-lpthread >"$TMP/cc" 2>&1 && return
	skip "$what" "not to be built here: $(grep -m 1 . "$TMP/cc" 2>/dev/null || echo 'no compiler')"
	return 1
}
# shellcheck disable=SC2086 # a command
runtime_insists() {
	for object in "$GAISHIM_SO" "$BUILD/tests/bench/libempty.so"; do
		like "$1: refuses to start with ${object##*/} before its runtime" "$(outcome LD_PRELOAD="$object" $sanitized)" \
			'ASan runtime does not come first in initial library list'
	done
	is "$1: runs with verify_asan_link_order=0" \
		"$(outcome LD_PRELOAD="$GAISHIM_SO" ASAN_OPTIONS=verify_asan_link_order=0 $sanitized)" "$all"
	is "$1: runs with the runtime preloaded before the object" "$(outcome LD_PRELOAD="$2:$GAISHIM_SO" $sanitized)" "$all"
}
if built 'gcc, AddressSanitizer' gcc; then
	runtime_insists 'gcc, AddressSanitizer' "$(gcc -print-file-name=libasan.so)"
fi
if built 'gcc, AddressSanitizer, -static-libasan' gcc -static-libasan; then
	# shellcheck disable=SC2086 # a command
	is 'gcc, AddressSanitizer, -static-libasan' "$(outcome LD_PRELOAD="$GAISHIM_SO" $sanitized)" "$all"
fi
if built 'clang, AddressSanitizer' clang; then
	# shellcheck disable=SC2086 # a command
	is 'clang, AddressSanitizer: the runtime is in the program' "$(outcome LD_PRELOAD="$GAISHIM_SO" $sanitized)" "$all"
fi
runtime=$(clang -print-file-name="libclang_rt.asan-$(uname -m).so" 2>/dev/null)
if built 'clang, AddressSanitizer as a library' clang -shared-libasan -Wl,-rpath,"${runtime%/*}"; then
	runtime_insists 'clang, AddressSanitizer as a library' "$runtime"
fi

# Debuggers, which are preloaded as well.
# under TOOL COMMAND...: TOOL may be absent, or not permitted.
under() {
	if ! command -v "$1" >/dev/null; then
		skip "$1" 'not installed'
	elif ! "$@" true >"$TMP/tool" 2>&1; then
		skip "$1" "not permitted here: $(tail -n 1 "$TMP/tool")"
	else
		# shellcheck disable=SC2086 # a command
		is "under $1" "$(outcome LD_PRELOAD="$GAISHIM_SO" "$@" $ask | sed '/^\[/d; /^Using host/d')" "$all"
	fi
}
under valgrind -q --leak-check=full --error-exitcode=9
under strace -f -qq -o "$TMP/strace"
under gdb -q -nx -batch -ex run --args # it tells of threads
under setarch "$(uname -m)" -R

# Processes that lack something. All of it is set up without the object.
# shellcheck disable=SC2086,SC2016 # a command, expanded by the inner shell
{
	lacking() {
		is "$1" "$(outcome sh -c "$2"' LD_PRELOAD=$0 "$@"' "$GAISHIM_SO" $ask)" "$all"
	}
	lacking 'address space: 256 MB' 'ulimit -v 262144;'
	lacking 'no stdin' 'exec <&-;'
	lacking 'no stdout' 'exec >&-;'
	lacking 'no stderr' 'exec 2>&-;'
	lacking 'no standard streams' 'exec <&- >&- 2>&-;'
	lacking 'sixteen descriptors' 'ulimit -n 16;'
}
# fits OBJECT KB: whether `true` starts in that much address space.
# shellcheck disable=SC2016 # expanded by the inner shell
fits() {
	sh -c 'ulimit -v "$1"; LD_PRELOAD=$0 exec true' "$1" "$2" 2>"$TMP/fits"
}
least=1024
while [ "$least" -lt 16384 ] && ! fits '' "$least"; do
	least=$((least + 128))
done
ok 'address space: 1 MB more than true needs is enough for true' fits "$GAISHIM_SO" $((least + 1024))
for directory in /proc /sys; do
	if mount -t tmpfs none "$directory" 2>/dev/null; then
		is "no $directory" "$(preloaded "$GAISHIM_SO")" "$all"
		umount "$directory"
	else
		skip "no $directory" 'a tmpfs cannot be mounted here'
	fi
done

no="$programs/nonetlink"
"$no" eperm true 2>/dev/null
if [ $? -eq 99 ]; then
	skip 'seccomp forbids netlink' 'this kernel has no seccomp filters'
else
	# shellcheck disable=SC2086 # a command
	{
		is 'seccomp forbids netlink' "$(outcome LD_PRELOAD="$GAISHIM_SO" "$no" eperm $ask)" "$all"
		is 'seccomp forbids netlink: libc alone' "$(outcome "$no" eperm $ask)" "$libc_alone
exit 1"
		one="${ask% * *}"
		like 'seccomp ends who opens netlink: libc alone' "$(outcome "$no" kill $one)" '^exit 159$'
		is 'seccomp ends who opens netlink: a numeric host' "$(outcome LD_PRELOAD="$GAISHIM_SO" "$no" kill $one)" \
			'127.0.0.1 127.0.0.1 numeric'
	}
fi

done_testing
