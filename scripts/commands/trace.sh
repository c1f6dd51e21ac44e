# shellcheck shell=sh
# SPDX-License-Identifier: MIT
# gaishim trace: run COMMAND with a log of its own, and report at its end. Sourced by gaishim in
# plan(), which prints lines for a shell that has the user's variables as they were. So these
# lines use no name but gaishim_*.

trace_usage() {
	cat <<'END'
usage: gaishim [options] trace [--html=FILE] [-o LOG] COMMAND [ARG...]

Run COMMAND with the object preloaded and a log of its own for all its
processes. At the end `gaishim report` tells on standard error which hosts were
looked up, how often, how long that took, and what sharing saved.

  --html=FILE   write the page of `gaishim report --html=FILE`, too
  -o LOG        keep the log in this file, which is emptied first

Signals go through to COMMAND, and the exit status is that of COMMAND; 2 if an
option is wrong, 125 if the object cannot be preloaded or there is no place for
the log, 126 if COMMAND cannot be run, 127 if COMMAND is not found.
END
}

# to_absolute PATH: leaves it in $absolute, so that a process with another directory finds it.
to_absolute() {
	case $1 in
	/*) absolute=$1 ;;
	*) absolute=$PWD/$1 ;;
	esac
}

# require_loggable LOG: the object would write to it, and the report reads it when COMMAND has ended.
require_loggable() {
	[ ! -L "$1" ] || die 125 "$1 is a link, which a log cannot be"
	[ ! -e "$1" ] || [ -f "$1" ] || die 125 "$1 is not a regular file, which the log must be" \
		"to keep no log, leave -o out"
	case ${1##*/} in
	*%p*) die 125 "$1: %p would make a log for each process, and trace has one for all" ;;
	esac
}

# print_log [LOG]: the lines that make an empty log, in $gaishim_log. What COMMAND leaves running
# must find no place for a log afterwards: so it is in a directory, $gaishim_scratch, that goes.
# A server of root's may become another user, and goes on with its log.
# shellcheck disable=SC2016,SC2154 # the lines'; to_quoted leaves $quoted
print_log() {
	require_loggable "$1"
	to_quoted "$1"
	printf 'gaishim_scratch="" gaishim_log=%s\n' "$quoted"
	if [ -z "$1" ]; then
		to_absolute "${TMPDIR:-/tmp}"
		to_quoted "$absolute/gaishim-trace.XXXXXX"
		printf 'gaishim_scratch=$(mktemp -d %s) || {\n' "$quoted"
		print_die "there is no place for the log: set TMPDIR"
		printf '}\ngaishim_log=$gaishim_scratch/log\n'
	fi
	printf '(umask 077 && : >"$gaishim_log") 2>/dev/null || {\n'
	print_die "$1 cannot be written"
	printf '}\n'
	[ -n "$1" ] || [ "$(id -u)" != 0 ] || printf 'chmod 711 "$gaishim_scratch" && chmod 622 "$gaishim_log"\n'
	cat <<-'END'
		gaishim_clean() {
			[ -z "$gaishim_scratch" ] || rm -rf -- "$gaishim_scratch"
		}
	END
}

# print_die LINE: the lines that say so, and end.
print_die() {
	to_quoted "gaishim: $1"
	printf "printf '%%s\\n' %s >&2\nexit 125\n" "$quoted"
}

# is_ignored NUMBER: this signal, of 1 to 4, was ignored when the command was started, as for a
# command in the background of a script. The kernel's mask has a bit for each from 1 on. It is
# sed's: busybox's shell ignores SIGQUIT itself, but its programs do not.
is_ignored() {
	mask=$(sed -n 's/^SigIgn:.*\(.\)$/\1/p' /proc/self/status 2>/dev/null)
	[ $((0x${mask:-0} >> ($1 - 1) & 1)) = 1 ]
}

# find_reset: leaves in $reset the words that start a program with the signals that a shell ignores
# for a program in the background. Without such an env(1), as in busybox, SIGTERM goes for them.
find_reset() {
	reset='' interrupt=INT quit=QUIT signals=''
	is_ignored 2 || signals=INT
	is_ignored 3 || signals=$signals${signals:+,}QUIT
	[ -n "$signals" ] || return 0
	if env --default-signal="$signals" true 2>/dev/null; then
		# The inner shell is for a COMMAND with an equals sign, which env would take for a variable.
		reset="env --default-signal=$signals sh -c 'exec \"\$@\"' sh"
	else
		interrupt=TERM quit=TERM
	fi
}

