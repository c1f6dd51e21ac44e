#!/bin/sh
# SPDX-License-Identifier: MIT
# scripts/dev/setup, and demo and check with it, on machines made of stubs: what it
# would install, by which package manager, and what it prints without root.

# shellcheck disable=SC2016 # what the stubs are to expand
. tests/lib/tap.sh
unset LD_PRELOAD

cc=$(command -v "${CC:-cc}")
mkdir "$TMP/bin"
for tool in awk cat dirname grep sed sh tr; do
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
	calls=$(grep -v '^apt-cache\|^dpkg-query\|^id ' "$TMP/calls")
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

# An archive that offers everything but mandoc; the first install fails if it
# is asked for many at once.
stub apt-cache 'test "$1" = policy || exit 0' 'shift' \
	'for p; do printf "%s:\n  Candidate: %s\n" $p "$(test $p = mandoc && echo "(none)" || echo 1)"; done'
stub dpkg-query 'echo not-installed'
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

root 0
run no-compiler scripts/dev/setup build
is "root, but still missing afterwards" "$status" 1
like "names it" "$out" "needed, and still missing: $debian\$"
is "the lists first" "$(echo "$calls" | head -n 1)" 'apt-get -q update'
like "then all at once" "$calls" "^apt-get -q -y --no-install-recommends .*install $debian\$"

stub make
run "$cc" scripts/dev/setup build
is "nothing missing: status" "$status" 0
is "nothing missing: not a word" "$out$calls" ''

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
like "check --al: says what to do" "$out" 'try --help'

done_testing
