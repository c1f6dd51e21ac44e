# shellcheck shell=sh
# SPDX-License-Identifier: MIT
# gaishim enable TARGET: from now on, without the command in front. Sourced by gaishim.

enable_usage() {
	cat <<'END'
usage: gaishim [options] enable TARGET [options]

Have the object preloaded without the command in front. The options are those
of the command. They are in force wherever TARGET is on.

  --github       the next steps of this job: appends to $GITHUB_ENV
  --gitlab       later jobs: writes $CI_PROJECT_DIR/gaishim.env, to be named
                 under artifacts:reports:dotenv
  --dotenv FILE  programs that get their environment from FILE, as by docker
                 run --env-file and EnvironmentFile=: lines NAME=VALUE without
                 quotes
  --profile      login shells: for root those of all users, by
                 /etc/profile.d/gaishim.sh; for a user by ~/.profile
  --system       every program: /etc/ld.so.preload, after a trial run. That
                 file carries no options and no site hook for Python
  --print        print the lines of --dotenv and change no file. A value with
                 a blank is refused. For a shell there is `gaishim env`
  --trace        with --github or --gitlab: also write a log, and tell which
                 steps make a report of it. The log is gaishim.log, without
                 --log=FILE, in $RUNNER_TEMP or $CI_PROJECT_DIR

A second enable changes nothing but the options. `gaishim disable TARGET`
leaves the file as it was before. Files are replaced as a whole.

The exit status is 0 if gaishim is on; 1 if the target cannot be written, 2 if
an option is wrong, 125 if the object cannot be preloaded here.
END
}

# shellcheck source=scripts/commands/shells.sh
. "${commands:?}/shells.sh"
# shellcheck source=scripts/commands/system.sh
. "$commands/system.sh"
# shellcheck source=scripts/commands/targets.sh
. "$commands/targets.sh"
# shellcheck source=scripts/commands/enable-trace.sh
. "$commands/enable-trace.sh"

# name_given KIND OPTION VARIABLE...: prints VARIABLE, if the option was given.
name_given() {
	! is_given "$3" || printf '%s\n' "$3"
}

# given_names: the variables of the options given, each once, in the table's order.
given_names() {
	each_option name_given
}

# The variables that an environment needs, besides those of the options.
needed='LD_PRELOAD PYTHONPATH TOX_TESTENV_PASSENV TOX_OVERRIDE'

# set_environment: what give_environment gives, but nothing twice.
set_environment() {
	preload=${LD_PRELOAD-} override=${TOX_OVERRIDE-} passenv=${TOX_TESTENV_PASSENV-}
	give_environment
	case " $preload " in
	*[:\ ]"$object"[:\ ]*) LD_PRELOAD=$preload ;;
	esac
	case $override in
	*GAISHIM_*) TOX_OVERRIDE=$override ;;
	esac
	# LD_PRELOAD, PYTHONPATH and GAISHIM_* in one word, which `env $(cat FILE)` does
	# not tear apart; tox 3 takes any pattern.
	case $passenv in
	*GAISHIM_* | *'[LPG][DYA]'*) ;;
	*) passenv="[LPG][DYA][_TI][PHS]*${passenv:+ $passenv}" ;;
	esac
	TOX_TESTENV_PASSENV=$passenv
}

# assignments VARIABLE...: lines NAME=VALUE.
assignments() {
	for name; do
		eval "value=\$$name"
		one_line "$name" "$value"
		printf '%s=%s\n' "$name" "$value"
	done
}

# profile: for a shell that may have an LD_PRELOAD already, and may outlive the object.
profile() {
	# shellcheck disable=SC2086 # words
	unset $needed
	set_environment
	one_line LD_PRELOAD "$object"
	one_line PYTHONPATH "$hook"
	file=$(quote "$object") tab=${tab:?}
	printf 'if [ -r %s ]; then\n' "$file"
	for name in $(given_names); do
		eval "value=\$$name"
		one_line "$name" "$value"
		printf '\texport %s=%s\n' "$name" "$(quote "$value")"
	done
	cat <<-END
		${tab}case " \${LD_PRELOAD-} " in
		${tab}*[:\\ ]${file}[:\\ ]*) ;;
		${tab}*)
		${tab}	export LD_PRELOAD="\${LD_PRELOAD:+\$LD_PRELOAD:}"$file
		${tab}	export PYTHONPATH=$(quote "$hook")"\${PYTHONPATH:+:\$PYTHONPATH}"
		${tab}	export TOX_TESTENV_PASSENV=$(quote "$TOX_TESTENV_PASSENV")"\${TOX_TESTENV_PASSENV:+ \$TOX_TESTENV_PASSENV}"
		${tab}	export TOX_OVERRIDE=$(quote "$TOX_OVERRIDE")"\${TOX_OVERRIDE:+;\$TOX_OVERRIDE}"
		${tab}	;;
		${tab}esac
		fi
	END
}

