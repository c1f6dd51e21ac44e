#!/bin/sh
# SPDX-License-Identifier: MIT
# Limit: 900 s
#
# The matrix: what it refuses, what it says when it cannot, and the tests in every
# release whose root is in the cache or can be made in the time there is.

. tests/lib/tap.sh
unset LD_PRELOAD GAISHIM_SEED GAISHIM_QUESTIONS

# matrix ARG...: leaves the exit status in $status, what it wrote in $out.
matrix() {
	out=$(scripts/dev/matrix "$@" 2>&1)
	status=$?
}

# refuses ERE ARG...: nothing runs, and the text says what is allowed.
refuses() {
	ere=$1
	shift
	matrix "$@"
	is "'$*' is refused" "$status" 2
	like "'$*': says what is allowed" "$out" "$ere"
}

refuses 'no such option: --nosuch' --nosuch
refuses 'one of bullseye bookworm trixie testing' stretch
refuses 'one of bullseye bookworm trixie testing' trixie ''
refuses 'one of preload differential ' --suite=nosuch
refuses 'one of preload differential ' --suite=
refuses 'seconds up to 99999' --make=
refuses 'seconds up to 99999' --make=1m
refuses 'begins with http://' --mirror=ftp.debian.org
refuses 'no such option: --cache=' --cache=
refuses '--suite does not go with --bare' --bare --suite=net
refuses '--all goes with --bare' --all trixie
refuses '--bare goes with bullseye bookworm trixie' --bare musl-trixie trixie
matrix --help
is "--help succeeds" "$status" 0
for word in bullseye testing --bare --all --suite= --cache= --mirror= --make= --renew; do
	like "--help has $word" "$out" "$word"
done

BUILD=$TMP matrix
is "no object: fails" "$status" 1
like "no object: says so" "$out" "no $TMP/libgaishim.so: run make first"

# Roots that are not there and cannot be had.
matrix --cache="$TMP/roots" --make=0 bookworm trixie
case $out in
*'not permitted here'*)
	is "no namespaces: fails" "$status" 1
	skip "the releases" "mount and process namespaces are not permitted here, or there is no unshare(1)"
	done_testing
	;;
esac
is "no roots: fails" "$status" 1
like "no roots: a row for each release" "$out" '^\| bookworm +\|.*\| skipped +\|'
like "no roots: says why, for each" "$out" '^trixie: skipped: no .*/roots/trixie, and no (time left|mmdebstrap) '
like "no roots: the end" "$out" 'nothing could run'
if command -v mmdebstrap >/dev/null; then
	matrix --cache="$TMP/roots" --mirror=http://127.0.0.1:9/debian bullseye
	is "no archive: fails" "$status" 1
	like "no archive: says why" "$out" '^bullseye: skipped: mmdebstrap: Failed to fetch http://127.0.0.1:9/debian'
	is "no archive: nothing is left behind" "$(ls -A "$TMP/roots")" ""
	matrix --cache="$TMP/roots" --mirror=http://127.0.0.1:9/debian --make=1 bullseye
	like "too little time: says so" "$out" '^bullseye: skipped: it was not made within 1 s'
	is "too little time: nothing is left behind" "$(ls -A "$TMP/roots")" ""
else
	skip "no archive" "no mmdebstrap"
fi

# Newcomers, in bare roots: what is made of their logs. (Four minutes and 60 MB a run are
# too much for here.)
if [ "$(id -u)" -eq 0 ]; then
	matrix --bare --cache="$TMP/roots" --make=0
	is "--bare, no roots: fails" "$status" 1
	like "--bare, no roots: says why, for each" "$out" '^trixie: skipped: no .*/roots/bare-trixie, and no (time left|mmdebstrap) '
	is "--bare: testing is no release by default" "$(printf '%s\n' "$out" | grep -c testing)" 0
else
	matrix --bare
	is "--bare, not root: fails" "$status" 1
	like "--bare, not root: says why" "$out" 'wants root'
