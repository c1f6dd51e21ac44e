# shellcheck shell=sh
# SPDX-License-Identifier: MIT
# The part of scripts/dev/matrix for arm64: the libraries of Debian's releases for it, and an
# emulator of its programs. tests/proof/variants/arm64.sh has its roots from here, too.
# shellcheck disable=SC2034,SC2154 # the variables of matrix

arm64_releases='bookworm-arm64 trixie-arm64'
arm64_suites='preload differential fake'

# have_files NAME RELEASE ARCHITECTURE PACKAGES MEMBER...: are these files of the packages, and
# of those that they depend on, in $cache/NAME? Made if not: nothing of them has to run.
have_files() {
	root=$cache/$1 of=$2/$3 packages=$4
	shift 4
	[ "$renew" ] || [ "$packages" != "$(cat "$root/gaishim-matrix" 2>/dev/null)" ] || return 0
	left=$((deadline - $(date +%s)))
	if ! command -v mmdebstrap >/dev/null; then
		without "no ${root##*/} in $cache, and no mmdebstrap to make it"
		return
	elif [ "$left" -le 0 ]; then
		without "no ${root##*/} in $cache, and no time left to make it (--make=$seconds)"
		return
	fi
	[ "$mirror" ] || mirror=$(find_mirror)
	making=$(mktemp -d "$cache/.arm64.XXXXXX") || exit 1
	gather_keys
	say "making $root from $mirror"
	timeout -k 10 "$left" nice mmdebstrap --variant=extract --architectures="${of#*/}" --include="$packages" \
		--keyring="$tmp/keys" --aptopt='Acquire::Check-Valid-Until "false"' \
		"${of%/*}" "$making/root.tar" "$mirror" >"$making/log" 2>&1 </dev/null &
	maker=$!
	if wait "$maker"; then
		mkdir "$making/root"
		tar -C "$making/root" -xf "$making/root.tar" "$@" || die 1 "$cache: no room?"
		printf '%s\n' "$packages" >"$making/root/gaishim-matrix"
		rm -rf "${root:?}"
		mv -T "$making/root" "$root" || exit 1
	else
		without "mmdebstrap: $(sed -n 's/^E: //p' "$making/log" | head -n 1)"
	fi
	made=$?
	rm -rf "$making"
	making='' maker=''
	return "$made"
}

# have_arm64: are the libraries of $release there, and the emulator? The emulator is Debian
# 13's: qemu before 8.0 says that it wipes pages in a child, and does not (MADV_WIPEONFORK).
have_arm64() {
	emulator=$cache/emulator/usr/bin/qemu-aarch64
	have_files emulator trixie "$(dpkg --print-architecture)" qemu-user ./usr/bin/qemu-aarch64 &&
		have_files "$release" "${release%-arm64}" arm64 base-files,libc6,libc-bin,libsubunit0,libidn2-0,musl \
			./lib ./usr/lib ./usr/bin/getent ./etc/debian_version &&
		glibc=$(QEMU_LD_PREFIX=$root "$emulator" "$root/lib/aarch64-linux-gnu/libc.so.6" 2>&1 | sed -n 's/.* release version \([0-9.]*[0-9]\)\.$/\1/p') &&
		{ [ "$glibc" ] || without "the emulator does not run here"; }
}

# emulated LOADER COMMAND...: tests/run and what is like it, with the programs of $programs on
# the libraries of $release. LOADER starts them if it is not empty: musl's, and not their own.
emulated() {
	set -- "$emulator${1:+ $1}" "$@"
	wrapper=$1
	shift 2
	env QEMU_LD_PREFIX="$cache/$release" TEST_WRAPPER="$wrapper" TEST_EMULATOR="$wrapper" \
		TEST_SANITIZER=emulator BUILD="$programs" "$@"
}
