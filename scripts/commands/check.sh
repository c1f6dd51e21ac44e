# shellcheck shell=sh
# SPDX-License-Identifier: MIT
# gaishim check: will the object take effect in a program? Sourced by gaishim.
# Nothing of a program is run to tell: readelf or od reads it, and the system's loader
# lists the libraries that it would load. A file made to deceive both runs what it
# likes all the same, as with ldd: see docs/SECURITY.md.

# shellcheck source=scripts/commands/json.sh
. "${commands:?}/json.sh"
# shellcheck source=scripts/commands/preloads.sh
. "$commands/preloads.sh"
# shellcheck source=scripts/commands/path.sh
. "$commands/path.sh"
# shellcheck source=scripts/commands/elf.sh
. "$commands/elf.sh"
# shellcheck source=scripts/commands/libc.sh
. "$commands/libc.sh"
# shellcheck source=scripts/commands/privileges.sh
. "$commands/privileges.sh"
# shellcheck source=scripts/commands/verdicts.sh
. "$commands/verdicts.sh"

check_usage() {
	cat <<'END'
usage: gaishim check [--json] PROGRAM...

Tell in a line for each PROGRAM, a path or a name on PATH, whether the object
takes effect in it when this user starts it, and if not, why and what to do.
As with ldd, ask only for programs that you would run.

  --json   the same for machines, in one JSON document

The exit status is 1 if the object does not take effect in a PROGRAM, or if a
PROGRAM is not found; otherwise 3 if check cannot tell for a PROGRAM (perhaps);
else 0.
END
}

json=false
while shift; do
	case ${1-} in
	--json) json=true ;;
	--help | -h)
		check_usage
		exit 0
		;;
	--)
		shift
		break
		;;
	-*) refuse "check: $1: unknown option; allowed are --json and --help" ;;
	*) break ;;
	esac
done
[ $# -gt 0 ] || refuse "check: PROGRAM is missing"
require_object

find_reader

# judge NAME: leaves $verdict (yes, no, perhaps, error) and $reason.
judge() {
	if ! find_program "$1"; then
		verdict=error reason="not found"
	elif ! [ -x "$file" ]; then
		verdict=error reason="may not be executed"
	else
		depth=0 via=''
		judge_file "$(readlink -f -- "$file")"
		reason=$via$reason
		reason=${reason%: }
	fi
}

judge_file() {
	case $(head -c 4 -- "$1" 2>/dev/null | od -An -tx1 | tr -d ' \n') in
	7f454c46) judge_elf "$1" ;;
	2321*) judge_script "$1" ;;
	'')
		if [ -s "$1" ] && ! [ -r "$1" ]; then
			secure_mode "$1" || perhaps "this user may execute the program, but not read it: ask as a user who may"
		else
			not "it is empty"
		fi
		;;
	*) perhaps "neither an ELF program nor a script with #!: check what runs it" ;;
	esac
}

# A script is what its interpreter is; setuid means nothing to the kernel here.
judge_script() {
	depth=$((depth + 1))
	if [ $depth -gt 5 ]; then
		via=''
		not "its interpreter is a script, whose interpreter is a script, and so on: it does not start"
		return
	fi
	line=$(head -c 256 -- "$1" | tr -d '\000' | sed -n '1s/^#![ 	]*//p')
	runner=${line%%[ 	]*}
	if [ "${runner##*/}" = env ]; then
		env_command "${line#"$runner"}" || return
	fi
	if ! find_program "$runner" || ! [ -x "$file" ]; then
		not "its interpreter $runner is not there"
		return
	fi
	case ${runner##*/} in
	sh | ash | bash | busybox | csh | dash | fish | ksh | ksh93 | mksh | posh | rbash | tcsh | yash | zsh)
		perhaps "a script for $file: check the programs that it starts"
		return
		;;
	esac
	via="${via}a script for $file: "
	judge_file "$(readlink -f -- "$file")"
}

# env_command WORDS: what env starts, in $runner.
env_command() {
	set -f
	# shellcheck disable=SC2086 # words
	set -- $1
	set +f
	while [ $# -gt 0 ]; do
		case $1 in
		-S | --split-string) ;;
		-S?* | --split-string=?*)
			runner=${1#-S} runner=${runner#--split-string=}
			shift
			set -- '' "$runner" "$@"
			;;
		- | -i | --ignore-environment)
			not "its env starts the interpreter without a variable: take $1 out of its first line"
			return 1
			;;
		-*)
			perhaps "its first line has an option of env that is unknown here: $1"
			return 1
			;;
		LD_PRELOAD=*)
			not "its first line sets LD_PRELOAD: take that out"
			return 1
			;;
		*=*) ;;
		*)
			runner=$1
			return 0
			;;
		esac
		shift
	done
	not "its first line has env and no interpreter"
	return 1
}

worst=0 programs=''
for program_name; do
	judge "$program_name"
	case $verdict in
	no | error) worst=1 ;;
	perhaps) [ $worst -ne 0 ] || worst=3 ;;
	esac
	if $json; then
		programs="$programs${programs:+,}
    {\"program\": $(json_string "$program_name"), \"verdict\": \"$verdict\",
     \"reason\": $(json_string "$reason")}"
		continue
	fi
	case $verdict in
	yes) line="$program_name: takes effect${reason:+ ($reason)}" ;;
	error) line="gaishim: check: $program_name: $reason" ;;
	*) line="$program_name: $verdict: $reason" ;;
	esac
	# What others wrote must not break the line, nor steer a terminal.
	line=$(printf %s "$line" | LC_ALL=C tr '\000-\037\177' '?')
	if [ "$verdict" = error ]; then
		printf '%s\n' "$line" >&2
	else
		printf '%s\n' "$line"
	fi
done
! $json || printf '{\n  "programs": [%s\n  ]\n}\n' "$programs"
(exit $worst)