# new_block: all that is written.
new_block() {
	case $target in
	--profile)
		printf '%s enable --profile >>> the file was %s; what stands up to <<< is rewritten\n' "$mark" "$was"
		profile
		printf '# <<< gaishim <<<\n'
		;;
	--system)
		case $was in
		absent) printf ' %s\n' "$object" ;;
		whole) printf '  %s\n' "$object" ;;
		unended) printf '   %s\n' "$object" ;;
		esac
		;;
	*)
		printf '%s%s\n' "$mark" "$was"
		environment
		;;
	esac
}

# file_sets: what the file itself says of the variables counts, as it does for who
# reads it.
file_sets() {
	for name in $needed; do
		value=$(other_lines | sed -n "s/^$name=/=/p" | tail -n 1)
		case $value in
		*[\"\'\$]*) die 1 "$path sets $name$value, which enable cannot extend: add $object by hand" ;;
		=*) eval "$name=\${value#=}" ;;
		esac
	done
}

# environment: lines NAME=VALUE; the last of them ends a block.
environment() {
	[ -z "$path" ] || [ ! -e "$path" ] || file_sets
	set_environment
	# shellcheck disable=SC2046,SC2086 # words
	assignments $(given_names) $needed
}

# advise: what is to be known, now that it is on.
advise() {
	case $target in
	--github) say "gaishim is on from the next step of this job" ;;
	--gitlab) say "gaishim is on in later jobs that have the object at the same path, if this job says" \
		"    artifacts: { reports: { dotenv: gaishim.env } }" \
		"gaishim is on in the rest of this job after" \
		"    while IFS= read -r v; do export \"\$v\"; done <$(word "$path")" ;;
	--dotenv) say "gaishim is on in programs that get their environment from ${path##*/}" ;;
	--profile)
		say "gaishim is on in login shells from now on; in this shell after: . $(word "$path")"
		for name in .bash_profile .bash_login; do
			[ "$dir" = /etc/profile.d/ ] || [ ! -e "$HOME/$name" ] ||
				say "but bash reads ~/$name instead, so add to that file: . ~/.profile"
		done
		;;
	--system) say "every program that is started from now on loads $object" \
		"that file cannot set variables: to have Python's site hook, set PYTHONPATH=$(word "$hook")" \
		"to switch it off: gaishim disable --system" \
		"if no program starts any more, empty the whole file from a root shell that still runs:" \
		"    : >/etc/ld.so.preload" ;;
	esac
	! $trace || advise_trace
}

parse_target '--github --gitlab --dotenv --profile --system --print' "$@"
! $trace || require_traceable
require_flights
require_loadable

if [ "$target" = --print ]; then
	block=$(environment) || exit
	printf '%s\n' "$block"
	exit
fi
require_fit "$target"
find_target
! $trace || give_log
lock
find_block
if [ "$target" = --system ] && [ "$first" = 0 ] && names_object; then
	say "$path names the object already, but not by 'gaishim enable': nothing was changed"
	exit
fi
block=$(new_block) || exit
! $trace || make_log
if [ "$(block_lines)" = "$block" ]; then
	say "$path has this entry already: nothing was changed"
	! $trace || advise_trace
	exit
fi
what="an entry was added"
[ "$first" = 0 ] || what="the entry was changed to the options given"
if [ "$target$first" = --github0 ]; then
	append "$block"
else
	[ "$target" != --system ] || try_system "$path"
	replace_file "$block"
	[ "$target" != --system ] || prove_system "$path"
fi
say "$path: $what"
advise
