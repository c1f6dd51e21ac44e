#!/bin/sh
# SPDX-License-Identifier: MIT
# `gaishim report`: every form, by each awk there is, of logs that are whole, cut, mixed and
# hostile. The page itself is looked at in a browser elsewhere: see tests/README.md.

. tests/lib/tap.sh

# report ARG...: leaves the exit status in $status, what it wrote in $out and $err.
report() {
	out=$(PATH="$TMP/bin:$PATH" TZ=UTC scripts/gaishim report "$@" 2>"$TMP/err" </dev/null)
	status=$?
	err=$(cat "$TMP/err")
}

# by_python NAME ARG...: passes if python3 ARG... does.
by_python() {
	judged=$1
	shift
	if command -v python3 >/dev/null; then
		ok "$judged" python3 "$@"
	else
		skip "$judged" 'no python3'
	fi
}

# line TS PID TID HOST HOW_TO_CODE US
line() {
	printf 'ts=%s pid=%s tid=%s call=getaddrinfo host="%s" service="80" family=unspec socktype=stream protocol=6 flags=0x20 %s us=%s\n' "$@"
}

# Three callers of one host, of whom one leads; a numeric host; an error; and a second process.
log=$TMP/log
{
	printf 'ts=1000.000000 pid=10 tid=10 program="crawler" version=0.1.0 libc="glibc 2.36" options="hedge=1"\n'
	line 1000.300000 10 11 a.test 'how=led asks=1 shared=2 answers="192.0.2.1,2001:db8::1" code=0' 300000
	line 1000.300100 10 12 A.test 'how=waited ms=200 asks=1 shared=2 answers="192.0.2.1,2001:db8::1" code=0' 200000
	line 1000.300200 10 13 a.test 'how=waited ms=100 asks=1 shared=2 answers="192.0.2.1,2001:db8::1" code=0' 100000
	line 1000.400000 10 11 127.0.0.1 'how=numeric answers="127.0.0.1" code=0' 15
	printf 'ts=1000.450000 pid=10 tid=10 gaishim="GAISHIM_IDN is not on or off"\n'
	line 1000.500000 20 20 b.test 'how=led asks=3 shared=0 code=EAI_AGAIN' 5000000
} >"$log"

forms() {
	report "$log"
	is "$1: status" "$status $err" '0 '
	is "$1: text" "$out" '5 lookups of 4 hosts in 2 processes, 00:16:35.500 to 00:16:40.500
libc was asked 4 times; 3 were answered without: 2 by the answer of another caller, 1 numeric
5.6 s in lookups, by all callers; 300 ms of it waiting for another caller'"'"'s answer
errors: EAI_AGAIN 1

host         time  lookups  led  waited  numeric  errors     p50     p90     p99  longest
b.test      5.0 s        1    1       -        -       1   5.0 s   5.0 s   5.0 s    5.0 s
a.test     400 ms        2    1       1        -       -  100 ms  300 ms  300 ms   300 ms
A.test     200 ms        1    -       1        -       -  200 ms  200 ms  200 ms   200 ms
127.0.0.1   15 us        1    -       -        1       -   15 us   15 us   15 us    15 us

The 5 slowest lookups
00:16:35.500    5.0 s  b.test  led by 20 (getaddrinfo): EAI_AGAIN
00:16:40.000   300 ms  a.test  led by crawler 10/11 (getaddrinfo)
00:16:40.100   200 ms  A.test  waited by crawler 10/12 (getaddrinfo)
00:16:40.200   100 ms  a.test  waited by crawler 10/13 (getaddrinfo)
00:16:40.399    15 us  127.0.0.1  numeric by crawler 10/11 (getaddrinfo)'
	report --markdown --top=1 "$log"
	like "$1: Markdown: the table" "$out" '^\| <code>b&#46;test</code> \| 5\.0 s \| 1 \| 1 \| - \| - \| 1 \| 5\.0 s \| 5\.0 s \| 5\.0 s \| 5\.0 s \|$'
	like "$1: Markdown: the rest" "$out" '^and 3 hosts more$'
	for form in json trace; do
		report --$form "$log"
		printf '%s\n' "$out" >"$TMP/$form"
		by_python "$1: $form" tests/command/report.py $form "$TMP/$form"
	done
	report --html="$TMP/page.html" "$log"
	is "$1: a page" "$status $out $err" "0  gaishim: wrote $TMP/page.html: open it in a browser"
	by_python "$1: the page's data" tests/command/report.py page "$TMP/page.html"
	report --sort=host --top=2 "$log"
	is "$1: by host" "$(printf '%s\n' "$out" | sed -n '/^host/,/^and/p' | sed 's/  .*//')" 'host
127.0.0.1
A.test
and 2 hosts more: --top=0 shows all'
	for word in time:b.test lookups:a.test longest:b.test p99:b.test errors:b.test; do
		report --sort="${word%:*}" --top=1 "$log"
		like "$1: by ${word%:*}" "$(printf '%s\n' "$out" | grep -A 1 ^host)" "^${word#*:} "
	done
	line 1000.5 10 11 alone.test 'how=passed asks=1 code=0' 5 >"$TMP/alone"
	report "$TMP/alone"
	like "$1: a lookup of libc alone" "$out" '^alone\.test +5 us +1 +1 +5 us +5 us +5 us +5 us$'
	report --host='a.*' "$log"
	like "$1: a glob" "$out" '^3 lookups of 2 hosts in 1 process,'
	report --host='?.t*t' "$log"
	like "$1: another" "$out" '^4 lookups of 3 hosts'
	report --host='a.tes' "$log"
	is "$1: a glob is of the whole name" "$out" 'no lookups'
	report --since=1000.35 "$log"
	like "$1: since" "$out" '^2 lookups of 2 hosts'
	report --since=5m "$log"
	is "$1: since long after" "$status $out" '0 no lookups'
	report "$log" "$log" "$TMP/empty"
	like "$1: several logs" "$out" '^10 lookups of 4 hosts in 2 processes'
	is "$1: standard input" "$(PATH="$TMP/bin:$PATH" scripts/gaishim report <"$log" | sed 's/,.*//;q')" '5 lookups of 4 hosts in 2 processes'
}

