# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# Foul weather, met by libc alone and by the object side by side: source this from the top
# of the checkout. It brings a private network with dns.py as its nameserver (127.0.0.1)
# and two addresses that are silent (127.0.0.2 and 127.0.0.3).
#
# A row is a kind of weather. row_NAME starts the same program twice, `finish` waits for
# all that was started, and then $TMP/NAME.libc and $TMP/NAME.shim hold the lines that
# lookup.h describes. The tests judge them; tests/bench/weather prints them.

. tests/lib/net.sh

weather=$BUILD/tests/network/weather
queries=$TMP/queries
running=''

command -v python3 >/dev/null || skip_all 'no python3'
net_up
net_private_etc
printf 'nameserver 127.0.0.1\n' >/etc/resolv.conf
python3 tests/network/weather/dns.py "$queries" 127.0.0.1 127.0.0.2 127.0.0.3 2>"$TMP/dns.err" &
TAP_EXIT="kill $!"
soon test -e "$queries" || skip_all "the nameserver did not start: $(tail -n 1 "$TMP/dns.err")"

# modules NAME...: the NSS modules for hosts; those that libc lacks are copies of libnss.c.
modules() {
	printf 'hosts: %s\n' "$*" >/etc/nsswitch.conf
	for module; do
		case $module in
		files | dns) ;;
		*) cp "$weather/libnss.so" "$TMP/libnss_$module.so.2" ;;
		esac
	done
}

# is_glibc: another libc has no NSS.
is_glibc() {
	getconf GNU_LIBC_VERSION >/dev/null 2>&1
}

# Whom `both` starts side by side: libc alone, and the object; hedge and deadline are the
# object with that option, see run.
sides='libc shim'

# filled TEXT NAME: TEXT with NAME for each WHO in it, and a byte of an address for each BYTE.
# FORM is the plain form of a call with the object, and _r for libc alone: it has a line in the
# plain one.
filled() {
	form=''
	case $2 in
	libc) byte=1 form=_r ;;
	shim) byte=2 ;;
	hedge) byte=3 ;;
	deadline) byte=4 ;;
	esac
	printf '%s\n' "$1" | sed "s/WHO/$2/g; s/BYTE/$byte/g; s/FORM/$form/g"
}

# run libc|shim|hedge|deadline ROW HERDS COMMAND [ARG...]: with HERDS as its stdin. The first argument
# stands for each WHO in the others (see filled), so that each asks for hosts of its own. BEHIND is
# what is preloaded behind the object, and by libc alone too. A deadline is of one second.
run() {
	who=$1 row=$2 herds=$3 option=GAISHIM_STRICT=0
	shift 3
	for word; do
		shift
		set -- "$@" "$(filled "$word" "$who")"
	done
	[ "$who" != libc ] && object=$GAISHIM_SO || object=''
	case $who in
	hedge) option=GAISHIM_HEDGE=1 ;;
	deadline) option=GAISHIM_DEADLINE=1 ;;
	esac
	filled "$herds" "$who" |
		env "$option" LD_LIBRARY_PATH="$TMP" LD_PRELOAD="${LD_PRELOAD:-}:$object:${BEHIND:-}" "$@" \
			>"$TMP/$row.$who" 2>"$TMP/$row.$who.err"
}

# both ROW HERDS COMMAND [ARG...]: starts it by libc alone and with the object; by all of $sides.
both() {
	for side in $sides; do
		: >"$TMP/$1.$side"
		run "$side" "$@" &
		running="$running $!"
	done
}