# find_spare: leaves in $spare the number of a descriptor that is free, or nothing.
find_spare() {
	for spare in 9 8 7 6 5 4 3 ''; do
		[ -z "$spare" ] || [ ! -e "/proc/$$/fd/$spare" ] || continue
		return
	done
}

# has_terminal: ^C comes to COMMAND from the terminal, and must not come twice.
has_terminal() {
	(: </dev/tty) 2>/dev/null
}

# print_signals: the lines that pass signals on. ^C of a terminal comes to COMMAND by itself. A
# child that is still a copy of this shell would lose a signal.
# shellcheck disable=SC2016 # the lines'
print_signals() {
	cat <<-'END'
		gaishim_child='' gaishim_caught=''
		gaishim_pass() {
			gaishim_caught=$1
			[ -n "$gaishim_child" ] || return
			while cmp -s "/proc/$$/cmdline" "/proc/$gaishim_child/cmdline"; do
				sleep 0.01
			done
			kill -s "$1" "$gaishim_child" 2>/dev/null
		}
	END
	for signal in HUP TERM USR1 USR2; do
		printf "trap 'gaishim_pass %s' %s\n" $signal $signal
	done
	for signal in "$interrupt INT" "$quit QUIT"; do
		if has_terminal && [ -n "$reset" ]; then
			printf 'trap gaishim_caught=%s %s\n' "${signal% *}" "${signal#* }"
		else
			printf "trap 'gaishim_pass %s' %s\n" "${signal% *}" "${signal#* }"
		fi
	done
}

# print_run: the lines that run COMMAND, unless a signal has come before.
# shellcheck disable=SC2016 # the lines'
print_run() {
	printf 'gaishim_run() {\nexport GAISHIM_LOG="$gaishim_log"\n'
	print_exports
	printf 'exec %s "$@"\n}\n' "$reset"
	cat <<-'END'
		if [ -n "$gaishim_caught" ]; then
			gaishim_clean
			trap - "$gaishim_caught"
			kill -s "$gaishim_caught" $$
		fi
	END
	# A shell takes the input away from a program in the background: the spare number keeps it.
	[ -z "$spare" ] || printf 'if [ -e /proc/$$/fd/0 ]; then { gaishim_run "$@" <&%s %s<&- & } %s<&0; else\n' \
		"$spare" "$spare" "$spare"
	printf 'gaishim_run "$@" &\n'
	[ -z "$spare" ] || printf 'fi\n'
	cat <<-'END'
		gaishim_child=$!
		[ -z "$gaishim_caught" ] || gaishim_pass "$gaishim_caught"
		while :; do
			gaishim_caught=''
			wait "$gaishim_child"
			gaishim_status=$?
			[ -n "$gaishim_caught" ] || break
		done
		trap - HUP INT QUIT TERM USR1 USR2
	END
}

# print_report PAGE: the lines that say what came of it, and end.
# shellcheck disable=SC2016 # the lines'
print_report() {
	to_quoted "$(readlink -f -- "$0")"
	printf '%s report -- "$gaishim_log" >&2\n' "$quoted"
	if [ -n "$1" ]; then
		self=$quoted
		to_quoted "$1"
		printf '%s report --html=%s -- "$gaishim_log"\n' "$self" "$quoted"
	fi
	printf 'gaishim_clean\nexit "$gaishim_status"\n'
}

# split_words trace [ARG...]: reads the options of trace. Leaves in $taken how many words they are,
# with "trace".
split_words() {
	keep='' page='' taken=1
	shift
	while [ $# -gt 0 ]; do
		case $1 in
		--html=?*)
			to_absolute "${1#*=}"
			page=$absolute
			;;
		-o)
			[ -n "${2-}" ] || refuse "trace: -o: the name of LOG is missing"
			to_absolute "$2"
			keep=$absolute
			taken=$((taken + 1))
			shift
			;;
		--)
			taken=$((taken + 1))
			return
			;;
		-*) refuse "trace: $1: unknown option; see 'gaishim trace --help'" ;;
		*) return ;;
		esac
		taken=$((taken + 1))
		shift
	done
}

if [ "${2-}" = --help ] || [ "${2-}" = -h ]; then
	trace_usage
	exit 0
fi
! is_given GAISHIM_LOG || refuse "trace has a log of its own: to keep it, say -o LOG in place of --log"
split_words "$@"
shift "$taken"
[ $# -gt 0 ] || refuse "trace: COMMAND is missing"
require_flights
require_object
require_command "$1"
give_environment
find_reset
find_spare
# shellcheck disable=SC2154 # plan has set count
printf 'unset gaishim_lines\nshift %d\n' $((count + taken))
print_signals
print_log "$keep"
print_run
print_report "$page"
