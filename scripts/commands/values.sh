# shellcheck shell=sh
# SPDX-License-Identifier: MIT
# The values of the options: which ones the object takes, and what an option of the command
# gives to COMMAND. Sourced by gaishim, after options.sh. All is done by builtins of the shell.

# match_option KIND OPTION VARIABLE HELP [WORD...]: keeps the row of the option to set.
match_option() {
	[ "$2" = "${option%%=*}" ] || return 0
	kind=$1 variable=$3
	shift 4
	words=$*
}

# refuse_option KIND [WORD...]: for its value; this is what the option allows.
refuse_option() {
	name_allowed "$@"
	case ${named?} in
	*' and '*) refuse "$option: allowed are $named" ;;
	*) refuse "$option: allowed is $named" ;;
	esac
}

# to_units KIND VALUE: leaves in $units the whole number of nanoseconds, if KIND is SECONDS, or
# of units; nothing, if VALUE is no such number or far too large.
to_units() {
	units='' fraction=''
	case $1:$2 in
	*: | *:*[!0123456789.]* | *.*.* | *. | NUMBER:*.*) return ;;
	*.*) fraction=${2#*.} ;;
	esac
	[ ${#fraction} -le 9 ] || return 0
	while [ "$1" = SECONDS ] && [ ${#fraction} -lt 9 ]; do
		fraction=${fraction}0
	done
	units=${2%%.*}$fraction
	while [ "$units" != "${units#0?}" ]; do
		units=${units#0}
	done
	[ ${#units} -le 18 ] || units=''
}

# takes_number KIND VALUE DEFAULT LEAST MOST: VALUE is in range.
takes_number() {
	to_units "$1" "$2"
	number=$units
	[ -n "$number" ] || return 1
	to_units "$1" "$3"
	[ "$number" != "$units" ] || return 0
	to_units "$1" "$4"
	[ "$number" -ge "$units" ] || return 1
	to_units "$1" "$5"
	[ "$number" -le "$units" ]
}

# takes_value KIND VALUE [WORD...]: the object takes VALUE.
takes_value() {
	case $1 in
	FILENAME) return 0 ;;
	NUMBER | SECONDS)
		takes_number "$@"
		return
		;;
	esac
	wanted=$2
	shift 2
	for word; do
		[ "$word" != "$wanted" ] || return 0
	done
	return 1
}

# set_option OPTION [ARG...]: gives COMMAND an option for the object. Leaves in $taken how
# many words that was.
# shellcheck disable=SC2034 # taken is for the caller
set_option() {
	option=$1 taken=1 kind=''
	case $1 in
	--patience=*) return ;; # once an option: what it was for is done without it
	--patience)
		[ $# -eq 1 ] || taken=2
		return
		;;
	esac
	each_option match_option
	case $kind$option in
	-*)
		forms=''
		each_option add_form
		refuse "$option: unknown option; allowed are$forms --help --version"
		;;
	FLAG*=*) refuse "$option: allowed is ${option%%=*}" ;;
	FLAG*)
		give "$variable" 1
		return
		;;
	*=*) ;;
	*) [ $# -eq 1 ] || option=$1=$2 taken=2 ;;
	esac
	value=${option#"${option%%=*}"}
	# shellcheck disable=SC2086 # words
	case $kind in
	FILENAME) set_file "${value#=}" ;;
	*) set_value "$kind" "${value#=}" $words ;;
	esac
}

# set_file FILE
set_file() {
	case $1 in
	'') refuse_option FILENAME ;;
	stderr | /*) give "$variable" "$1" ;;
	*) give "$variable" "$PWD/$1" ;; # COMMAND may go elsewhere before it first resolves
	esac
}

# set_value KIND VALUE WORD...
set_value() {
	value=$2
	if takes_value "$@"; then
		give "$variable" "$value"
		return
	fi
	shift 2
	refuse_option "$kind" "$@"
}

# is_given VARIABLE: an option has set it.
is_given() {
	case " ${given?} " in
	*" $1 "*) return 0 ;;
	*) return 1 ;;
	esac
}

# needs_flights KIND VARIABLE VALUE: that is on, and does nothing unless --lock=host.
needs_flights() {
	case $1:$3 in
	FLAG:*) is_on "$3" || return ;;
	*:*[!0.]*) ;;
	*) return 1 ;;
	esac
	case " ${need_flights?} " in
	*" $2 "*) return 0 ;;
	*) return 1 ;;
	esac
}

# require_flight KIND OPTION VARIABLE...: see require_flights.
require_flight() {
	is_given "$3" || return 0
	eval "value=\$$3"
	needs_flights "$1" "$3" "$value" || return 0
	lock=GAISHIM_LOCK=$GAISHIM_LOCK
	! is_given GAISHIM_LOCK || lock=--lock=$GAISHIM_LOCK
	refuse "$2 with $lock: allowed is --lock=host" \
		"$2 works on lookups that are shared, and $lock shares none: leave one of the two out"
}

# require_flights: no option was given that would do nothing with the lock in force.
require_flights() {
	case ${GAISHIM_LOCK-} in
	global | none) each_option require_flight ;;
	esac
}
