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

# make_log [LOG]: an empty log. Leaves its path in $log, and the directory to be removed in
# $scratch. What COMMAND leaves running must find no place there afterwards: so a directory.
make_log() {
	scratch='' log=$1
	if [ -z "$log" ]; then
		scratch=$(mktemp -d "${TMPDIR:-/tmp}/gaishim-trace.XXXXXX") || die 125 "there is no place for the log: set TMPDIR"
		log=$scratch/log
	fi
	(umask 077 && : >"$log") 2>/dev/null || die 125 "$log cannot be written"
	# A server of root's may become another user, and goes on with its log.
	[ -z "$scratch" ] || [ "$(id -u)" != 0 ] || chmod 711 "$scratch" && chmod 622 "$log"
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

# print_run: the lines that run COMMAND. A signal that comes before it runs is passed on then.
# shellcheck disable=SC2016 # the lines'
print_run() {
	cat <<-'END'
		gaishim_child='' gaishim_caught=''
		gaishim_pass() {
			gaishim_caught=$1
			[ -z "$gaishim_child" ] || kill -s "$1" "$gaishim_child" 2>/dev/null
		}
	END
	for signal in HUP TERM USR1 USR2; do
		printf "trap 'gaishim_pass %s' %s\n" $signal $signal
	done
	if has_terminal && [ -n "$reset" ]; then
		printf 'trap gaishim_caught=1 INT QUIT\n'
	else
		printf "trap 'gaishim_pass %s' INT\ntrap 'gaishim_pass %s' QUIT\n" "$interrupt" "$quit"
	fi
	printf 'gaishim_run() {\n'
	print_exports
	printf 'exec %s "$@"\n}\n' "$reset"
	# A shell takes the input away from a program in the background: the spare number keeps it.
	[ -z "$spare" ] || printf 'if [ -e /proc/$$/fd/0 ]; then { gaishim_run "$@" <&%s %s<&- & } %s<&0; else\n' \
		"$spare" "$spare" "$spare"
	printf 'gaishim_run "$@" &\n'
	[ -z "$spare" ] || printf 'fi\n'
	cat <<-'END'
		gaishim_child=$!
		case $gaishim_caught in
		'' | 1) ;;
		*) gaishim_pass "$gaishim_caught" ;;
		esac
		while :; do
			gaishim_caught=''
			wait "$gaishim_child"
			gaishim_status=$?
			[ -n "$gaishim_caught" ] || break
		done
		trap - HUP INT QUIT TERM USR1 USR2
	END
}

# print_report LOG SCRATCH PAGE: the lines that say what came of it, and end.
print_report() {
	to_quoted "$(readlink -f -- "$0")"
	self=${quoted?}
	to_quoted "$1"
	printf '%s report -- %s >&2\n' "$self" "$quoted"
	if [ -n "$3" ]; then
		log=$quoted
		to_quoted "$3"
		printf '%s report --html=%s -- %s\n' "$self" "$quoted" "$log"
	fi
	if [ -n "$2" ]; then
		to_quoted "$2"
		printf 'rm -rf -- %s\n' "$quoted"
	fi
	# shellcheck disable=SC2016 # the lines'
	printf 'exit "$gaishim_status"\n'
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
make_log "$keep"
give GAISHIM_LOG "$log"
find_reset
find_spare
# shellcheck disable=SC2154 # plan has set count
printf 'unset gaishim_lines\nshift %d\n' $((count + taken))
print_run
print_report "$log" "$scratch" "$page"
