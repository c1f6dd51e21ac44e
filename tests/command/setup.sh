#!/bin/sh
# SPDX-License-Identifier: MIT
# scripts/dev/setup, and demo and check with it, on machines made of stubs: what it
# would install, by which package manager, and what it prints without root.

# shellcheck disable=SC2016 # what the stubs are to expand
. tests/lib/tap.sh
unset LD_PRELOAD

cc=$(command -v "${CC:-cc}")
mkdir "$TMP/bin"
for tool in awk cat chmod date dirname grep mkdir mktemp rm sed sh tr; do
	ln -s "$(command -v $tool)" "$TMP/bin/$tool"
done

# stub NAME LINE...: a program on the stubs' machine; what it is called with
# goes to $TMP/calls.
stub() {
	name=$1
	shift
	printf '%s\n' '#!/bin/sh' "echo \"$name \$*\" >>'$TMP/calls'" "$@" >"$TMP/bin/$name"
	chmod +x "$TMP/bin/$name"
}

# run COMPILER SCRIPT [ARG...]: on that machine. Leaves $status, $out, $calls.
run() {
	: >"$TMP/calls"
	compiler=$1
	shift
	out=$(PATH=$TMP/bin CC=$compiler "$@" 2>&1)
	status=$?
	calls=$(grep -v '^apt-cache\|^dpkg-query\|^dpkg --print\|^id \|^apt-get .*--assume-no' "$TMP/calls")
}

# root NUMBER: the user's id.
root() {
	stub id "echo $1"
}

root 1000
run no-compiler scripts/dev/setup
is "no purpose" "$status" 2

debian='gcc make libc6-dev libidn2-dev libunistring-dev'
run no-compiler scripts/dev/setup build
is "no package manager: status" "$status" 1
like "no package manager: names what is missing" "$out" "$debian\$"

stub dnf
run no-compiler scripts/dev/setup build
is "dnf, not root: status" "$status" 1
like "dnf, not root: the line" "$out" '^    dnf install gcc make glibc-devel libidn2-devel$' # it has no archives
is "dnf, not root: nothing is run" "$calls" ''
root 0
run no-compiler scripts/dev/setup build
like "dnf, root: installs" "$calls" '^dnf -y .*install gcc make glibc-devel'
rm "$TMP/bin/dnf"

stub apk
run no-compiler scripts/dev/setup build
like "apk, root: installs" "$calls" '^apk add gcc make musl-dev libidn2-dev libidn2-static libunistring-static$'
rm "$TMP/bin/apk"

# An archive that offers everything but mandoc, once there are package lists of it; the
# first install fails if it is asked for many at once.
lists() {
	printf '%s\n' "$1" >"$TMP/lists"
}
lists ' 500 http://deb.debian.org/debian bookworm/main amd64 Packages'
stub apt-cache 'test "$1" = policy || exit 0' 'shift' "test \$# -gt 0 || exec cat '$TMP/lists'" \
	"grep -q Packages '$TMP/lists' || exit 0" 'for p; do printf "%s:\n  Candidate: %s\n" $p "$(test $p = mandoc && echo "(none)" || echo 1)"; done'
stub dpkg-query 'echo not-installed'
stub dpkg "case \$1 in
	--print-architecture) echo amd64 ;;
	--print-foreign-architectures) cat '$TMP/foreign' ;;
	--add-architecture) echo \$2 >>'$TMP/foreign' ;;
	--remove-architecture) : >'$TMP/foreign' ;;
	esac"
: >"$TMP/foreign"
stub apt-get
root 1000
for script in 'dev/setup build' demo; do
	# shellcheck disable=SC2086 # two words
	run no-compiler scripts/$script
	is "$script, apt, not root: status" "$status" 1
	like "$script, apt, not root: the line" "$out" \
		"^    apt-get update && apt-get install -y --no-install-recommends $debian\$"
	is "$script, apt, not root: nothing is run" "$calls" ''
