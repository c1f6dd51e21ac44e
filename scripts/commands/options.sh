# shellcheck shell=sh
# SPDX-License-Identifier: MIT
# The options for the object, read from the table of them: shim/options.def in a checkout,
# options.def beside the object where it is installed. Sourced by gaishim, which has the
# table's place in $options. All is done by builtins of the shell: a start stays quick.

tab='	'
newline='
'
rows='' flag_words='' need_flights=''

# is_on VALUE: VALUE sets a flag.
is_on() {
	[ -n "$rows" ] || read_options
	# shellcheck disable=SC2086 # words
	set -- "$1" $flag_words
	while [ $# -gt 2 ]; do
		[ "$1" != "$3" ] || return 0
		value=$1
		shift 3
		set -- "$value" "$@"
	done
	return 1
}

# to_variable NAME: leaves in $variable how the option is called in the environment.
to_variable() {
	variable=GAISHIM_ left=$1 pairs=aAbBcCdDeEfFgGhHiIjJkKlLmMnNoOpPqQrRsStTuUvVwWxXyYzZ
	while [ -n "$left" ]; do
		letter=${left%"${left#?}"} left=${left#?}
		capital=${pairs#*"$letter"}
		[ "$capital" = "$pairs" ] || letter=${capital%"${capital#?}"}
		variable=$variable$letter
	done
}

# read_options: leaves the rows of the table in $rows, as lines of KIND, OPTION, VARIABLE,
# HELP and the words that the object takes, with tabs between them; the first word is the
# default. KIND is FLAG, CHOICE, FILENAME, NUMBER or SECONDS. The words of a flag are off and
# on by turns, those of a number and of seconds the default, the least and the most. Leaves in
# $need_flights the variables of the options that do so.
read_options() {
	[ -r "${options:?}" ] || die 125 "$options is not there: ${advice-}"
	while IFS= read -r line; do
		case $line in
		FLAG\(* | CHOICE[0-9]\(* | FILENAME\(* | NUMBER\(* | SECONDS\(*) ;;
		'#define FLAG_WORDS '*)
			IFS=', "'
			for word in ${line#*WORDS }; do
				flag_words=$flag_words${word:+ $word}
			done
			continue
			;;
		'#define NEED_FLIGHTS '*)
			IFS=', "'
			for word in ${line#*FLIGHTS }; do
				to_variable "$word"
				[ -z "$word" ] || need_flights="$need_flights $variable"
			done
			continue
			;;
		*) continue ;;
		esac
		row=${line%%[0-9\(]*} line=${line#*\(}
		fields=${line%%\"*} line=${line#*\"}
		name=${fields%%,*}
		to_variable "$name"
		while [ "$name" != "${name#*_}" ]; do
			name=${name%%_*}-${name#*_}
		done
		[ "$row" != FLAG ] || fields=,$flag_words
		row=$row$tab--$name$tab$variable$tab${line%\"*}
		IFS=', '
		for word in ${fields#*,}; do
			row=$row$tab$word
		done
		rows=$rows$row$newline
	done <"$options"
	unset IFS
}

# each_option FUNCTION: calls FUNCTION KIND OPTION VARIABLE HELP [WORD...] for each row.
each_option() {
	[ -n "$rows" ] || read_options
	rows_left=$rows
	while [ -n "$rows_left" ]; do
		row=${rows_left%%"$newline"*} rows_left=${rows_left#*"$newline"}
		IFS=$tab
		set -f
		# shellcheck disable=SC2086 # fields
		set -- "$1" $row
		set +f
		unset IFS
		"$@"
		set -- "$1"
	done
}

# name_words WORD...: leaves in $named "host, global and none".
name_words() {
	named=${1-}
	while [ $# -gt 2 ]; do
		shift
		named="$named, $1"
	done
	[ $# -lt 2 ] || named="$named and $2"
}

# name_allowed KIND [WORD...]: leaves in $named "host, global and none", "FILE and stderr",
# "0 to 10" or "0 and 0.01 to 3600 seconds".
name_allowed() {
	case $1 in
	FILENAME) set -- FILENAME FILE stderr ;;
	NUMBER | SECONDS)
		range="$3 to $4"
		[ "$1" = NUMBER ] || range="$range seconds"
		case $2:$3 in
		0:0) set -- "$1" "$range" ;;
		0:*) set -- "$1" 0 "$range" ;;
		*) set -- "$1" "$range" ;;
		esac
		;;
	esac
	shift
	name_words "$@"
}

# to_help KIND OPTION VARIABLE HELP [WORD...]: leaves in $help what it is about.
to_help() {
	help=$4
	case $1 in
	NUMBER | SECONDS) ;;
	*) return ;;
	esac
	name_allowed "$1" "$5" "$6" "$7"
	case $named in
	*' and '*) named="${named% and *} or ${named#* and }" ;;
	esac
	help="$help: $named, by default $5"
}

# to_form KIND OPTION VARIABLE HELP [WORD...]: leaves in $form "--lock=host|global|none".
to_form() {
	form=$2
	case $1 in
	FLAG) return ;;
	NUMBER) set -- '' '' '' '' N ;;
	SECONDS) set -- '' '' '' '' SECONDS ;;
	FILENAME) set -- '' '' '' '' FILE stderr ;;
	esac
	shift 4
	form=$form=$1
	while shift && [ $# -gt 0 ]; do
		form="$form|$1"
	done
}

# add_form KIND OPTION VARIABLE HELP [WORD...]
add_form() {
	to_form "$@"
	forms="$forms $form"
}

# show_option KIND OPTION VARIABLE HELP [WORD...]: its lines in --help.
show_option() {
	to_form "$@"
	to_help "$@"
	[ "$1" != FLAG ] || set -- FLAG "$2" "$3=1"
	printf '  %-40s%37s\n        %s\n' "$form" "$3" "$help"
}
