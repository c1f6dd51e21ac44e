# shellcheck shell=sh
# SPDX-License-Identifier: MIT
# The one reader of PATH. The subcommands source this.

# find_program NAME: leaves in $file the program that a shell would start. `command -v`
# will not do: busybox's shell has programs within, which no loader starts.
find_program() {
	file=$1
	case $1 in
	*/*)
		[ -f "$file" ]
		return
		;;
	esac
	file=''
	set -f
	IFS=:
	for directory in $PATH; do
		file=${directory:-.}/$1
		[ ! -f "$file" ] || [ ! -x "$file" ] || break
		file=''
	done
	unset IFS
	set +f
	[ -n "$file" ]
}