done
run no-compiler scripts/check
is "check, apt, not root: status" "$status" 1
like "check, apt, not root: the line" "$out" \
	"^    apt-get update && apt-get install -y --no-install-recommends $debian check\$"
run no-compiler scripts/check --all
like "check --all, apt, not root: the line" "$out" \
	"^    apt-get update && apt-get install -y --no-install-recommends $debian check valgrind"

# Servers are installed only where they are not started at once.
server=$(sed -n 's/ *# a server.*//p' tests/*/packages | sed -n 1p)
like "there is a package with a server" "$server" .
for code in 0 101; do
	stub policy-rc.d "exit $code"
	run no-compiler scripts/dev/setup all
	found=$(printf '%s\n' "$out" | grep -c "^    .* $server\( \|$\)")
	is "policy-rc.d says $code: a server is installed" "$found" $((code / 101))
done
rm "$TMP/bin/policy-rc.d"

# What apt says of the cost, and what becomes of it when nothing is to change.
cost='0 upgraded, 44 newly installed, 0 to remove and 0 not upgraded.
Need to get 54.5 MB of archives.
After this operation, 215 MB of additional disk space will be used.'
stub apt-get "case \$* in
	*update) test -z \"\$APT_CONFIG\" || grep -q 'Lists \"/' \"\$APT_CONFIG\" && echo ' Packages' >'$TMP/lists' ;;
	*--assume-no*) test \"\$LC_ALL\" = C && echo '$cost' ;;
	esac"
# costs WHAT: all of it is in $out.
costs() {
	is "$1" "$(printf '%s\n' "$out" | sed -n 's/^setup: \([0-9N].*\.$\|After .*\)/\1/p')" "$cost"
}
for id in 0 1000; do
	root $id
	for script in 'dev/setup --dry-run build' 'demo --dry-run' 'check --dry-run' 'check --all --dry-run'; do
		lists ' 500 http://deb.debian.org/debian bookworm/main amd64 Packages'
		# shellcheck disable=SC2086 # words
		run no-compiler scripts/$script
		is "$script, user $id: status" "$status" 0
		like "$script, user $id: the line" "$out" "^    apt-get update && .* $debian"
		costs "$script, user $id: the cost"
		is "$script, user $id: nothing is run" "$calls" ''
	done
	lists ''
	run no-compiler scripts/check --all --dry-run
	costs "no package lists, user $id: the cost"
	is "no package lists, user $id: they are fetched" "$calls" 'apt-get -q update'
	like "no package lists, user $id: what a fresh list has" "$out" "$debian check valgrind"
	is "no package lists, user $id: what it lacks" "$(printf '%s\n' "$out" | grep -c '^    .* mandoc')" 0
done
lists ' 500 http://deb.debian.org/debian bookworm/main amd64 Packages'
run no-compiler scripts/dev/setup build
costs "not root: the cost"
root 0
run no-compiler scripts/dev/setup build
costs "root: the cost"
is "root: it is said before it is done" \
	"$(sed -n 's/.*\(update\|--assume-no\|-q -y\).*/\1/p' "$TMP/calls" | paste -s -d ' ')" 'update --assume-no -q -y'
like "root: and how long it took" "$out" '^setup: that took [0-9]+ s$'
stub apt-get

run no-compiler scripts/dev/setup build
is "root, but still missing afterwards" "$status" 1
like "names it" "$out" "needed, and still missing: $debian\$"
is "the lists first" "$(echo "$calls" | head -n 1)" 'apt-get -q update'
like "then all at once" "$calls" "^apt-get -q -y --no-install-recommends .*install $debian\$"

stub make
run "$cc" scripts/dev/setup build
is "nothing missing: status" "$status" 0
is "nothing missing: not a word" "$out$calls" ''
run "$cc" scripts/dev/setup --dry-run build
is "nothing missing, a dry run: says so" "$status $out$calls" '0 setup: nothing is missing'
lists ''
run "$cc" scripts/dev/setup all
lists ' 500 http://deb.debian.org/debian bookworm/main amd64 Packages'
like "no package lists: what is missing is not taken for what is not to be had" "$calls" 'install .*valgrind'

stub apt-get 'case "$*" in *update) exit 1 ;; *install*" valgrind "*) exit 100 ;; *strace) exit 100 ;; esac'
run "$cc" scripts/dev/setup all
is "only optional packages fail: status" "$status" 0
like "the lists are not refreshed: says so" "$out" 'that failed'
like "each is tried alone" "$calls" 'install shellcheck$'
is "what the archive lacks is not asked for" "$(echo "$calls" | grep -c mandoc)" 0
like "what cannot be had is named" "$out" 'will be skipped: mandoc.* strace'

root 1000
run "$cc" scripts/dev/setup all
is "only optional packages missing, not root: status" "$status" 0
like "only optional packages missing, not root: the line" "$out" \
	'^    apt-get update && apt-get install -y --no-install-recommends .*valgrind'

# --- another architecture ---

here='gcc-aarch64-linux-gnu make libc6-dev-arm64-cross' foreign='libidn2-dev:arm64 libunistring-dev:arm64'
rm "$TMP/bin/make"
stub apt-get
: >"$TMP/foreign"
run no-compiler scripts/dev/setup arm64
like "arm64, not root: the line" "$out" "^    apt-get update && apt-get install -y --no-install-recommends $here &&\
 dpkg --add-architecture arm64 && apt-get update && apt-get install -y --no-install-recommends $foreign\$"
is "arm64, not root: nothing is run" "$calls" ''
root 0
run no-compiler scripts/dev/setup arm64
like "arm64, root: says what becomes of the machine" "$out" "adding the architecture arm64 .* 'dpkg --remove-architecture arm64' undoes it"
is "arm64, root: dpkg and apt know the architecture first" \
	"$(printf '%s\n' "$calls" | sed 's/.* install \(.*\)/install \1/' | paste -s -d '|')" \
	"dpkg --add-architecture arm64|apt-get -q update|install $here $foreign"
run no-compiler scripts/dev/setup arm64
is "arm64, root: it is added once" "$(printf '%s\n' "$calls" | grep -c '^dpkg ')" 0
: >"$TMP/foreign"
stub apt-get 'case "$*" in *update) test ! -s '"'$TMP/foreign'"' ;; esac'
run no-compiler scripts/dev/setup all
is "an archive without the architecture: all is as it was" "$(cat "$TMP/foreign")" ''
like "an archive without the architecture: said" "$out" 'that failed, so it is removed again'
like "an archive without the architecture: the others are installed" "$calls" 'install .* gcc-aarch64-linux-gnu'
stub apt-get

# check, in a tree of its own: it keeps a log in build.
mkdir -p "$TMP/tree/build"
cp -r scripts "$TMP/tree/"
for tool in nproc tail tee; do
	ln -s "$(command -v $tool)" "$TMP/bin/$tool"
done
for failures in 0 1; do
	stub make 'case $1 in check*) ;; *) exit 0 ;; esac' "echo 5 passed, $failures failed, 0 skipped" \
		"test $failures = 0 || { echo make: Error; exit 2; }"
	run "$cc" "$TMP/tree/scripts/check"
	is "check, $failures failed: status" "$status" $((failures * 2))
	is "check, $failures failed: the last line" "$(echo "$out" | tail -n 1)" "5 passed, $failures failed, 0 skipped"
	like "check, $failures failed: builds before" "$calls" '^make -j [0-9]+ tests$'
	like "check, $failures failed: the quick tests" "$calls" '^make check$'
done
run "$cc" "$TMP/tree/scripts/check" --all
like "check --all: all tests" "$calls" '^make check-all$'
run "$cc" "$TMP/tree/scripts/check" --al
is "check --al: status" "$status" 2
is "check --al: nothing is run" "$calls" ''
like "check --al: says what to do" "$out" 'try --help'

done_testing