# What is no whole line is counted, and nothing else is lost.
damage() {
	{
		head -n 2 "$log"
		printf 'pid=10 tid=11 the end of a line" code=0 us=3\n\n\n'
		printf 'ts=1000.1 pid=10 tid=11 call=getaddrinfo host="a.tests=1000.2 pid=10 tid=11 call=getaddrinfo host="b.test" how=led code=0 us=1\n'
		printf 'ts=1000.1 pid=10 tid=11 call=getaddrinfo host="a.test" service="80" how=led ats=1000.1 pid=1 tid=1 call=x host="y" how=led code=0 us=7\n'
		printf 'ts=1000.1 pid=10 tid=11 call=getaddrinfo host="a.test" how=led code=0\n'
		printf 'ts=1000.1 pid=10 tid=11 call=getaddrinfo host="a.test" code=0 us=9\n'
		printf 'ts=1000.1 pid=10 tid=11 call=getaddrinfo host="a.test" how=led us=9\n'
		# A later version may have more fields, and other words.
		printf 'ts=1000.2 pid=10 tid=11 call=getaddrinfo2 host="c.test" who="me" how=guessed asks=1 code=EAI_NEW new=1 us=7 newest=1\n'
		printf 'ts=1000.2 pid=10 tid=11 call=getaddrinfo host=NULL service="80" family=unspec how=numeric answers="::1" code=0 us=1\n'
		line 1000.5 10 11 d.test 'how=led asks=1 shared=0 code=0' 5 | head -c 150
	} >"$TMP/damaged"
	report "$TMP/damaged"
	is "$1: damage: status" "$status $err" '0 '
	like "$1: damage: what is whole" "$out" '^3 lookups of 3 hosts in 1 process'
	like "$1: damage: what is not is counted" "$out" '^9 lines skipped'
	like "$1: damage: a later version's way" "$out" '^c\.test +7 us +1 +- +- +1 +1 +7 us +7 us +7 us +7 us$'
	like "$1: damage: no host" "$out" '^\(none\) .* 1 us'
	for form in json trace; do
		report --$form "$TMP/damaged"
		printf '%s\n' "$out" >"$TMP/$form"
		by_python "$1: damage: $form" -m json.tool "$TMP/$form"
	done
	for form in --markdown --json --trace ''; do
		# shellcheck disable=SC2086 # none
		report $form "$TMP/empty"
		is "$1: an empty log: $form" "$status" 0
		case $form in
		--json | --trace)
			printf '%s\n' "$out" >"$TMP/json"
			by_python "$1: an empty log: $form is JSON" -m json.tool "$TMP/json"
			;;
		esac
	done
}

