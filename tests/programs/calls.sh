#!/bin/sh
# SPDX-License-Identifier: MIT
# Real programs that look hosts up by gethostbyname, gethostbyaddr, getnameinfo and their
# kin. The shim's log shows that the call came through the object. A Unicode host is found,
# where libc alone finds none; all else is as it is with libc alone. Programs with threads
# share a lookup, and nobody with a numeric host waits for strangers.

. tests/lib/net.sh

command -v dnsmasq >/dev/null || skip_all "no dnsmasq: package dnsmasq-base"
net_up
net_private_etc
for last in 10 20; do
	ip address add 192.0.2.$last/32 dev lo
done

queries=$TMP/queries
slow=127.0.0.53
export GAISHIM_LOG="$TMP/shim.log" XAUTHORITY="$TMP/xauthority" HOME="$TMP/home" dir="$TMP"
mkdir "$HOME"
echo text >"$TMP/file"

dnsmasq --no-daemon --conf-file=/dev/null --listen-address=127.0.0.1 --bind-interfaces --no-resolv --no-hosts \
	--log-queries --log-facility=- --local=/test/ --local=/in-addr.arpa/ --local=/ip6.arpa/ \
	--host-record=a.test,192.0.2.10 --host-record=xn--bcher-kva.test,192.0.2.20 2>"$queries" &
pids=$!
"$BUILD/tests/network/slow" "$slow" 127.0.0.1 300 >"$TMP/slow" &
TAP_EXIT="kill $pids $!"

nameserver() {
	printf 'nameserver %s\n' "$1" >/etc/resolv.conf
}

nameserver 127.0.0.1
ok 'the nameserver is up' soon "$ASK" a.test
ok 'the slow one is up' soon test -s "$TMP/slow"

# run PRELOAD COMMAND: what COMMAND says; the exit status does not matter.
run() {
	rm -f "$GAISHIM_LOG"
	LD_PRELOAD=$1 timeout -k 2 20 sh -c "$2" </dev/null 2>&1 | tr -d '\000'
	touch "$GAISHIM_LOG"
}

# installed NAME: or NAME is skipped. The first word is the command.
installed() {
	command -v "${1%% *}" >/dev/null && return
	skip "$1" 'not installed'
	return 1
}

# program NAME CALL HOST ERE COMMAND: COMMAND, which is sh, asks for HOST by CALL, and says
# something that ERE matches. Where it does not say so with libc alone, if HOST is ASCII, the
# program lacks something here, such as a raw socket, and is skipped.
program() {
	installed "$1" || return
	case $2:$3 in
	*:*ü*) became='normalized="xn--bcher-kva\.test" how=(led|passed) asks=1 shared=0 answers="[^"]+" code=0 ' ;;
	gethostbyname*:[0-9]*) became='how=numeric answers="[^"]+" code=0 ' ;;
	*) became='how=(led|passed) asks=1 shared=0 answers="[^"]+" code=0 ' ;;
	esac
	said=$(run '' "$5")
	found=$(printf '%s\n' "$said" | grep -E -- "$4")
	case $found:$3 in
	*:*ü*) is "$1: $3: libc alone has nothing of it" "$found" '' ;;
	:*)
		skip "$1: $3" "alone it says: $(printf '%s' "$said" | tr '\n#' '  ' | cut -c 1-160)"
		return
		;;
	esac
	like "$1: $3: with the shim" "$(run "$GAISHIM_SO" "$5")" "$4"
	like "$1: $3: it was $2" "$(cat "$GAISHIM_LOG")" " call=$2 host=\"$3\" .*$became"
}

name='192\.0\.2\.20|xn--bcher-kva'

