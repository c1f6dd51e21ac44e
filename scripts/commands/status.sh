# shellcheck shell=sh
# SPDX-License-Identifier: MIT
# gaishim status: tell whether gaishim is on here. Sourced by gaishim.

status_usage() {
	cat <<'END'
usage: gaishim status

Tell in one line whether programs that are started from here have the object,
by what (LD_PRELOAD or /etc/ld.so.preload), and which version this is.
`gaishim doctor` tells more.

The exit status is 0 if gaishim is on here, 1 if gaishim is off.
END
}

# shellcheck source=scripts/commands/preloads.sh
. "${commands:?}/preloads.sh"

# off TEXT
off() {
	printf 'gaishim %s: off here%s\n' "${version:?}" "$1"
	exit 1
}

# ours: of a list of preloads, the first that is a libgaishim.so.
ours() {
	sed -n '/^\(.*\/\)\{0,1\}libgaishim\.so$/ { p; q; }'
}

shift
case ${1-} in
'') ;;
--help | -h)
	status_usage
	exit
	;;
*) refuse "status: $1: unknown; allowed is --help" ;;
esac

by=LD_PRELOAD named=$(preloads_of "${LD_PRELOAD-}" | ours)
[ -n "$named" ] || by=/etc/ld.so.preload named=$(system_preloads | ours)
# What is named need not be loaded: a program that is started here tells.
loaded=$(preload_file libgaishim.so)
if [ -z "$named" ] && [ ! -r "$object" ]; then
	off ", and $object is not there: ${advice:?}"
elif [ -z "$named" ]; then
	off "; 'gaishim COMMAND' has it on for one command, 'gaishim enable' for others"
elif [ -z "$loaded" ]; then
	off ": $by names $named, which the loader does not take: see 'gaishim doctor'"
fi
! is_on "${GAISHIM_DISABLE-}" || off ": $named is loaded by $by, but GAISHIM_DISABLE=$GAISHIM_DISABLE"
other=", not $object"
[ "$(readlink -f -- "$(preload_file "$named")")" != "$(readlink -f -- "$object")" ] || other=''
printf 'gaishim %s: on here, by %s: %s%s\n' "$version" "$by" "$named" "$other"
