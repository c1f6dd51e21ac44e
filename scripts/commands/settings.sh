# shellcheck shell=sh
# SPDX-License-Identifier: MIT
# The part of doctor on options: the values in force, and where each comes from. Sourced by
# doctor.sh.

# log_trouble LOG: leaves in $why what keeps the object from writing there, of which it
# would say nothing, and the file's name in $log. Whether a file can be made is tried by
# another name, so that the log is not there before its first line.
log_trouble() {
	why='' log=$1
	case $1 in
	'' | stderr) return ;;
	esac
	log=$(printf '%s\n' "${1##*/}" | sed "s/%p/$$/g")
	directory=./
	case $1 in
	*/*) directory=${1%/*}/ log=$directory$log ;;
	esac
	if [ "$(printf '%s' "${log##*/}" | wc -c)" -gt 255 ] || [ "$(printf '%s' "$log" | wc -c)" -ge 4096 ]; then
		why="cannot be made: the name is too long"
	elif [ -h "$log" ]; then
		why="is a symbolic link, which the object does not follow"
	elif [ -d "$log" ] || [ -S "$log" ]; then
		why="cannot be written: it is no file"
	elif [ -f "$log" ]; then
		(: >>"$log") 2>/dev/null || why="cannot be written"
	elif [ -e "$log" ]; then
		[ -w "$log" ] || why="cannot be written"
	elif ! [ -d "$directory" ]; then
		why="cannot be made: there is no $directory"
	elif command -v mktemp >/dev/null; then
		tried=$(mktemp -- "$directory.gaishim-doctor.XXXXXX" 2>/dev/null) && rm -f -- "$tried" ||
			why="cannot be made: no file can be made in $directory"
	elif ! [ -w "$directory" ]; then
		why="cannot be made: $directory cannot be written"
	fi
}

# setting KIND OPTION VARIABLE HELP [WORD...]: the finding on it. Leaves what is in force in
# $in_force_LOCK, if VARIABLE is GAISHIM_LOCK.
setting() {
	kind=$1 name=$3 why='' known=false
	shift 4
	default=${1-}
	eval "value=\${$name-}"
	source=environment
	! is_given "$name" || source=option
	# To the object an empty variable is none.
	[ -n "$value" ] || value=$default source=default
	! takes_value "$kind" "$value" "$@" || known=true
	[ "$kind" != FILENAME ] || log_trouble "$value"
	configured "$name" "$value" $source $known
	if [ -n "$why" ]; then
		finding FAILED "$name" "$log ($source) $why" "name a file that can be written, or stderr"
	elif $known && [ "${in_force_LOCK-host}" != host ] && needs_flights "$kind" "$name" "$value"; then
		finding FAILED "$name" "$value ($source) has no effect: GAISHIM_LOCK is $in_force_LOCK, not host" \
			"leave one of the two out"
		value=$default
	elif $known; then
		finding ok "$name" "${value:-none} ($source)"
	else
		name_allowed "$kind" "$@"
		# shellcheck disable=SC2154 # name_allowed has left it
		finding FAILED "$name" "'$value' ($source) is unknown to the object, which takes $default" "allowed: $named"
		value=$default
	fi
	eval "in_force_${name#GAISHIM_}=\$value"
}

# add_name KIND OPTION VARIABLE...
add_name() {
	names="$names $3"
}

# note_others: the variables that look like an option's, and are none.
note_others() {
	names='GAISHIM_PATIENCE GAISHIM_ENABLED' # once an option, and enable's mark
	each_option add_name
	for name in $(env | LC_ALL=C sed -n 's/^\(GAISHIM_[A-Z0-9_]*\)=.*/\1/p'); do
		case " $names " in
		*" $name "*) ;;
		*) finding note "$name" "the object knows no such variable" ;;
		esac
	done
}

check_configuration() {
	each_option setting
	! is_on "${in_force_DISABLE?}" || finding note GAISHIM_DISABLE "the object is switched off" "unset this variable to switch the object on"
	note_others
}
