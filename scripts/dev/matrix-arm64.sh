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
	name=$1 of=$2 architecture=$3 packages=$4
	root=$cache/$name
	shift 4
	[ "$renew" ] || [ "$packages" != "$(cat "$root/gaishim-matrix" 2>/dev/null)" ] || return 0
	make_root "$name" --variant=extract --architectures="$architecture" --include="$packages" "$of" || return
	unpack_root "$@"
	printf '%s\n' "$packages" >"$making/root/gaishim-matrix"
	keep_root "$name"
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