# shellcheck disable=SC2016 # the commands are expanded when they run
by_name() {
	program 'getent hosts' gethostbyname2 bücher.test "$name" 'getent hosts bücher.test'
	program 'perl' gethostbyname_r bücher.test '^192\.0\.2\.20$' \
		'perl -e "print join q(.), unpack q(C4), scalar gethostbyname(q(bücher.test))"'
	program 'perl' gethostbyname_r 127.1 '^127\.0\.0\.1$' \
		'perl -e "print join q(.), unpack q(C4), scalar gethostbyname(q(127.1))"'
	program 'php gethostbyname' gethostbyname_r bücher.test '^192\.0\.2\.20$' \
		'php -n -r "echo gethostbyname(\"bücher.test\");"'
	program 'php gethostbynamel' gethostbyname_r bücher.test '^192\.0\.2\.20$' \
		'php -n -r "echo implode(\" \", gethostbynamel(\"bücher.test\") ?: []);"'
	program 'python3 gethostbyname_ex' gethostbyname_r bücher.test "$name" \
		'python3 -c "import socket; print(socket.gethostbyname_ex(\"bücher.test\".encode()))"'
	program 'python3 gethostbyname_ex' gethostbyname_r a.test 'a\.test.*192\.0\.2\.10' \
		'python3 -c "import socket; print(socket.gethostbyname_ex(\"a.test\"))"'
	# Ruby asks by getaddrinfo first, and then for the aliases of the canonical name.
	program 'ruby' gethostbyname xn--bcher-kva.test 'xn--bcher-kva' \
		'ruby -W0 -rsocket -e "p Socket.gethostbyname(%q(xn--bcher-kva.test))"'
	program 'nc.traditional' gethostbyname bücher.test "$name" 'nc.traditional -v -w 2 -z bücher.test 9'
	program 'arp' gethostbyname bücher.test 'in 0 entries no match found' 'arp -a bücher.test'
	program 'route' gethostbyname bücher.test '192\.0\.2\.20' \
		'route add -host bücher.test lo; route -n; route del -host 192.0.2.20 lo 2>$dir/none'
	program 'lsof' gethostbyname2 bücher.test '^none$' 'lsof -i @bücher.test >$dir/lsof 2>&1; [ -s $dir/lsof ] || echo none'
	program 'ss' gethostbyname2 a.test 'State' 'ss -l -n src a.test'
	program 'hping3' gethostbyname bücher.test 'lo 192\.0\.2\.20' 'hping3 -c 1 -S -p 9 bücher.test'
	program 'dnstracer' gethostbyname2 bücher.test "$name" 'timeout 1 dnstracer -s bücher.test a.test'
	program 'wput' gethostbyname bücher.test "$name" 'wput -t 1 $dir/file ftp://bücher.test:9/'
	program 'ncftpls' gethostbyname2_r bücher.test 'refused' 'ncftpls -t 2 -r 1 -P 9 ftp://bücher.test/'
	program 'sipsak' gethostbyname bücher.test 'using A record' 'timeout 2 sipsak -vv -s sip:x@bücher.test:9'
	program 'tar' gethostbyname bücher.test 'Input/output error' \
		'tar -C $dir -cf bücher.test:/x --rsh-command=/bin/false file'
	program 'zsh ztcp' gethostbyname2 bücher.test 'connection refused' \
		'zsh -fc "zmodload zsh/net/tcp; ztcp bücher.test 9"'
	# haproxy refuses hosts that are not ASCII by itself.
	printf 'defaults\n timeout connect 1s\n timeout client 1s\n timeout server 1s\nfrontend f\n bind 127.0.0.1:8088
 default_backend b\nbackend b\n server a a.test:80\n' >"$TMP/haproxy"
	program 'haproxy -dG' gethostbyname a.test 'Configuration file is valid' 'haproxy -dG -c -f $dir/haproxy'
	program 'postmap' getaddrinfo bücher.test 'Connection refused' 'timeout 3 postmap -q x tcp:bücher.test:9'
}

