# shellcheck shell=sh
# SPDX-License-Identifier: MIT
# The part of version and doctor that asks the object what it is: the Makefile puts a string
# in, and nobody has to guess. Sourced by them.

# read_built OBJECT VERSION: leaves in $built what OBJECT is, beside a command of VERSION.
read_built() {
	built=$(LC_ALL=C grep -a -o 'gaishim [^ ()]* (commit [^()]*)' "$1" 2>/dev/null | sed q)
	case $built in
	"gaishim $2 ("*) ;;
	?*) built="gaishim $2, with another object: $built" ;;
	*) if [ -r "$1" ]; then
		built="gaishim $2 ($1 does not say what it is)"
	else
		built="gaishim $2 ($1 is not there)"
	fi ;;
	esac
}