# finish: waits for all that was started, and repeats what it has said on stderr.
finish() {
	# shellcheck disable=SC2086 # several
	wait $running
	running=''
	sed 's/^/# /' "$TMP"/*.*.err >&2
	rm -f "$TMP"/*.*.err
}

# --- the rows ---

row_loss() {
	both loss '800 10 loss-2-1-WHO.test' "$weather/callers"
}

row_loss_name() {
	both loss_name '800 10 gethostbynameFORM/loss-2-1-name-WHO.test' "$weather/callers"
}

# 10.1.2.x: 2 % are lost.
row_loss_address() {
	both loss_address '800 10 getnameinfo/10.1.2.BYTE' "$weather/callers"
}

row_loss_hostent() {
	both loss_hostent '800 10 gethostbyaddrFORM/10.1.2.1BYTE' "$weather/callers"
}

row_pair() {
	both pair '40 100 drop-2-pair-WHO.test' "$weather/callers"
}

row_outage() {
	both outage '50 100 down-3000-WHO.test' "$weather/callers"
}

row_client() {
	both client '' python3 tests/network/weather/client.py drop-2-client-WHO.test
}

# There is no way to the host's address, so curl ends with 7 once it has found the host,
# and with 28 where each lookup was too slow.
row_curl() {
	# shellcheck disable=SC2016 # expanded by the inner shell
	both curl '' sh -c 'start=$(date +%s%N)
		curl -s -m 1 --retry 3 --retry-delay 1 -o /dev/null "http://$0/"
		code=$?
		printf "curl 0 %s %s -\n" $((($(date +%s%N) - start) / 1000000))e-3 "$code"' \
		drop-2-curl-WHO.test
}

# with_nameservers ROW HERDS ADDRESS...: callers with a resolv.conf of their own, which is
# $TMP/ROW.conf outside.
with_nameservers() {
	row=$1 herds=$2
	shift 2
	printf 'nameserver %s\n' "$@" >"$TMP/$row.conf"
	# shellcheck disable=SC2016 # expanded by the inner shell
	both "$row" "$herds" unshare -m sh -c \
		'mount --bind "$0" /etc/resolv.conf && exec "$@"' "$TMP/$row.conf" "$weather/callers"
}

row_repaired() {
	with_nameservers repaired '14 300 repaired-WHO.test' 127.0.0.2
	{
		sleep 0.75
		printf 'nameserver 127.0.0.1\n' >"$TMP/repaired.conf"
	} &
	running="$running $!"
}

row_one_silent() {
	with_nameservers one_silent '200 0 one-silent-WHO.test' 127.0.0.2
}

row_two_silent() {
	with_nameservers two_silent '200 0 two-silent-WHO.test' 127.0.0.2 127.0.0.3
}

row_silent_name() {
	with_nameservers silent_name '200 0 gethostbynameFORM/silent-name-WHO.test' 127.0.0.2
}

row_silent_address() {
	with_nameservers silent_address '200 0 getnameinfo/10.0.0.BYTE' 127.0.0.2
}

# A caller alone, whose first two packets are lost.
row_lone() {
	both lone '1 0 drop-2-lone-WHO.test' "$weather/callers"
}

# Each call once, each for a host of its own.
row_dead() {
	herd='8 0 dead-WHO.test getnameinfo/10.0.1.BYTE'
	for call in gethostbyname gethostbyname2; do
		herd="$herd ${call}FORM/$call-WHO.test ${call}_r/$call-r-WHO.test"
	done
	with_nameservers dead "$herd gethostbyaddrFORM/10.0.2.BYTE gethostbyaddr_r/10.0.3.BYTE" 127.0.0.2
}

# More hosts than the object makes threads, each asked for once.
row_crowd() {
	with_nameservers crowd "300 0 $(seq -f 'crowd-%.0f-WHO.test' 300 | tr '\n' ' ')" 127.0.0.2
}

row_fail() {
	both fail '200 0 gethostbyname/fail-WHO.test gethostbyaddr/10.3.0.BYTE getnameinfo/10.3.1.BYTE' \
		"$weather/callers"
}

# Each of these five rows changes nsswitch.conf, so one has to end before the next begins.
row_constructor() {
	modules late found
	both constructor '' "$weather/load" backend-WHO.test "$weather/libplugin.so"
}

row_constructor_thread() {
	modules once found
	both constructor_thread '' "$weather/load" backend-WHO.test "$weather/libplugin.so" thread
}

row_helper() {
	modules helper found
	both helper '1 0 asked-WHO.test' "$weather/callers"
}

row_marked() {
	modules marked found
	both marked '1 0 asked-WHO.test' "$weather/callers"
}

row_locked() {
	modules locked
	both locked '' "$weather/lock" asked-WHO.test
}

# The two would share the processor that they keep busy, so they take turns. Each asks for
# three hosts: others may keep that processor busy, too, and the median leaves them out.
row_idle() {
	for who in libc shim; do
		# shellcheck disable=SC2016 # expanded by the inner shell
		run $who idle '' sh -c 'for n in 1 2 3; do "$0" "slow-300-$n-$1" || exit; done' \
			"$weather/idle" idle-WHO.test
	done
}

row_clone() {
	both clone '' "$weather/child" clone slow-500-clone-WHO.test
}

row_plain_fork() {
	both plain_fork '' "$weather/child" _Fork slow-500-plain-WHO.test
}

row_handler() {
	BEHIND=$weather/libhandler.so
	both handler '' "$weather/child" fork slow-500-handler-WHO.test
	BEHIND=''
}

# herds libc|shim ROW HERDS: a process with these herds, to its end. Large herds would
# disturb each other side by side.
herds() {
	run "$@" "$weather/callers"
}

# herds_beside HOST TAG: three herds of 100 for HOST, each with 100 fast hosts in it, and 1,000
# fast hosts between them: more than any memory of a fixed size holds. mark-TAG.test is
# asked for after the first herd.
herds_beside() {
	for herd in first second third; do
		seq 100 | awk -v host="$1" -v tag="$herd-$2" 'BEGIN { printf "200 0" }
			{ printf " %s fast-%s-%d.test", host, tag, $1 } END { print "" }'
		[ $herd != first ] || printf '1 0 mark-%s.test\n' "$2"
		seq -f "1 0 between-$herd-$2-%.0f.test" 1000
	done
}

# line_cases [_r]: an address and a name of /etc/hosts, CALL/HOST, in the calls whose plain forms
# are a line in libc; or in their _r forms.
line_cases() {
	for call in gethostbyname gethostbyname2; do
		printf '%s/127.0.0.1\n%s/localhost\n' "$call${1:-}" "$call${1:-}"
	done
	printf 'gethostbyaddr%s/127.0.0.1\n' "${1:-}"
}

# line libc|shim SLOW CASE: the case behind so many lookups of a second in the plain form. It
# prints how many milliseconds it took, how many of the slow lookups were still out then, the code
# and the address.
line() {
	slow_call=${3%%/*}
	[ "$1" = shim ] && object=$GAISHIM_SO || object=''
	LD_PRELOAD="${LD_PRELOAD:-}:$object" "$weather/line" "$2" "${slow_call%_r}" "$3" | cut -d ' ' -f 2-
}

# --- figures of a row; an ERE for WHO chooses lines ---

# lookups libc|shim ROW [ERE]
lookups() {
	grep -E "^${3:-.*} " "$TMP/$2.$1"
}

count() {
	lookups "$@" | wc -l
}

worst() {
	lookups "$@" | awk '$3 > most { most = $3 } END { printf "%.4f", most }'
}

median() {
	lookups "$@" | sort -n -k 3,3 | awk '{ took[NR] = $3 }
		END { printf "%.6f", took[int((NR + 1) / 2)] }'
}

total() {
	lookups "$@" | awk '{ took += $3 } END { printf "%.4f", took }'
}

slow() {
	lookups "$@" | awk '$3 > 0.5 { n++ } END { print n + 0 }'
}

# failed: without an answer, or with another than dns.py and libnss.c give.
failed() {
	lookups "$@" | awk '$4 != 0 || ($5 != "192.0.2.7" && $5 != "name.test") { n++ } END { print n + 0 }'
}

# asked HOST: how many queries for it have come. A host may be an IPv4 address.
asked() {
	name=$1
	case $1 in
	10.*) name=$(printf '%s\n' "$1" | awk -F . '{ print $4 "." $3 "." $2 "." $1 ".in-addr.arpa" }') ;;
	esac
	grep -c "^$name " "$queries"
}

# asked_after MARK HOST: how many queries for HOST have come after the first one for MARK.
asked_after() {
	awk -v mark="$1" -v host="$2" '$1 == mark { on = 1 } on && $1 == host { n++ }
		END { print n + 0 }' "$queries"
}

# later ROW SECONDS: the lookups that began after so many seconds, as row ROW_later.
later() {
	for who in libc shim; do
		awk -v moment="$2" '$2 > moment' "$TMP/$1.$who" >"$TMP/$1_later.$who"
	done
}

# --- what the tests assert ---

# at_most NUMBER LIMIT: decimals, too.
at_most() {
	awk -v number="$1" -v limit="$2" 'BEGIN { exit !(number <= limit) }'
}

# bounded NAME UNIT LIBC SHIM LIMIT
bounded() {
	ok "$1: $4 $2, libc alone $3, at most $5" at_most "$4" "$5"
}

# sum NUMBER NUMBER
sum() {
	awk -v a="$1" -v b="$2" 'BEGIN { print a + b }'
}

# no_worse NAME LOOKUPS ROW [ERE]: all are back in both, the slowest within half a second
# of libc's, and no more of them without the answer.
no_worse() {
	name=$1 lookups=$2
	shift 2
	is "$name: all are back: libc alone" "$(count libc "$@")" "$lookups"
	is "$name: all are back with the shim" "$(count shim "$@")" "$lookups"
	libc=$(worst libc "$@")
	bounded "$name: slowest" s "$libc" "$(worst shim "$@")" "$(sum "$libc" 0.5)"
	libc=$(failed libc "$@")
	bounded "$name: without the answer" lookups "$libc" "$(failed shim "$@")" "$libc"
}
