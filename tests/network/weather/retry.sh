#!/bin/sh
# SPDX-License-Identifier: MIT
# Real programs, while their nameserver says SERVFAIL for a second, and while it is down for
# two: by libc alone each of them fails, and with --retry=3 each reaches its server. Their
# own retries are switched off. npm is not among the packages, as it brings hundreds.

. tests/network/weather/lib.sh

# The server of all of them is at the address that dns.py gives to each name.
ip address add 192.0.2.7/32 dev lo
site=$TMP/site
mkdir -p "$site/simple/hello" "$site/debian" "$TMP/home"
HOME=$TMP/home GIT_CONFIG_NOSYSTEM=1 GIT_TERMINAL_PROMPT=0 PIP_DISABLE_PIP_VERSION_CHECK=1 NO_UPDATE_NOTIFIER=1
export HOME GIT_CONFIG_NOSYSTEM GIT_TERMINAL_PROMPT PIP_DISABLE_PIP_VERSION_CHECK NO_UPDATE_NOTIFIER
unset http_proxy https_proxy all_proxy no_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY

make_site() {
	printf 'hello\n' >"$site/hello.txt"
	if command -v git >/dev/null; then
		git init -q --bare "$site/hello.git" && git -C "$site/hello.git" update-server-info
	fi
	python3 - "$site" <<-'EOF'
		import json, sys, zipfile
		site = sys.argv[1]
		info = "hello-1.dist-info/"
		with zipfile.ZipFile(site + "/simple/hello/hello-1-py3-none-any.whl", "w") as wheel:
		    wheel.writestr(info + "METADATA", "Metadata-Version: 2.1\nName: hello\nVersion: 1\n")
		    wheel.writestr(info + "WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
		    wheel.writestr(info + "RECORD", "")
		with open(site + "/simple/hello/index.html", "w") as index:
		    index.write('<a href="hello-1-py3-none-any.whl">hello-1-py3-none-any.whl</a>')
		with open(site + "/hello", "w") as package:
		    json.dump({"name": "hello", "dist-tags": {"latest": "1.0.0"},
		               "versions": {"1.0.0": {"name": "hello", "version": "1.0.0", "dist": {"tarball": "x"}}}}, package)
	EOF
	: >"$site/debian/Packages"
}
make_site
python3 -m http.server --bind 192.0.2.7 --directory "$site" 80 >"$TMP/http.log" 2>&1 &
TAP_EXIT="$TAP_EXIT $!"
soon curl -sf -o /dev/null http://192.0.2.7/hello.txt || skip_all 'the HTTP server did not start, or there is no curl'

# A nameserver that is down: nothing is at its port until it is started.
printf 'nameserver 127.0.0.4\n' >"$TMP/down.conf"

# fetch PROGRAM HOST: what is run. It succeeds if the program reaches the server.
fetch() {
	case $1 in
	curl) curl -sf -o /dev/null "http://$2/hello.txt" ;;
	git) git ls-remote "http://$2/hello.git" ;;
	pip) python3 -m pip download -q --no-cache-dir --retries 0 --no-deps --index-url "http://$2/simple/" --trusted-host "$2" \
		-d "$TMP/wheels-$2" hello ;;
	npm) npm view hello version --registry "http://$2/" --fetch-retries 0 --cache "$TMP/npm-$2" ;;
	apt)
		apt=$TMP/apt-$2
		mkdir -p "$apt/lists/partial" "$apt/archives/partial"
		printf 'deb [trusted=yes] http://%s/debian ./\n' "$2" >"$apt/sources.list"
		apt-get -q -o Dir::Etc="$apt" -o Dir::State::Lists="$apt/lists" -o Dir::Cache="$apt" \
			-o APT::Sandbox::User=root -o Acquire::Retries=0 -o Acquire::Languages=none \
			-o APT::Update::Error-Mode=any update
		;;
	esac
}

has() {
	case $1 in
	pip) python3 -m pip --version >/dev/null 2>&1 ;;
	apt) command -v apt-get >/dev/null ;;
	*) command -v "$1" >/dev/null ;;
	esac
}

# begin WEATHER WHO PROGRAM HOST: starts it; its exit status goes to $TMP/WEATHER-WHO-PROGRAM.
begin() {
	(
		[ "$2" = libc ] || export LD_PRELOAD="$GAISHIM_SO" GAISHIM_RETRY=3 GAISHIM_LOG="$TMP/log-$1-$3"
		fetch "$3" "$4" >"$TMP/$1-$2-$3.out" 2>&1
		printf '%s\n' $? >"$TMP/$1-$2-$3"
	) &
	running="$running $!"
}

# finish_all: waits for all that was begun.
finish_all() {
	# shellcheck disable=SC2086 # several
	wait $running
	running=''
}

programs=''
for program in curl git pip npm apt; do
	if has "$program"; then
		programs="$programs $program"
	else
		skip "$program" "no $program"
	fi
done

# judge WEATHER: what became of them.
judge() {
	for program in $programs; do
		ok "$1: $program by libc alone fails" test "$(cat "$TMP/$1-libc-$program")" -ne 0
		is "$1: $program with --retry=3 works" "$(cat "$TMP/$1-shim-$program")" 0 ||
			sed 's/^/# /' "$TMP/$1-shim-$program.out"
		like "$1: $program: libc was asked again" "$(cat "$TMP/log-$1-$program")" ' asks=[2-4] .*code=0 '
	done
}

for program in $programs; do
	ok "in fair weather $program works" fetch "$program" "fair-$program.test"
done

# The shim asks after 0, 0.5, 1.5 and 3.5 s.
for program in $programs; do
	begin servfail libc "$program" "fail-libc-$program.test"
	begin servfail shim "$program" "sick-1000-shim-$program.test"
done
finish_all
judge servfail

# no_port: the datagrams so far that came to a port where nobody was.
no_port() {
	awk '$1 == "Udp:" { n = $3 } END { print n }' /proc/net/snmp
}

mount --bind "$TMP/down.conf" /etc/resolv.conf
for program in $programs; do
	begin down libc "$program" "libc-$program.test"
done
finish_all
# The nameserver starts two seconds after the first query: the shim's last retry finds it.
for program in $programs; do
	before=$(no_port)
	begin down shim "$program" "shim-$program.test"
	while [ "$(no_port)" -eq "$before" ] && [ ! -e "$TMP/down-shim-$program" ]; do
		sleep 0.1
	done
	sleep 2
	python3 tests/network/weather/dns.py "$TMP/down.queries" 127.0.0.4 2>"$TMP/down.err" &
	nameserver=$!
	finish_all
	kill $nameserver
	wait $nameserver
done
umount /etc/resolv.conf
judge down

done_testing