# shellcheck disable=SC2016
by_address() {
	program 'getent hosts' gethostbyaddr 192.0.2.10 'a\.test' 'getent hosts 192.0.2.10'
	program 'perl' gethostbyaddr_r 192.0.2.10 '^a\.test$' \
		'perl -MSocket=AF_INET -e "print scalar gethostbyaddr(pack(q(C4), 192, 0, 2, 10), AF_INET)"'
	program 'php gethostbyaddr' getnameinfo 192.0.2.10 '^a\.test$' 'php -n -r "echo gethostbyaddr(\"192.0.2.10\");"'
	program 'python3 gethostbyaddr' gethostbyaddr_r 192.0.2.10 "'a\.test'" \
		'python3 -c "import socket; print(socket.gethostbyaddr(\"192.0.2.10\"))"'
	program 'python3 getfqdn' gethostbyaddr_r 192.0.2.10 '^a\.test$' \
		'python3 -c "import socket; print(socket.getfqdn(\"192.0.2.10\"))"'
	program 'python3 getnameinfo' getnameinfo 192.0.2.10 "\('a\.test', 'http'\)" \
		'python3 -c "import socket; print(socket.getnameinfo((\"192.0.2.10\", 80), 0))"'
	program 'ruby gethostbyaddr' gethostbyaddr 192.0.2.10 '"a\.test"' \
		'ruby -W0 -rsocket -e "p Socket.gethostbyaddr([192, 0, 2, 10].pack(%q(C4)))"'
	program 'ruby getnameinfo' getnameinfo 192.0.2.10 '"a\.test", "http"' \
		'ruby -rsocket -e "p Addrinfo.tcp(%q(192.0.2.10), 80).getnameinfo"'
	program 'nc.traditional' gethostbyaddr 192.0.2.10 '^a\.test \[192\.0\.2\.10\]' 'nc.traditional -v -w 2 -z 192.0.2.10 9'
	program 'ip -r' gethostbyaddr 192.0.2.10 ' a\.test ' 'ip -r route get 192.0.2.10'
	program 'netstat' gethostbyaddr 192.0.2.10 '^a\.test ' \
		'ip route add 192.0.2.10/32 dev lo; netstat -r; ip route del 192.0.2.10/32 dev lo'
	program 'traceroute' getnameinfo 192.0.2.10 ' a\.test ' 'traceroute -m 1 192.0.2.10'
	program 'inetutils-traceroute' gethostbyaddr 192.0.2.10 '\(a\.test\)' \
		'inetutils-traceroute -m 1 --resolve-hostnames 192.0.2.10'
	program 'tcptraceroute' gethostbyaddr 192.0.2.10 ' a\.test ' 'tcptraceroute -m 1 192.0.2.10 9'
	program 'mtr' gethostbyaddr 192.0.2.10 ' a\.test ' 'mtr -r -c 1 192.0.2.10'
	program 'ping' getnameinfo 192.0.2.10 'from a\.test ' 'ping -c 1 a.test'
	program 'fping' getnameinfo 192.0.2.10 '^a\.test ' 'fping -d -c 1 192.0.2.10'
	program 'xauth' gethostbyaddr 192.0.2.10 '^a\.test:0 ' 'xauth add a.test:0 . 00; xauth list'
	# A packet from 192.0.2.10 to 192.0.2.20, in a file of raw IP (link type 101).
	{
		printf '\324\303\262\241\002\000\004\000\000\000\000\000\000\000\000\000\377\377\000\000\145\000\000\000'
		printf '\001\000\000\000\000\000\000\000\034\000\000\000\034\000\000\000'
		printf '\105\000\000\034\000\000\000\000\100\021\000\000\300\000\002\012\300\000\002\024\000\001\000\002\000\010\000\000'
	} >"$TMP/packets"
	program 'tcpdump' gethostbyaddr 192.0.2.10 ' a\.test\.1 > xn--bcher-kva\.test\.2' \
		'tcpdump -Z "$(id -un)" -r $dir/packets'
	cat >"$TMP/rsyslog" <<-END
		module(load="imudp")
		input(type="imudp" address="127.0.0.1" port="5514")
		template(name="from" type="string" string="from %fromhost%\\n")
		action(type="omfile" file="$TMP/received" template="from")
	END
	program 'rsyslogd' getnameinfo 192.0.2.10 '^from a\.test$' 'rm -f $dir/received
		rsyslogd -n -f $dir/rsyslog -i $dir/pid & daemon=$!
		for i in 1 2 3 4 5 6 7 8 9 10; do
			sleep 0.2
			echo "<13>Jan  1 00:00:00 x y: hello" | LD_PRELOAD= socat - UDP4:127.0.0.1:5514,bind=192.0.2.10
			[ ! -s $dir/received ] || break
		done
		kill $daemon
		wait $daemon
		sort -u $dir/received'
}

# asked ERE: how many queries of the type and name there were.
asked() {
	grep -Ec "query\[$1 from" "$queries"
}

