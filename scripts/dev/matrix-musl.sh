# shellcheck shell=sh
# SPDX-License-Identifier: MIT
# The part of scripts/dev/matrix for musl: root file systems with musl of Debian's releases and
# nothing of glibc, where the programs of the tests run that were built for glibc.
# shellcheck disable=SC2154 # the variables of matrix

# shellcheck source=tests/lib/musl-programs.sh
. tests/lib/musl-programs.sh

# shellcheck disable=SC2034 # for matrix
musl_releases='musl-bookworm musl-trixie'

# is_musl RELEASE
is_musl() {
	[ "${1#musl-}" != "$1" ]
}

# have_musl_root: as have_root.
have_musl_root() {
	left=$((deadline - $(date +%s)))
	[ -e "$cache/$release" ] || [ "$left" -gt 0 ] ||
		without "no root in $cache, and no time left to make it (--make=$seconds)" || return
	[ -z "$renew" ] || rm -rf "${cache:?}/$release"
	[ "$mirror" ] || mirror=$(find_mirror)
	gather_keys
	[ -e "$cache/$release" ] || say "making $cache/$release from $mirror"
	KEYRING=$tmp/keys MIRROR=$mirror timeout -k 10 "$((left > 0 ? left : 10))" nice scripts/dev/musl-root "${release#musl-}" "$cache" \
		>/dev/null 2>"$tmp/$release.err" &
	maker=$!
	wait "$maker"
	case $? in
	0) maker='' ;;
	124 | 137) maker='' && without "its root was not made within $left s" ;;
	*) maker='' && without "$(tail -n 1 "$tmp/$release.err")" ;;
	esac
}

# musl_command_of SUITE: what runs it inside.
musl_command_of() {
	case $1 in
	preload | differential | fake)
		echo env LD_LIBRARY_PATH=/srv/musl
		command_of "$1"
		;;
	command | programs) echo "tests/run tests/$1/musl.sh" ;;
	*) echo echo '0 passed, 0 failed, 1 skipped' ;; # needs glibc's tools
	esac
}
