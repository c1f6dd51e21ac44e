# shellcheck shell=sh
# SPDX-License-Identifier: MIT
# `gaishim enable --trace`: the log of a job, and the steps that make a report of it. Sourced
# by enable.sh, which has the target's state.

# require_traceable: the target is a job's, and the log that was asked for is one file.
require_traceable() {
	case ${target:?} in
	--github | --gitlab) ;;
	--system) refuse "--system with --trace: /etc/ld.so.preload cannot carry the name of a log" \
		"to log one command: gaishim --log=FILE COMMAND" ;;
	--profile) refuse "--profile with --trace: several users cannot write to one log" \
		"to have one for each process: --log=FILE, with %p in its name" ;;
	*) refuse "$target with --trace: those programs may have a file system of their own" \
		"name the log as they see it: --log=FILE" ;;
	esac
	is_given GAISHIM_LOG || return 0
	[ "$GAISHIM_LOG" != stderr ] || refuse "--trace with --log=stderr: that is no file to report from" \
		"name a file, or leave --log out"
	case ${GAISHIM_LOG##*/} in
	*%p*) refuse "--trace with --log=$GAISHIM_LOG: that is a log for each process" \
		"leave --trace out, and give all of these files to 'gaishim report'" ;;
	esac
}

# give_log: gives the next steps, or jobs, a log where they can write, unless --log has.
give_log() {
	! is_given GAISHIM_LOG || return 0
	case $target in
	--github)
		[ -n "${RUNNER_TEMP-}" ] || die 1 "RUNNER_TEMP is not set: where is the log to be?" \
			"name a file that the next steps can write to: --log=FILE"
		set_option "--log=$RUNNER_TEMP/gaishim.log"
		;;
	--gitlab) set_option "--log=${CI_PROJECT_DIR:?}/gaishim.log" ;;
	esac
}

# make_log: a job in which nothing is looked up has a log as well, so its last step does not
# fail. A later job of GitLab's has its own checkout and often its own container: there is
# nothing to make here.
make_log() {
	[ "$target" = --github ] || return 0
	# The object would not follow it.
	[ ! -L "$GAISHIM_LOG" ] || die 1 "$GAISHIM_LOG is a link, which a log cannot be"
	# Not where somebody else makes it at the same time, nor for others to read.
	[ -e "$GAISHIM_LOG" ] || (umask 077 && set -C && : >"$GAISHIM_LOG") 2>/dev/null ||
		die 1 "$GAISHIM_LOG cannot be made" "name a file that the next steps can write to: --log=FILE"
	[ -f "$GAISHIM_LOG" ] || die 1 "$GAISHIM_LOG is not a regular file"
	[ -w "$GAISHIM_LOG" ] || die 1 "$GAISHIM_LOG cannot be written" \
		"name a file that the next steps can write to: --log=FILE"
}

# this_command: prints how the next steps call it: by its name, if that finds it.
this_command() {
	file=''
	find_program gaishim || :
	itself=$(readlink -f -- "$0")
	if [ "$(readlink -f -- "$file")" = "$itself" ]; then
		printf 'gaishim'
	else
		word "$itself"
	fi
}

# advise_trace: where the log is, and what makes a report of it.
# shellcheck disable=SC2016 # the step's
advise_trace() {
	report="$(this_command) report" log=$(word "$GAISHIM_LOG")
	case $target in
	--github) say "the log is $GAISHIM_LOG" \
		"to have a report on the job's page, make this the last step:" \
		'    - if: always() && env.GAISHIM_LOG' \
		"      run: $report --markdown \"\$GAISHIM_LOG\" >>\"\$GITHUB_STEP_SUMMARY\"" ;;
	--gitlab) say "the log of a later job is $GAISHIM_LOG" \
		"to have a report as a page among its artifacts, that job says" \
		"    after_script:" \
		"      - touch $log" \
		"      - $report --html=gaishim.html $log" \
		"    artifacts: { when: always, paths: [gaishim.html] }" ;;
	esac
}