# herd NAME CALL QUERY COMMAND: 20 threads of COMMAND ask the same by CALL at the same time.
herd() {
	installed "$1" || return
	: >"$queries"
	run '' "$4" >"$TMP/said"
	is "$1: 20 threads: libc alone" "$(sort "$TMP/said" | uniq -c | sed 's/^ *//')" '20 done'
	ok "$1: libc alone sends $(asked "$3") queries" test "$(asked "$3")" -ge 20
	: >"$queries"
	run "$GAISHIM_SO" "$4" >"$TMP/said"
	is "$1: 20 threads: with the shim" "$(sort "$TMP/said" | uniq -c | sed 's/^ *//')" '20 done'
	led=$(grep -Ec " call=$2 .* how=(led|asked) " "$GAISHIM_LOG")
	# A busy machine may take longer than 0.4 s, and then libc is asked again.
	ok "$1: with it $(asked "$3") queries, $led led" test "$(asked "$3")" -le 3 -a "$led" -le 3 -a "$led" -ge 1
	is "$1: the others waited" "$(grep -c " call=$2 .* how=waited .* code=0 " "$GAISHIM_LOG")" $((20 - led))
}

# Python 3.11 and Ruby 3.1 hold a lock of their own while they are in getnameinfo, so their
# threads never ask at the same time, but for ctypes.
herds() {
	nameserver "$slow"
	cat >"$TMP/herd.py" <<-'END'
		import ctypes, socket, struct, sys, threading
		def getnameinfo():
		    address, host = struct.pack('=H2xBBBB8x', socket.AF_INET, 192, 0, 2, 10), ctypes.create_string_buffer(99)
		    return ctypes.CDLL(None).getnameinfo(address, 16, host, 99, None, 0, 0) == 0 and host.value == b'a.test'
		asks = {
		    'gethostbyname_ex': lambda: socket.gethostbyname_ex('a.test')[0] == 'a.test',
		    'gethostbyaddr': lambda: socket.gethostbyaddr('192.0.2.10')[0] == 'a.test',
		    'getnameinfo': getnameinfo,
		}
		ready = threading.Barrier(20)
		def ask():
		    ready.wait()
		    print('done\n' if asks[sys.argv[1]]() else 'other\n', end='', flush=True)
		threads = [threading.Thread(target=ask) for _ in range(20)]
		for thread in threads:
		    thread.start()
	END
	# shellcheck disable=SC2016
	{
		herd 'python3 gethostbyname_ex' gethostbyname_r 'A\] a\.test' 'python3 $dir/herd.py gethostbyname_ex'
		herd 'python3 gethostbyaddr' gethostbyaddr_r 'PTR\] 10\.2\.0\.192\.in-addr\.arpa' 'python3 $dir/herd.py gethostbyaddr'
		herd 'python3 ctypes getnameinfo' getnameinfo 'PTR\] 10\.2\.0\.192\.in-addr\.arpa' 'python3 $dir/herd.py getnameinfo'
	}
}

# Behind three strangers of 0.3 s each, who are in the same call, by ctypes: libc alone has
# a numeric host and localhost wait for at least one of them.
line() {
	installed 'python3 ctypes' || return
	cat >"$TMP/line.py" <<-'END'
		import ctypes, sys, threading, time
		libc = ctypes.CDLL(None)
		call = getattr(libc, sys.argv[1])
		call.restype = ctypes.c_void_p
		host, *more = eval(sys.argv[2])
		for i in range(3):
		    stranger = bytes([192, 0, 2, 50 + i]) if sys.argv[1] == 'gethostbyaddr' else b'absent-%d.test' % i
		    threading.Thread(target=call, args=[stranger] + more).start()
		time.sleep(0.1)
		begun = time.monotonic()
		answer = call(host, *more)
		print('no answer' if not answer else 'at once' if time.monotonic() - begun < 0.1 else 'late')
	END
	while read -r call arguments; do
		command="python3 $TMP/line.py $call '$arguments'"
		is "python3 ctypes: $call$arguments in a line: libc alone" "$(run '' "$command")" late
		is "python3 ctypes: $call$arguments in a line: with the shim" "$(run "$GAISHIM_SO" "$command")" 'at once'
	done <<-'END'
		gethostbyname (b"127.0.0.1",)
		gethostbyname (b"localhost",)
		gethostbyname2 (b"127.0.0.1", 2)
		gethostbyname2 (b"localhost", 2)
		gethostbyaddr (bytes([127, 0, 0, 1]), 4, 2)
	END
}

by_name
by_address
herds
line
done_testing
