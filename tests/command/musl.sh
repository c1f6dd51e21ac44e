#!/bin/sh
# SPDX-License-Identifier: MIT
# The command where musl is the only libc, and busybox all the tools that there are.

# shellcheck source=tests/lib/musl.sh
. tests/lib/musl.sh
. tests/lib/tap.sh
unset LD_PRELOAD PYTHONPATH
GAISHIM_SO=${GAISHIM_SO:-$BUILD/libgaishim.so}
tree=$TMP/tree
checkout "$tree"
unset GAISHIM_SO
object=$tree/build/libgaishim.so
loader=$(echo /lib/ld-musl-*.so.1)
version=$("$loader" 2>&1 | sed -n 's/^Version //p')

# gaishim ARG...: what it says in $out and $err, the exit status in $status.
gaishim() {
	out=$("$tree/scripts/gaishim" "$@" 2>"$TMP/err")
	status=$?
	err=$(cat "$TMP/err")
}

# finds NAME STATUS CHECK ERE: one line of doctor's about CHECK has that status and matches.
finds() {
	like "$1" "$(printf '%s\n' "$out" | grep "^$2  *$3: ")" "$4"
}

command_itself() {
	gaishim --version
	like "--version" "$out" "^gaishim [0-9.]+ \(commit "
	gaishim --help
	is "--help" "$status" 0
	gaishim sh -c 'exit 7'
	is "the exit status is the command's" "$status" 7
	gaishim "--log=$TMP/log" wget -q -O /dev/null http://localhost:1/
	like "a lookup of a command" "$(cat "$TMP/log")" 'host="localhost" .* how=led .* code=0 '
	gaishim nosuch
	is "a command that is not there" "$status" 127
	gaishim --lock=some true
	is "a wrong option" "$status" 2
	gaishim status
	like "status: off" "$status $out" '^1 .*: off here'
	eval "$("$tree/scripts/gaishim" env "--log=$TMP/env.log")"
	wget -q -O /dev/null http://localhost:1/
	like "env: a lookup" "$(cat "$TMP/env.log")" 'host="localhost"'
	gaishim status
	like "status: on" "$status $out" "^0 .*: on here, by LD_PRELOAD: $object\$"
	unset LD_PRELOAD PYTHONPATH GAISHIM_LOG TOX_TESTENV_PASSENV TOX_OVERRIDE
}

# The awk and the signals of busybox.
reports() {
	gaishim trace -o "$TMP/traced" --html="$TMP/page.html" sh -c 'wget -q -O /dev/null http://localhost:1/; cat; exit 5' <"$tree/shim/options.def"
	is "trace: the status, the input" "$status $out" "5 $(cat "$tree/shim/options.def")"
	like "trace: the report" "$err" '^localhost .* us'
	like "trace: the page" "$(cat "$TMP/page.html")" '^"hosts": \["localhost"\]'
	for form in --markdown --json --trace; do
		gaishim report $form "$TMP/traced"
		is "report $form: status" "$status$err" 0
		like "report $form" "$out" 'localhost'
	done
	printf 'ts=1.5 pid=1 tid=1 call=getaddrinfo host="b\303\274\302\233\033\377.test" family=unspec how=led code=0 us=1\n' >"$TMP/odd"
	gaishim report --json "$TMP/odd"
	like "report: bytes that are no text" "$out" "\"$(printf 'b\303\274')\\?\\?\\?\.test\""
}

doctor() {
	gaishim doctor
	is "doctor: status" "$status" 0
	is "doctor: nothing on standard error" "$err" ''
	is "doctor: no line FAILED" "$(printf '%s\n' "$out" | grep FAILED)" ''
	finds "doctor: the object" ok object "$object of gaishim "
	finds "doctor: it loads" ok loads 'the loader takes the object'
	finds "doctor: libc" ok libc ": musl $version of "
	finds "doctor: a numeric host" 'not checked' 'numeric host' 'wget reads it itself'
	finds "doctor: a Unicode host" ok 'Unicode host' 'asked by wget: how=numeric'
	finds "doctor: a name" ok name 'localhost, asked by wget: how=led'
	finds "doctor: nothing else is preloaded" ok preload 'nothing but the object'
	was=$out
	gaishim doctor --live localhost １２７.0.0.1 127.0.0.1 a/b
	is "doctor --live: status" "$status" 0
	like "doctor --live: a name" "$out" '^  getaddrinfo +led asks=1 +/etc/hosts +[0-9]+ +-  [0-9.:]+ \| the same$'
	like "doctor --live: a Unicode host" "$out" '^  getaddrinfo +numeric +gaishim \(numeric\) +[0-9]+ +-  127.0.0.1 \| no-answer$'
	is "doctor --live: two hosts that wget does not ask for" \
		"$(printf '%s\n' "$out" | grep -c '^  getaddrinfo  *not checked: wget .*reads the host itself')" 2
	gaishim doctor --json
	is "doctor --json: status" "$status" 0
	like "doctor --json: healthy" "$out" '^  "healthy": true,$'
	is "doctor --json: as many findings" "$(printf '%s\n' "$out" | grep -c '"check"')" "$(printf '%s\n' "$was" | wc -l)"
	LD_PRELOAD=$object gaishim doctor
	finds "doctor: it is on already" ok preload 'gaishim is on here, by LD_PRELOAD$'

	# musl says nothing of a file that is none of its own.
	cp "$object" "$TMP/good.so"
	echo nothing >"$object"
	gaishim doctor
	is "doctor, no object of ELF: status" "$status" 1
	finds "doctor, no object of ELF" FAILED loads 'the loader ignores the object'
	finds "doctor, no object of ELF: a name" 'not checked' name 'not loaded'
	# e_machine is at 18: RISC-V.
	cp "$TMP/good.so" "$object"
	printf '\363' | dd of="$object" bs=1 seek=18 conv=notrunc 2>/dev/null
	gaishim doctor
	is "doctor, another machine's object: status" "$status" 1
	finds "doctor, another machine's object" FAILED loads 'it is for riscv64, the programs here are for '
	cp "$TMP/good.so" "$object"
}

