#!/bin/sh
# SPDX-License-Identifier: MIT
# localhost, and names under it, where no source of libc's knows them: /etc/hosts is empty,
# there is no nameserver, and loopback is the only interface (RFC 6761 6.3).

. tests/lib/net.sh

: >"$TMP/hosts"
mount --bind "$TMP/hosts" /etc/hosts 2>/dev/null || skip_all "/etc/hosts cannot be replaced here: no mount namespace"
ip link set lo up

# found NAME ERE ASK-ARG...: libc alone does not find it, and strict mode neither.
found() {
	name=$1 ere=$2
	shift 2
	libc=$("$ASK" "$@")
	like "$name: libc alone does not find it" "$libc" '^code=EAI_(NONAME|NODATA|AGAIN)$'
	like "$name: loopback" "$(shimmed "$ASK" "$@")" "$ere"
	is "$name: strict mode is libc" "$(GAISHIM_STRICT=1 shimmed "$ASK" "$@")" "$libc"
}

v4='inet stream 6 flags=[0-9a-fx]+ len=16 127\.0\.0\.1 port=80'
v6='inet6 stream 6 flags=[0-9a-fx]+ len=28 ::1 port=80'
found 'localhost, IPv4' "^$v4" -f inet localhost 80
found 'localhost, IPv6' "^$v6" -f inet6 localhost 80
found 'x.localhost, IPv4, AI_ADDRCONFIG' "^$v4" -f inet -a addrconfig x.localhost 80
found 'a.b.LOCALHOST., any family: IPv6' "$v6" a.b.LOCALHOST. 80
found 'a.b.LOCALHOST., any family: IPv4' "$v4" a.b.LOCALHOST. 80
found 'bücher.localhost' "^$v4" -f inet bücher.localhost 80
found 'the canonical name is the host as it was written' 'canon=.?X\.localhost' -f inet -a canonname X.localhost 80
found 'a service by its name' "^$v4" -f inet x.localhost http
found 'no service' ' port=0' -f inet x.localhost
found 'a raw socket' '^inet raw [0-9]+ .* 127\.0\.0\.1 ' -f inet -t raw x.localhost

for host in xlocalhost localhost.test .localhost x..localhost; do
	is "$host is no such name" "$(shimmed "$ASK" -f inet "$host")" "$("$ASK" -f inet "$host")"
done
is 'AI_NUMERICHOST: no address' "$(shimmed "$ASK" -f inet -a numerichost localhost)" code=EAI_NONAME

is 'getent ahostsv4: libc alone' "$(getent ahostsv4 localhost || echo "exit $?")" 'exit 2'
like 'getent ahostsv4' "$(shimmed getent ahostsv4 localhost)" '^127\.0\.0\.1 +STREAM localhost'
like 'getent hosts: gethostbyname2' "$(shimmed getent hosts x.localhost)" '^::1 +x\.localhost'
like 'the log says so' "$(GAISHIM_LOG=stderr shimmed getent ahostsv4 localhost 2>&1)" ' how=localhost '

# Real programs, and a server on loopback. curl has known these names
# itself since 7.85, so libc alone may do for it.
if command -v python3 >/dev/null; then
	python3 -m http.server --bind 127.0.0.1 --directory "$TMP" 8643 >"$TMP/http.log" 2>&1 &
	TAP_EXIT="kill $!"
	unset http_proxy https_proxy all_proxy no_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY
	cat >"$TMP/get.js" <<-'EOF'
		require('http').get(process.argv[2], response => process.exit(response.statusCode === 200 ? 0 : 1))
			.on('error', error => process.exit(2));
	EOF
	cat >"$TMP/names.py" <<-'EOF'
		import socket, sys
		print(socket.gethostbyname(sys.argv[1]), *socket.gethostbyname_ex(sys.argv[1]))
	EOF
	ok 'the server is up' soon python3 -c 'import socket; socket.create_connection(("127.0.0.1", 8643)).close()'
fi

# reaches NAME COMMAND...: by libc alone the command fails.
reaches() {
	name=$1
	shift
	if [ ! -s "$TMP/names.py" ] || ! command -v "$1" >/dev/null; then
		skip "$name" "no $1, or no python3"
		return
	fi
	"$@" >/dev/null 2>&1
	ok "$name by libc alone fails" test $? -ne 0
	ok "$name" shimmed "$@"
}

for host in localhost x.localhost; do
	reaches "$host: node" node "$TMP/get.js" "http://$host:8643/"
	reaches "$host: wget" wget -q -t 1 -O /dev/null "http://$host:8643/"
	reaches "$host: gethostbyname of Python's" python3 "$TMP/names.py" "$host"
	[ ! -s "$TMP/names.py" ] || is "$host: gethostbyname of Python's: the answer" \
		"$(shimmed python3 "$TMP/names.py" "$host")" "127.0.0.1 $host [] ['127.0.0.1']"
	if command -v curl >/dev/null && [ -s "$TMP/names.py" ]; then
		ok "$host: curl" shimmed curl -sf -o /dev/null "http://$host:8643/"
	else
		skip "$host: curl" 'no curl, or no python3'
	fi
done

# What a source of libc's says comes first.
echo '192.0.2.7 x.localhost' >/etc/hosts
like '/etc/hosts comes first' "$(shimmed "$ASK" -f inet x.localhost)" ' 192\.0\.2\.7 '

done_testing
