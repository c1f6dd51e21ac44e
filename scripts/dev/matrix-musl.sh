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

# have_musl_root: as have_root. Whether a root that is there is good is known to the maker.
have_musl_root() {
	if [ "$renew" ] || [ ! -e "$cache/$release" ]; then
		has_time "$release" || return
		rm -rf "${cache:?}/$release"
		find_sources
		say "making $cache/$release from $mirror"
	else
		find_sources
		left=$((deadline - $(date +%s)))
		[ "$left" -gt 0 ] || left=10
	fi
	made_in_time env KEYRING="$tmp/keys" MIRROR="$mirror" scripts/dev/musl-root "${release#musl-}" "$cache"
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
