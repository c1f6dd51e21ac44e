#!/bin/sh
# SPDX-License-Identifier: MIT
# Real programs, as their packages have them: each reaches a loopback server by
# 127.0.0.1, ::1, a name and a Unicode name, and the shim's log shows what it was
# asked and what became of it. Every host has an address of its own, and the
# server logs the address that it was reached at.

. tests/lib/net.sh

net_up
net_private_etc
printf '127.0.0.7 named.test\n127.0.0.8 xn--bcher-kva.test\n' >>/etc/hosts

reached=$TMP/reached log=$TMP/shim.log
unset http_proxy https_proxy all_proxy no_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY
mkdir "$TMP/home"
export HOME="$TMP/home" GAISHIM_LOG="$log" port=8642

"$BUILD/tests/programs/server" "$port" "$reached" >"$TMP/server" &
TAP_EXIT="kill $!"
ok 'the server is up' soon test -s "$TMP/server"

# preloaded COMMAND [ARG...]: as a user would, where the object is the one that
# scripts/gaishim takes.
preloaded() {
	if [ "$GAISHIM_SO" = "$PWD/build/libgaishim.so" ]; then
		scripts/gaishim "$@"
	else
		shimmed "$@"
	fi
}

# run HOST URLHOST COMMAND: the exit status does not matter, nor what is said: the
# server speaks HTTP to ssh and mariadb too.
run() {
	rm -f "$log"
	: >"$reached"
	preloaded env host="$1" url="$2" timeout -k 2 20 sh -c "$3" </dev/null >"$TMP/out" 2>&1
	touch "$log"
}

# evidence: what the last run left, for who reads a failure.
evidence() {
	echo "reached: $(tr '\n' ' ' <"$reached")"
	cat "$log"
	head -c 2000 "$TMP/out"
}

came() {
	soon grep -Fqx "$1" "$reached"
}

logged() {
	grep -Eq "$1" "$log"
}

# Before glibc 2.34 libpthread was apart. In a program that does without it there
# is one thread, and names are left to libc.
is_threadless() {
	first=$(printf 'glibc 2.34\n%s\n' "$(getconf GNU_LIBC_VERSION)" | sort -V | head -n 1)
	[ "$first" != 'glibc 2.34' ] && libraries=$(ldd "$(command -v "$1")" 2>&1) &&
		! echo "$libraries" | grep -q libpthread
}

# program NAME HABITS COMMAND: COMMAND is sh and uses $host, $url (an IPv6 address
# in brackets) and $port. NAME's first word is the command that must be there.
# HABITS are what a program is known to do with some hosts before it asks, where
# other versions of it may not; the log must agree then, and it is skipped:
#   parses   reads numeric hosts itself and never asks for them
#   encodes  makes punycode of a Unicode host itself, and asks for that
#   escapes  makes %xx of a Unicode host, and asks for that: nobody has such a host
program() {
	command -v "${1%% *}" >/dev/null || {
		skip "$1" 'not installed'
		return
	}
	led='how=led asks=1 shared=[0-9]+ answers="[^"]+" code=0 '
	! is_threadless "${1%% *}" || led='how=passed asks=1 shared=0 answers="[^"]+" code=0 '
	while read -r host url address wanted; do
		what="$1: $host"
		run "$host" "$url" "$3"
		if logged "$wanted" && came "$address"; then
			ok "$what" true
			continue
		fi
		case $host,$2 in
		[1:]*,*parses*)
			if ! logged "host=\"$host\"" && came "$address"; then
				skip "$what" 'it reads numeric hosts itself: reached, and getaddrinfo was not asked'
				continue
			fi
			;;
		b*,*encodes*)
			if logged "host=\"xn--bcher-kva\.test\" .* $led" && came "$address"; then
				skip "$what" 'it makes punycode itself: reached, and the log shows the lookup of that'
				continue
			fi
			;;
		b*,*escapes*)
			if logged 'host="b%c3%bccher\.test"|host="b%C3%BCcher\.test"'; then
				skip "$what" 'it asks for b%c3%bccher.test, which nobody has'
				continue
			fi
			;;
		esac
		is "$what" "$(evidence)" "reached: $address, and a log line like /$wanted/"
	done <<-END
		127.0.0.1 127.0.0.1 127.0.0.1 host="127\.0\.0\.1" .* how=numeric answers="127\.0\.0\.1" code=0
		::1 [::1] ::1 host="::1" .* how=numeric answers="::1" code=0
		named.test named.test 127.0.0.7 host="named\.test" .* $led
		bücher.test bücher.test 127.0.0.8 host="bücher\.test" .* normalized="xn--bcher-kva\.test" $led
	END
}

# shellcheck disable=SC2016 # the commands are expanded when they run
{
	program curl parses,encodes 'curl -sS -m 10 http://$url:$port/'
	program wget encodes 'wget -q -T 10 -t 1 -O - http://$url:$port/'
	program git parses,encodes 'git ls-remote http://$url:$port/'
	program 'python3 str' encodes 'python3 -c "
import os, socket
socket.create_connection((os.environ[\"host\"], os.environ[\"port\"]), 10)"'
	program 'python3 bytes' - 'python3 -c "
import os, socket
socket.create_connection((os.environb[b\"host\"], os.environ[\"port\"]), 10)"'
	program perl - 'perl -MIO::Socket::IP -e "
IO::Socket::IP->new(PeerHost => \$ENV{host}, PeerPort => \$ENV{port}) or die \$@"'
	program node parses,encodes 'node -e "
require(\"net\").connect(process.env.port, process.env.host).on(\"data\", d => console.log(String(d)))"'
	program 'keytool (java)' parses 'keytool -printcrl -file http://$url:$port/'
	program php - 'php -n -r "echo file_get_contents(\"http://\$argv[1]/\");" "$url:$port"'
	program ruby parses 'ruby -rsocket -e "TCPSocket.new(ENV[%q(host)], ENV[%q(port)])"'
	program ssh - 'ssh -F none -o BatchMode=yes -o ConnectTimeout=5 -o StrictHostKeyChecking=no \
		-o UserKnownHostsFile=/dev/null -p $port nobody@$host'
	program psql - 'psql "host=$host port=$port user=nobody connect_timeout=5 sslmode=disable"'
	program nc - 'echo | nc -w 5 $host $port'
	program openssl - 'openssl s_client -connect $url:$port'
	program socat - 'socat -T 5 STDIO TCP:$url:$port'
	program lynx encodes 'lynx -dump http://$url:$port/'
	program w3m escapes 'w3m -dump http://$url:$port/'
	program lftp encodes 'lftp -c "set net:timeout 5; set net:max-retries 1; cat http://$url:$port/"'
	program rsync - 'rsync --contimeout=5 --timeout=5 rsync://$url:$port/'
	program aria2c escapes 'aria2c -q --async-dns=false -d $HOME -o file --allow-overwrite http://$url:$port/'
	program redis-cli - 'redis-cli -h $host -p $port ping'
	program mariadb - 'mariadb --no-defaults --protocol=tcp --connect-timeout=5 -h $host -P $port -u nobody'
	program telnet - 'telnet $host $port'
	program tclsh - 'echo "fconfigure [socket \$env(host) \$env(port)]" | tclsh'
	program busybox parses 'busybox wget -q -O - http://$url:$port/'
	program bash - 'bash -c ": <>/dev/tcp/\$host/\$port"'
	program logger - 'logger --tcp --server $host --port $port reached'
	program apt-get - '/usr/lib/apt/apt-helper -o Acquire::Retries=0 -o APT::Sandbox::User=root download-file \
		http://$url:$port/ $HOME/file'
}

done_testing