# The object writes no such hosts; the log may have come from elsewhere.
hostile() {
	while IFS= read -r host; do
		host=$(printf '%b' "$host")
		line 1000.5 10 11 "$host" 'how=led asks=1 shared=0 answers="<x>\\" code=0' 5
	done >"$TMP/hostile" <<-'END'
		\0033[2J\0033]0;title\0007
		\0302\0233 31m
		\0342\0200\0256txt.exe
		</script><script>alert(1)</script>
		| a | b | `c` **d** @you #1 [x](http://y) <b>
		\\\\",}]\\\\
		${HOME}$(id)%s%n
		\0377\0376
		\0355\0240\0200\0340\0200\0200\0364\0220\0200\0200\0360\0200\0200\0200
		a b=c how=waited us=9
		&amp;&#60;
		www.example.com
	END
	printf 'ts=1000.5 pid=10 tid=11 call=%b host="c.test" how=led code=0 us=500\n' '\033[2J' '<b>@you' '\0377' >>"$TMP/hostile"
	for form in '' --markdown --json --trace; do
		# shellcheck disable=SC2086 # none
		report $form "$TMP/hostile"
		is "$1: hostile: no control characters: $form" "$(printf '%s' "$out" | LC_ALL=C tr -d '\012\040-\176\200-\377' | wc -c)" 0
		printf '%s\n' "$out" >"$TMP/text"
		ok "$1: hostile: UTF-8: $form" iconv -f UTF-8 -t UTF-8 "$TMP/text"
		is "$1: hostile: nothing hidden: $form" "$(printf '%s' "$out" | LC_ALL=C grep -c "$(printf '\302\233\\|\342\200\256')")" 0
	done
	for form in json trace page; do
		if [ $form = page ]; then
			report --html="$TMP/$form.out" "$TMP/hostile"
		else
			report --$form "$TMP/hostile"
			printf '%s\n' "$out" >"$TMP/$form.out"
		fi
		by_python "$1: hostile: $form" tests/command/report.py "hostile-$form" "$TMP/$form.out"
	done
	report --markdown "$TMP/hostile"
	is "$1: hostile: Markdown has nothing of theirs" "$(printf '%s\n' "$out" | grep '^| <code>' |
		sed 's/<\/*code>//g' | sed 's/|[^|]*|[^|]*|[^|]*|[^|]*|[^|]*|[^|]*|[^|]*|[^|]*|$//' |
		grep -c '[][<>`*@()$"\\]\|www\.')" 0
}

# Numbers that no lookup has, some of which awks take for numbers; a NUL; and values of megabytes.
odd() {
	head -c 2000000 /dev/zero | tr '\0' h >"$TMP/h"
	{
		for ts in nan inf -inf +nan 0x10 1e300 -5; do
			line "$ts" 10 11 ts.test 'how=led asks=1 shared=0 code=0' 5
		done
		for us in '' -5 inf nan 1000000000000000; do
			line 1000.5 10 11 us.test 'how=led asks=1 shared=0 code=0' "$us"
		done
		line 1000.5 inf nan 0.test 'how=waited ms=inf asks=nan shared=inf code=0' 0
		line 1000.5 1 1 long-ago.test 'how=led asks=1 shared=0 code=0' 999999999999999
		line 1000.5 1 1 "$(cat "$TMP/h")" 'how=led asks=1 shared=0 code=0' 5
		cat "$TMP/h"
		printf '\n'
		line 1000.5 1 1 nul_.test 'how=led asks=1 shared=0 code=0' 5 | tr _ '\0'
	} >"$TMP/odd"
	report "$TMP/odd"
	is "$1: odd: status" "$status $err" '0 '
	like "$1: odd: no time" "$out" '^0\.test +0 us .* 0 us$'
	like "$1: odd: a start before 1970" "$out" '^[34] lookups of [34] hosts in 2 processes, 00:00:00\.000 to 00:16:40\.500$'
	is "$1: odd: no control characters" "$(PATH="$TMP/bin:$PATH" scripts/gaishim report "$TMP/odd" | LC_ALL=C tr -d '\012\040-\176' | wc -c)" 0
	for form in json trace; do
		PATH="$TMP/bin:$PATH" scripts/gaishim report --$form "$TMP/odd" >"$TMP/$form"
		by_python "$1: odd: $form" -m json.tool "$TMP/$form"
	done
	report --html="$TMP/page.html" "$TMP/odd"
	by_python "$1: odd: the page" -c 'import json, re, sys
json.loads(re.search(r"<script[^>]*json[^>]*>(.*?)</script>", open(sys.argv[1]).read(), re.S).group(1))' "$TMP/page.html"
}

# The lines of ten hosts are more than the memory that it may have.
memory() {
	$awk 'BEGIN {
		for (i = 0; i < 300000; i++)
			printf "ts=%d.%06d pid=10 tid=%d call=getaddrinfo host=\"host%d.test\" service=\"80\" family=unspec socktype=stream protocol=6 flags=0x20 how=waited ms=%d asks=1 shared=%d answers=\"192.0.2.1\" code=0 us=%d\n",
				1000 + i, i, 1 + i % 999, i % 10, i % 5000, i % 97, i * 13 % 70000
	}' >"$TMP/large"
	# shellcheck disable=SC3045 # dash and bash have it
	is "$1: 60 MB in 30 MB" "$( (ulimit -v 30000 && PATH="$TMP/bin:$PATH" scripts/gaishim report "$TMP/large" 2>&1) |
		sed 's/ in .*//;q')" '300,000 lookups of 10 hosts'
	rm "$TMP/large"
}