fi
# newcomer WHO LINE...: the row of a log.
newcomer() {
	who=$1
	shift
	printf '%s\n' 'entered 12.15 glibc 2.36' "$@" >"$TMP/newcomer"
	bare_row bookworm "$who" "$TMP/newcomer"
}
. scripts/dev/matrix-bare.sh
installed='setup: 0 upgraded, 44 newly installed, 0 to remove and 0 not upgraded.
setup: Need to get 54.5 MB of archives.
setup: that took 40 s'
also='setup: 0 upgraded, 3 newly installed, 0 to remove and 0 not upgraded.
setup: Need to get 133 kB of archives.
setup: that took 2 s'
count='3584 passed, 0 failed, 9 skipped'
is "--bare: a row, as root" "$(newcomer root "$installed" 'ended demo 0 70' "$also" "$count" "$count" 'ended check 0 150')" \
	'bookworm|12.15|2.36|root|47|54.6 MB|42 s|30 s|148 s|3584 / 0 / 9'
is "--bare: a row, as a user" "$(newcomer user "${installed%setup: that*}" 'ended line 0 40' 'ended demo 0 30' "$count" 'ended check 0 148')" \
	'bookworm|12.15|2.36|user|44|54.5 MB|40 s|30 s|148 s|3584 / 0 / 9'
is "--bare: failures" "$(newcomer root "$installed" 'ended demo 1 70' '1 passed, 2 failed, 0 skipped' 'ended check 2 150')" \
	'bookworm|12.15|2.36|root|44|54.5 MB|40 s|FAILED: exit status 1|FAILED: exit status 2|FAILED: 1 / 2 / 0'
is "--bare: no end" "$(newcomer root "$installed")" \
	'bookworm|12.15|2.36|root|44|54.5 MB|0 s|FAILED: no end|FAILED: no end|FAILED: no count'

# The matrix itself. What is not made within this time, the next run makes.
matrix --make=130
printf '%s\n' "$out" >"$TMP/out"
# A cell a line: release, libc, suite, what became of it.
grep '^|' "$TMP/out" | awk -F ' *[|] *' '
	NR == 1 { split($0, suite, FS) }
	NR > 2 { for (i = 5; i < NF - 1; i++) print $2 "|" $4 "|" suite[i] "|" $i }' >"$TMP/cells"
is "the table has all releases and suites" "$(wc -l <"$TMP/cells")" 42
ran=''
while IFS='|' read -r release libc suite cell; do
	[ "$cell" != skipped ] || continue
	case $release in
	musl-*) ;;
	*) ran=$release ;;
	esac
	like "$release, $libc: $suite" "$cell" '^[0-9]+ ok'
done <"$TMP/cells"
# Of whole releases and of single checks, below the table.
sed -n 's/^\([a-z].*\) skipped: \(.*\)$/\1|\2/p' "$TMP/out" | grep -v ^matrix: >"$TMP/skips"
while IFS='|' read -r what why; do
	skip "$what" "$why"
done <"$TMP/skips"
while read -r release libc; do
	like "$release is what it says" "$(grep "^$release|" "$TMP/cells" | head -n 1)" "\|($libc\|.*ok|\|.*skipped)"
done <<-END
	bullseye 2.31
	bookworm 2.36
	trixie 2.41
	musl-bookworm musl 1\.2\.3
	musl-trixie musl 1\.2\.5
END
if [ "$TAP_FAILED" -ne 0 ]; then
	sed 's/^/# /' "$TMP/out"
fi

# An object that does nothing must not pass.
if [ -n "$ran" ]; then
	is "nothing failed: the exit status" "$status" 0
	programs=$(sed -n 's/^matrix: .* programs of the tests in //p' "$TMP/out")
	ok "what ran was the object itself" cmp "$GAISHIM_SO" "$programs/libgaishim.so"
	is "it was one in all rows" "$(printf '%s\n' "$out" | sed -n 's/^object of the rows: //p')" "$(sha256sum <"$GAISHIM_SO" | sed 's/ .*//')"
	mkdir "$TMP/build"
	cp -a "$BUILD/matrix" "$TMP/build/"
	cp "$BUILD/tests/bench/libempty.so" "$TMP/build/libgaishim.so"
	BUILD=$TMP/build matrix --make=0 --suite=differential "$ran"
	is "an empty object: fails" "$status" 1
	like "an empty object: the table says so" "$out" "^\| $ran .*\| FAILED: 12 "
else
	skip "an empty object fails" "no release could be run"
fi

done_testing
