# shellcheck shell=sh
# SPDX-License-Identifier: MIT
# The options for the object, read from the table of them: shim/options.def in a checkout,
# options.def beside the object where it is installed. Sourced by gaishim, which has the
# table's place in $options. All is done by builtins of the shell: a start stays quick.

tab='	'
newline='
'
rows='' flag_words=''

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
# default. KIND is FLAG, CHOICE or FILENAME. The words of a flag are off and on by turns.
read_options() {
	[ -r "${options:?}" ] || die 125 "$options is not there: ${advice-}"
	while IFS= read -r line; do
		case $line in
		FLAG\(* | CHOICE[0-9]\(* | FILENAME\(*) ;;
		'#define FLAG_WORDS '*)
			IFS=', "'
			for word in ${line#*WORDS }; do
				flag_words=$flag_words${word:+ $word}
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

# to_form KIND OPTION VARIABLE HELP [WORD...]: leaves in $form "--lock=host|global|none".
to_form() {
	form=$2
	case $1 in
	FLAG) return ;;
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
	[ "$1" != FLAG ] || set -- FLAG "$2" "$3=1" "$4"
	printf '  %-40s%37s\n        %s\n' "$form" "$3" "$4"
}

# match_option KIND OPTION VARIABLE HELP [WORD...]: keeps the row of the option to set.
match_option() {
	[ "$2" = "${option%%=*}" ] || return 0
	kind=$1 variable=$3
	shift 4
	words=$*
}

# refuse_option WORD...: these are what the option allows.
refuse_option() {
	name_words "$@"
	case $# in
	1) refuse "$option: allowed is $named" ;;
	*) refuse "$option: allowed are $named" ;;
	esac
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
	FLAG*=*) refuse_option "${option%%=*}" ;;
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
	*) set_choice "${value#=}" $words ;;
	esac
}

# set_file FILE
set_file() {
	case $1 in
	'') refuse_option FILE stderr ;;
	stderr | /*) give "$variable" "$1" ;;
	*) give "$variable" "$PWD/$1" ;; # COMMAND may go elsewhere before it first resolves
	esac
}

# set_choice VALUE WORD...
set_choice() {
	value=$1
	shift
	for word; do
		if [ "$word" = "$value" ]; then
			give "$variable" "$value"
			return
		fi
	done
	refuse_option "$@"
}