: >"$TMP/empty"
mkdir "$TMP/bin"
for awk in mawk gawk original-awk 'busybox awk'; do
	if ! $awk 'BEGIN { exit !(strftime("%Y", 0) != "") }' 2>/dev/null; then
		skip "$awk" "not installed, or without strftime()"
		continue
	fi
	printf '#!/bin/sh\nexec %s "$@"\n' "$awk" >"$TMP/bin/awk"
	chmod +x "$TMP/bin/awk"
	forms "$awk"
	damage "$awk"
	hostile "$awk"
	odd "$awk"
	memory "$awk"
done
rm "$TMP/bin/awk"

# refused NAME STATUS ERE ARG...
refused() {
	name=$1 wanted=$2 pattern=$3
	shift 3
	report "$@"
	is "$name: status" "$status" "$wanted"
	like "$name: says why" "$err" "$pattern"
	is "$name: prints nothing" "$out" ''
}
refused 'no such log' 1 'is not there' "$TMP/none"
refused 'a directory' 1 'is a directory' "$TMP"
refused 'an unknown option' 2 'unknown option' --yaml "$log"
refused 'an unknown order' 2 'allowed are time lookups' --sort=size "$log"
refused 'no number' 2 'allowed is a number' --top=many "$log"
refused 'no time' 2 'allowed are a number' --since=yesterday "$log"
refused 'a page that cannot be' 1 'cannot be written' --html="$TMP/none/page" "$log"
refused 'a page that is a directory' 1 'is a directory' --html="$TMP" "$log"
mkfifo "$TMP/fifo"
refused 'a page in place of a FIFO' 1 'is not a regular file' --html="$TMP/fifo" "$log"
refused 'a time that is a dot' 2 'allowed are a number' --since=. "$log"
for awk in mawk gawk 'busybox awk'; do
	$awk 'BEGIN { exit !(strftime("%Y", 0) != "") }' 2>/dev/null || continue
	printf '#!/bin/sh\nexec %s "$@"\n' "$awk" >"$TMP/bin/awk"
	chmod +x "$TMP/bin/awk"
	for odd in POSIXLY_CORRECT=1 LC_ALL=de_DE.UTF-8 GAWK_READ_TIMEOUT=1; do
		is "$awk: $odd" "$(env PATH="$TMP/bin:$PATH" TZ=UTC "$odd" scripts/gaishim report "$log" 2>&1 | sed q)" \
			'5 lookups of 4 hosts in 2 processes, 00:16:35.500 to 00:16:40.500'
	done
done
rm "$TMP/bin/awk"
for odd in 'a=b' '-f' 'a b' '--json'; do
	cp "$log" "$TMP/$odd"
	is "a log named $odd" "$(cd "$TMP" && TZ=UTC "$OLDPWD/scripts/gaishim" report -- "$odd" 2>&1 | sed 's/,.*//;q')" \
		'5 lookups of 4 hosts in 2 processes'
done

ln -s "$(command -v readlink)" "$(command -v sed)" "$TMP/bin"
out=$(PATH=$TMP/bin /bin/sh scripts/gaishim report "$log" 2>&1)
like 'without awk' "$? $out" 'there is no awk on the PATH'
(umask 027 && scripts/gaishim report --html="$TMP/page.html" "$log" 2>/dev/null)
is 'the mode of a page' "$(stat -c %a "$TMP/page.html")" 640

if ! command -v python3 >/dev/null; then
	skip 'a terminal' 'no python3'
	done_testing
fi

# On a terminal: as wide as it is, and with colour.
terminal() {
	python3 tests/command/terminal.py "$@"
}
out=$(terminal 60 scripts/gaishim report "$log")
is 'a terminal: no line is too wide' "$(printf '%s\n' "$out" | tr -d '\r' | sed 's/\x1b\[[0-9]*m//g' | awk 'length > 60')" ''
like 'a terminal: colour' "$out" "$(printf '\033')\[1m"
is 'NO_COLOR: none' "$(NO_COLOR=1 terminal 60 scripts/gaishim report "$log" | grep -c "$(printf '\033')")" 0
is 'TERM=dumb: none' "$(TERM=dumb terminal 60 scripts/gaishim report "$log" | grep -c "$(printf '\033')")" 0
is 'a COLUMNS that is no number of columns' "$(COLUMNS=99999999999999999999 terminal 60 scripts/gaishim report "$log" | grep -c 'number')" 0
like 'a narrow one: a host has a line of its own' "$(terminal 60 scripts/gaishim report "$log" | tr -d '\r')" '^b\.test$'
like 'a terminal as input: what to do' "$(terminal 60 -i scripts/gaishim report)" 'LOG is missing'
done_testing
