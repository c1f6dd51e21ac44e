#!/bin/sh
# SPDX-License-Identifier: MIT
# Limit: 900 s
# Built for arm64: what the object asks of a libc, and the tests under an emulator, on glibc and
# musl of Debian 12 and 13 for arm64.
. tests/proof/variants/lib.sh
. scripts/dev/matrix-roots.sh
. scripts/dev/matrix-arm64.sh

# For those two files of the matrix.
# shellcheck disable=SC2034 # they read these
{
	cache=${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/gaishim/roots
	tmp=$TMP mirror='' renew='' seconds=300 making='' maker=''
	deadline=$(($(date +%s) + seconds))
}
chmod 755 "$TMP" # apt's user reads keys there
say() {
	printf '# %s\n' "$*"
}
die() {
	printf 'Bail out! %s\n' "$2"
	exit 1
}
# shellcheck disable=SC2317 # tap.sh calls it
remove_unfinished() {
	[ -z "$maker" ] || kill "$maker" 2>/dev/null
	rm -rf ${making:+"$making"}
}
TAP_EXIT=remove_unfinished

[ "$(uname -m)" != aarch64 ] || skip_all "this machine is of that architecture: the other tests are for it"
for library in libidn2.a libunistring.a libcheck.a; do
	case $(aarch64-linux-gnu-gcc -print-file-name=$library 2>&1) in
	/*) ;;
	*) skip_all "no compiler for arm64, or no $library: scripts/dev/setup all" ;;
	esac
done

# --- the object ---

build_variant ARCH=arm64
object=$VARIANT/libgaishim.so
programs=$VARIANT
says=$(LC_ALL=C grep -ao 'gaishim [^ ()]* ([^()]*)' "$object")
like "it says what it is" "$says" ', aarch64, glibc 2\.31\+\)$'
is "it needs libc and nothing else" "$(readelf -dW "$object" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p')" libc.so.6
# Binding, section and name of each dynamic symbol.
imports=$(readelf --dyn-syms -W "$object" | awk '$1 ~ /^[0-9]+:$/ && $7 == "UND" && $8 != "" { print $5, $8 }')
is "it loads on the first glibc for arm64: the names it must find" \
	"$(printf '%s\n' "$imports" | sed -n 's/^GLOBAL \(.*@GLIBC_.*\)/\1/p' | grep -v '@GLIBC_2\.17$')" ''
is "it loads on the first glibc for arm64: the versions it must find" \
	"$(readelf -VW "$object" | sed -n 's/.*Name: \(GLIBC_[0-9.]*\) *Flags: none.*/\1/p' | grep -v '^GLIBC_2\.17$')" ''

like "its matrix wants it to be built first" "$(BUILD=$TMP scripts/dev/matrix-arm64 2>&1)" \
	"no $TMP/arm64/libgaishim\.so: run make ARCH=arm64 first"

# --- on the libraries of a release ---

# logged COMMAND...: what the object writes into its log while an emulated command runs.
logged() {
	rm -f "$TMP/log"
	QEMU_LD_PREFIX=$root "$emulator" -E LD_PRELOAD="$object" -E GAISHIM_LOG="$TMP/log" "$@" >"$TMP/out" 2>&1
	cat "$TMP/out" "$TMP/log" 2>&1
}

# run_emulated LOADER TEST...: each test is a result. What is skipped inside is told too. An
# emulator is slow: a test that fails beside others is run once more, alone.
run_emulated() {
	start=$(date +%s) loader=$1
	where=$release${1:+, musl}
	shift
	emulated "$loader" env GAISHIM_QUESTIONS=20000 TEST_JOBS=4 tests/run "$@" >"$TMP/run" 2>&1
	sed -n 's,^ *[0-9]*/[0-9]* [^ ]*/tests/\([^ ]*\) *\(ok\|FAILED\) .*,\1 \2,p' "$TMP/run" >"$TMP/verdicts"
	is "$where: all tests have ended" "$(wc -l <"$TMP/verdicts")" $#
	while read -r test verdict; do
		if [ "$verdict" = ok ]; then
			ok "$where: $test" true
		else
			sed -n "\\,/$test ,,/^ *[0-9]*\\/[0-9]* /s/^/# /p" "$TMP/run"
			ok "$where: $test, alone" emulated "$loader" env GAISHIM_QUESTIONS=20000 tests/run "$VARIANT/tests/$test"
		fi
	done <"$TMP/verdicts"
	sed -n 's/^ *\(1\.\.0 *\)\{0,1\}\(# SKIP.*\)/\2/p' "$TMP/run" | sort -u
	say "$where: $(tail -n 1 "$TMP/run"), in $(($(date +%s) - start)) s"
}

# below KIND...: the programs of the tests of these kinds.
below() {
	for kind; do
		ls "tests/$kind"/test_*.c
	done | sed "s,^,$VARIANT/,; s,\\.c\$,,"
}

# Musl's loader takes libc.so.6 for itself, but not glibc's loader, which programs that are
# built for glibc name, too.
mkdir "$TMP/musl"
cp "$VARIANT/tests/lib/libmusl.so" "$TMP/musl/ld-linux-aarch64.so.1"
cp "$VARIANT/tests/lib/libmusl.so" "$TMP/musl/libsubunit.so.0"

# with_musl COMMAND...: the same as logged, in a process of musl's.
with_musl() {
	logged -E LD_LIBRARY_PATH="$TMP/musl" "$root/lib/ld-musl-aarch64.so.1" "$@"
}

for release in bullseye-arm64 $arm64_releases; do
	mkdir -p "$cache"
	have_arm64 || {
		skip "$release" "$(cat "$tmp/$release.why")"
		continue
	}
	root=$cache/$release
	like "$release: the object is served by glibc $glibc" "$(logged "$root/usr/bin/getent" ahosts 127.0.0.1)" 'how=numeric'
	like "$release: and normalizes hosts" "$(logged "$root/usr/bin/getent" ahosts 'bücher.invalid')" 'normalized="xn--bcher-kva'
	names=$(readelf --dyn-syms -W "$root/lib/ld-musl-aarch64.so.1" | awk '$7 != "UND" { print $8 }')
	is "$release: its musl has what the object must find" \
		"$(printf '%s\n' "$imports" | sed -n 's/@.*//; s/^GLOBAL //p; s/^WEAK \(__stack_chk_guard\)$/\1/p' | grep -vxF "$names")" ''
	[ "$release" != bullseye-arm64 ] || continue
	is "$release: the headers told what the libraries say" "${says#*, }" "$(QEMU_LD_PREFIX=$root "$emulator" "$VARIANT/versions"))"
	like "$release: its musl serves the object" "$(with_musl "$VARIANT/tests/network/ask" 127.0.0.1)" 'how=numeric'
	# shellcheck disable=SC2046 # one test a word
	case $release in
	bookworm-*)
		run_emulated '' $(below unit preload preload/fake)
		LD_LIBRARY_PATH=$TMP/musl run_emulated "$root/lib/ld-musl-aarch64.so.1" $(below unit)
		;;
	*)
		run_emulated '' $(below preload preload/fake)
		LD_LIBRARY_PATH=$TMP/musl run_emulated "$root/lib/ld-musl-aarch64.so.1" $(below preload/fake | grep -v _disabled)
		;;
	esac
done
done_testing
