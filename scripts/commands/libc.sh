# shellcheck shell=sh
# SPDX-License-Identifier: MIT
# Which libc the programs here are linked to. The subcommands source this.

# musl_version LOADER: prints it; musl's loader is musl itself, and says so when started.
musl_version() {
	"$1" 2>&1 | sed -n 's/^Version \([0-9.]*\).*/\1/p' | sed q
}

# libc_of_env: where no tool tells. The loader of glibc lists what env is linked to,
# and its libc, started as a program, says what it is.
libc_of_env() {
	libc_file=$(LD_TRACE_LOADED_OBJECTS=1 /usr/bin/env | sed -n 's/^	libc\.so\.6 => \(\/[^ ]*\) (0x.*/\1/p')
	set -- /lib/ld-musl-*
	if [ -n "$libc_file" ]; then
		"$libc_file" 2>/dev/null | sed -n 's/^GNU C Library.* version \([0-9.]*[0-9]\).*/glibc \1/p'
	elif [ -e "$1" ]; then
		printf 'musl %s\n' "$(musl_version "$1")"
	fi
}

# find_libc: leaves in $libc "glibc 2.36" or "musl 1.2.3"; nothing, if nothing tells.
find_libc() {
	libc=$(getconf GNU_LIBC_VERSION 2>/dev/null)
	case $libc in
	glibc\ *) return ;;
	esac
	said=$(ldd --version 2>&1)
	case $said in
	musl*) libc="musl $(printf '%s\n' "$said" | sed -n 's/^Version //p')" ;;
	ldd\ \(*) libc="glibc $(printf '%s\n' "$said" | sed -n '1s/.* //p')" ;;
	*) libc=$(libc_of_env) ;;
	esac
}

# is_old_musl LIBC: a musl under which the object steps aside.
is_old_musl() {
	case $1 in
	musl\ 1.1.2[4-9]*) ;;
	musl\ 0.* | musl\ 1.[01] | musl\ 1.[01].*) return 0 ;;
	esac
	return 1
}