check() {
	gaishim check curl
	like "check curl" "$status $out" '^0 curl: takes effect'
	gaishim check /bin/busybox wget
	is "check busybox: status" "$status" 0
	like "check busybox" "$out" '^/bin/busybox: takes effect'
	like "check wget, a link to busybox" "$out" '^wget: takes effect'
	gaishim check dnsmasq
	like "check dnsmasq" "$out" '^dnsmasq: '
	printf '#!/bin/sh\n' >"$TMP/script"
	chmod 755 "$TMP/script"
	gaishim check "$TMP/script" "$object" nosuch
	is "check, no program of it reached: status" "$status" 1
	like "check a script" "$out" "^$TMP/script: perhaps: a script for /bin/sh"
	like "check a library" "$out" "^$object: no: a shared library, not a program"
	is "check nothing" "$err" 'gaishim: check: nosuch: not found'
	cp /bin/busybox "$TMP/foreign"
	printf '\363' | dd of="$TMP/foreign" bs=1 seek=18 conv=notrunc 2>/dev/null
	gaishim check "$TMP/foreign"
	like "check another machine's program" "$out" "no: another architecture: it is for riscv64, the object for $(uname -m), with which it does not start; there is no object for it"
	cp /bin/busybox "$TMP/setuid"
	chown 65534 "$TMP/setuid" 2>/dev/null
	status=$?
	chmod 4755 "$TMP/setuid"
	if [ "$status" -ne 0 ]; then
		skip "check a setuid program" "no other user in this namespace"
		return
	fi
	gaishim check "$TMP/setuid"
	if grep -q '^NoNewPrivs:.*1' /proc/self/status; then
		skip "check a setuid program" "setuid means nothing here"
	else
		like "check a setuid program" "$out" 'no: setuid: musl.s loader takes no LD_PRELOAD there, and nothing else'
	fi
}

enabling() {
	gaishim enable --system
	is "enable --system is refused: status" "$status" 125
	like "enable --system is refused: why" "$err" 'musl.* does not read /etc/ld\.so\.preload'
	like "enable --system is refused: what to do" "$err" 'enable --profile|--dotenv'
	gaishim disable --system
	is "disable --system has nothing to do" "$status" 0
	file=$TMP/variables
	echo A=b >"$file"
	gaishim --retry=3 enable --dotenv "$file"
	is "enable --dotenv" "$status $err" '0 '
	like "enable --dotenv: the object" "$(cat "$file")" "^LD_PRELOAD=$object\$"
	like "enable --dotenv: an option" "$(cat "$file")" '^GAISHIM_RETRY=3$'
	# shellcheck disable=SC2046 # words
	like "enable --dotenv: a lookup" \
		"$(env $(cat "$file") GAISHIM_LOG=stderr wget -q -O /dev/null http://localhost:1/ 2>&1)" 'host="localhost"'
	gaishim disable --dotenv "$file"
	is "disable --dotenv" "$status $(cat "$file")" '0 A=b'
	mkdir "$TMP/etc"
	cp -a /etc/. "$TMP/etc/"
	mkdir -p "$TMP/etc/profile.d"
	# A directory in /tmp is everybody's, so the tree is put elsewhere for root's profile.
	# shellcheck disable=SC2016 # for the inner shell
	out=$(unshare -m sh -c '
		mount --bind "$TMP/etc" /etc && mount -t tmpfs -o mode=755 tmpfs /srv && cp -R "$0" /srv/tree &&
		chown -R 0:0 /srv/tree && /srv/tree/scripts/gaishim enable --profile &&
		( . /etc/profile.d/gaishim.sh; GAISHIM_LOG=stderr wget -q -O /dev/null http://localhost:1/ )
		/srv/tree/scripts/gaishim disable --profile; printf "%s left\n" "$(ls /etc/profile.d)"' "$tree" 2>&1)
	like "enable --profile" "$out" 'an entry was added'
	like "enable --profile: a lookup" "$out" 'host="localhost"'
	like "disable --profile" "$out" 'was removed'
	is "disable --profile: nothing is left" "$(printf '%s\n' "$out" | tail -n 1)" ' left'
	export GITHUB_ENV="$TMP/github"
	: >"$GITHUB_ENV"
	gaishim enable --github
	is "enable --github" "$status" 0
	like "enable --github: the object" "$(cat "$GITHUB_ENV")" "^LD_PRELOAD=$object\$"
	gaishim disable --github
	is "disable --github" "$status $(cat "$GITHUB_ENV")" '0 '
}

export TMP
is "nothing here is of glibc" "$(find / -xdev \( -name 'ld-linux*' -o -name 'libc.so.6' \) | grep -v '^/mnt\|^/srv')" ''
command_itself
reports
doctor
check
enabling
done_testing
