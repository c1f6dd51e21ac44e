# shellcheck shell=sh
# SPDX-License-Identifier: MIT
# gaishim env: the environment of the command, for a shell to take over. Sourced by gaishim.

# shellcheck source=scripts/commands/shells.sh
. "${commands:?}/shells.sh"

env_usage() {
	cat <<'END'
usage: gaishim [options] env [options] [--fish]

Print commands for this shell. They set its environment so that all programs
that it starts from now on have the object preloaded:

  eval "$(gaishim env)"   in sh, dash, bash, ksh and zsh

  --fish   for fish: gaishim env --fish | source

The options are those of the command. With any other word than an option the
program env(1) is run; `gaishim -- env` runs it without one.

The exit status is 0; 2 if an option is wrong, 125 if the object cannot be
preloaded here. Nothing is printed for the shell then.
END
}

fish=false
shift
while [ $# -gt 0 ]; do
	case $1 in
	--fish) fish=true ;;
	--help)
		env_usage
		exit
		;;
	-*)
		set_option "$@"
		[ "${taken:?}" = 1 ] || shift
		;;
	*) refuse "env: $1: unknown word; 'gaishim -- env' runs env(1)" ;;
	esac
	shift
done
require_flights
require_loadable
give_environment
if ! $fish; then
	print_exports
	exit
fi
for name in ${given?}; do
	eval "value=\$$name"
	# shellcheck disable=SC2154 # eval has set it
	printf 'set -gx %s %s\n' "$name" "$(fish_quote "$value")"
done
