# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# A root file system with musl alone: a sh test sources this first, from the top of the
# checkout. Where the machine is none itself, scripts/dev/musl-root makes one, kept in the
# cache that scripts/dev/matrix has, and the test starts again inside. The root is read-only
# there; the checkout is /mnt, BUILD is /srv, and /tmp is in memory.

# has_glibc: glibc's loader is here.
has_glibc() {
	for loader in /lib/ld-linux* /lib64/ld-linux*; do
		[ ! -e "$loader" ] || return 0
	done
	return 1
}

if has_glibc; then
	musl_root=$(scripts/dev/musl-root bookworm "${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/gaishim/roots" 2>&1) || {
		. tests/lib/tap.sh
		skip_all "no root with musl: $(printf '%s\n' "$musl_root" | tail -n 1)"
	}
	# shellcheck disable=SC2034 # for enter_root
	[ "$(id -u)" -eq 0 ] && user='' || user=-r
	# shellcheck source=scripts/dev/matrix-roots.sh
	. scripts/dev/matrix-roots.sh
	# shellcheck disable=SC2016 # for the inner shell
	enter_root "$musl_root" "$(realpath "${BUILD:-build}")" sh -c 'cd /mnt && exec "$0"' "tests/${0##*tests/}"
fi
