#!/bin/sh
# SPDX-License-Identifier: MIT
# `gaishim enable` and `disable` on files that any user may have: what they write,
# what they leave alone, what they refuse, under each shell that may be /bin/sh.
# /etc is in tests/command/enable-system.sh.

# shellcheck disable=SC2016,SC2317 # for the inner shells; each_option calls functions
. tests/lib/tap.sh
unset LD_PRELOAD PYTHONPATH TOX_OVERRIDE TOX_TESTENV_PASSENV GITHUB_ENV RUNNER_TEMP CI_PROJECT_DIR
umask 022
chmod 755 "$TMP" # for an ordinary user

tree=$TMP/tree
checkout "$tree"
object=$tree/build/libgaishim.so hook=$tree/shim/python
unset GAISHIM_SO
shell='' as='' file=$TMP/file
tox=$("$tree/scripts/gaishim" printenv TOX_OVERRIDE)
# The options that there are, as the command has them.
options=shim/options.def
# shellcheck source=scripts/commands/options.sh
. scripts/commands/options.sh

# gaishim ARG...: leaves the exit status in $status, what it wrote in $out.
gaishim() {
	# shellcheck disable=SC2086 # words
	out=$($as $shell "$tree/scripts/gaishim" "$@" 2>&1)
	status=$?
}

# done_by WORDS ERE: that works, and says so.
done_by() {
	# shellcheck disable=SC2086 # words
	gaishim $1
	is "$1" "$status" 0
	like "$1 says what it did" "$out" "$2"
}

# refused STATUS ERE ARG...
refused() {
	wanted=$1 ere=$2
	shift 2
	gaishim "$@"
	said=$(echo "$*" | tr '\n' ' ')
	is "$said is refused" "$status" "$wanted"
	like "$said says why" "$out" "$ere"
}

# lines_of FILE NAME...: the last line of each of these variables.
lines_of() {
	of=$1
	shift
	for name; do
		sed -n "/^$name=/p" "$of" | tail -n 1
	done
}

# unchanged NAME COPY FILE
unchanged() {
	ok "$1: byte for byte" cmp "$2" "$3"
	is "$1: nothing is left behind" "$(find "$TMP" -name '.*gaishim-new*')" ''
}

arguments() {
	refused 2 'a target is missing' enable
	refused 2 'a target is missing' disable
	for verb in enable disable; do
		refused 2 '--github --gitlab --dotenv --profile --system' $verb
		refused 2 'unknown' $verb --unknown
		refused 2 'targets of .* --github' $verb --unknown
		refused 2 'unknown target' $verb github
		refused 2 'one target at a time' $verb --github --gitlab
		refused 2 'FILE is missing' $verb --dotenv
		refused 2 'FILE is missing' $verb --dotenv=
		gaishim $verb --help
		is "$verb --help" "$status" 0
		is "$verb --help fits a screen" "$(echo "$out" | awk 'length > 79 || NR > 30')" ''
		for word in --github --gitlab --dotenv --profile --system; do
			like "$verb --help names $word" "$out" "$word"
		done
		refused 1 'GITHUB_ENV is not set' $verb --github
		refused 1 'CI_PROJECT_DIR is not set' $verb --gitlab
		refused 1 'no directory' $verb --dotenv "$TMP/nowhere/file"
		refused 1 'not a regular file' $verb --dotenv /dev/null
		refused 1 'not a regular file' $verb --dotenv "$TMP"
	done
	refused 2 'allowed are host, global and none' enable --github --lock=all
	refused 2 'unknown option' disable --print
	refused 2 'disable takes no options of the object: GAISHIM_LOCK' --lock=none disable --dotenv "$file"
	refused 2 'unknown option' disable --dotenv "$file" --lock=none
	refused 2 'carries no options: GAISHIM_LOCK' enable --system --lock=none
	is "and nothing was made" "$(ls "$TMP")" "$listed"
}

prints() {
	gaishim enable --print
	is "--print" "$out" "LD_PRELOAD=$object
PYTHONPATH=$hook
TOX_TESTENV_PASSENV=[LPG][DYA][_TI][PHS]*
TOX_OVERRIDE=$tox"
	printed=$out
	# shellcheck disable=SC2046,SC2086 # words
	is "suits env" "$(env $($shell "$tree/scripts/gaishim" enable --print --lock=none) printenv GAISHIM_LOCK LD_PRELOAD)" "none
$object"
	# Three of one class of tox 3's pattern each.
	for name in LD_PRELOAD PYTHONPATH GAISHIM_LOG; do
		case $name in
		[LPG][DYA][_TI][PHS]*) matched=yes ;;
		*) matched=no ;;
		esac
		is "tox 3's pattern matches $name" $matched yes
	done
	export LD_PRELOAD=libm.so.6 PYTHONPATH=a::b TOX_OVERRIDE=c=d TOX_TESTENV_PASSENV=e
	refused 2 'TOX_TESTENV_PASSENV holds a blank' enable --print
	like "and names what takes it" "$out" 'eval "\$\(gaishim env\)"'
	unset TOX_TESTENV_PASSENV
	gaishim enable --print --strict --strict --lock none
	is "--print with options, after what there is" "$out" "GAISHIM_STRICT=1
GAISHIM_LOCK=none
LD_PRELOAD=libm.so.6:$object
PYTHONPATH=$hook:a::b
TOX_TESTENV_PASSENV=[LPG][DYA][_TI][PHS]*
TOX_OVERRIDE=$tox;c=d"
	unset LD_PRELOAD PYTHONPATH TOX_OVERRIDE
	# shellcheck disable=SC2046,SC2086 # words
	is "--print where it is on adds nothing" "$(set -f && env $printed $shell "$tree/scripts/gaishim" enable --print)" "$printed"
	refused 2 'GAISHIM_LOG holds a newline' enable --print "--log=/a
b"
	is "and prints nothing else" "$(echo "$out" | grep -c '^[A-Z_]*=')" 0
	for blank in ' ' '	'; do
		refused 2 'GAISHIM_LOG holds a blank' enable --print "--log=/a${blank}b"
		is "and prints nothing else" "$(echo "$out" | grep -c '^[A-Z_]*=')" 0
	done
}

# restored NAME: enable and disable leave $file, which the test made, as it was.
restored() {
	cp -p "$file" "$TMP/copy"
	before=$(stat -c '%a %u %g' "$file")
	gaishim enable --dotenv "$file" --lock=none
	is "$1: enable" "$status" 0
	is "$1: it is there" "$(lines_of "$file" GAISHIM_LOCK LD_PRELOAD PYTHONPATH | tr '\n' ' ')" \
		"GAISHIM_LOCK=none LD_PRELOAD=$object PYTHONPATH=$hook "
	ok "$1: what was there is" cmp -n "$(wc -c <"$TMP/copy")" "$TMP/copy" "$file"
	is "$1: mode and owner are" "$(stat -c '%a %u %g' "$file")" "$before"
	cp "$file" "$TMP/enabled"
	inode=$(stat -c %i "$file")
	gaishim enable --dotenv "$file" --lock=none
	like "$1: a second enable says so" "$out" 'nothing was changed'
	unchanged "$1: second enable" "$TMP/enabled" "$file"
	is "$1: second enable: not even written" "$(stat -c %i "$file")" "$inode"
	gaishim enable --dotenv "$file" --idn=off
	like "$1: changed options say so" "$out" 'changed'
	is "$1: changed options" "$(lines_of "$file" GAISHIM_LOCK GAISHIM_IDN)" GAISHIM_IDN=off
	gaishim disable --dotenv "$file"
	is "$1: disable" "$status" 0
	unchanged "$1: disable" "$TMP/copy" "$file"
	is "$1: disable: mode and owner" "$(stat -c '%a %u %g' "$file")" "$before"
	gaishim disable --dotenv "$file"
	like "$1: a second disable says so" "$out" 'nothing was changed'
	unchanged "$1: second disable" "$TMP/copy" "$file"
}

# carries KIND OPTION VARIABLE HELP [WORD...]: enable does, and disable takes it out again.
carries() {
	case $1 in
	FLAG) given=$2 wanted=$3=1 ;;
	FILENAME) given=$2=/a/log wanted=$3=/a/log ;;
	*) given=$2=$6 wanted=$3=$6 ;;
	esac
	echo A=1 >"$file"
	gaishim enable --dotenv "$file" "$given"
	is "$given is carried" "$(grep "^GAISHIM_" "$file" | grep -v ENABLED)" "$wanted"
	gaishim "$given" "$given" enable --dotenv "$file"
	like "$given, twice and in front" "$status $out" '^0 .*nothing was changed'
	gaishim disable --dotenv "$file"
	is "$given is taken out" "$(cat "$file")" A=1
	rm "$file"
}

dotenv() {
	each_option carries
	refused 2 '--hedge with --lock=none: allowed is --lock=host' enable --dotenv "$file" --hedge --lock=none
	is "and nothing is written" "$(find "$file" 2>/dev/null)" ''
	refused 2 'FILE is missing' enable --dotenv --log=stderr
	rm -f "$file"
	echo mine >"${file%/*}/.gaishim.config"
	done_by "enable --dotenv $file" 'was added'
	is "a new file has the umask's mode" "$(stat -c %a "$file")" 644
	is "no line is empty, a comment or quoted" "$(grep -Evc '^[A-Z_]+=[^"'"']*\$" "$file")" 0
	done_by "disable --dotenv=$file" 'removed'
	is "a file that enable made is removed" "$(find "$file" 2>/dev/null)" ''
	gaishim disable --dotenv "$file"
	like "disable where there is no file" "$status $out" '^0 .*nothing was changed'
	is "another file beside it is left alone" "$(cat "${file%/*}/.gaishim.config")" mine

	printf 'A=1\n# B' >"$file"
	restored "a last line without an end"
}

# edits: what else may be in the file.
edits() {
	: >"$file"
	restored "an empty file"
	printf 'A=1\nB=2\n' >"$file"
	restored "lines"
	printf '\n\n' >"$file"
	restored "empty lines"
	printf 'A=\377\376\001\r\n\r' >"$file"
	restored "bytes that are no UTF-8"
	printf 'GAISHIM_LOG=stderr\nTOX_OVERRIDE=a=b\n' >"$file"
	restored "variables of these names"
	chmod 640 "$file"
	restored "a mode"

	printf 'LD_PRELOAD=/x.so\nPYTHONPATH=x\nLD_PRELOAD=/y.so\n' >"$file"
	cp "$file" "$TMP/copy"
	for _ in 1 2; do
		LD_PRELOAD=libm.so.6 gaishim enable --dotenv "$file"
		is "what the file sets is kept" "$(lines_of "$file" LD_PRELOAD PYTHONPATH)" "LD_PRELOAD=/y.so:$object
PYTHONPATH=$hook:x"
	done
	gaishim disable --dotenv "$file"
	unchanged "a file that sets LD_PRELOAD" "$TMP/copy" "$file"
	echo 'LD_PRELOAD="/y.so"' >"$file"
	refused 1 'add .* by hand' enable --dotenv "$file"

	# What comes after it stays.
	for text in 'A=1\n' 'A=1' ''; do
		# shellcheck disable=SC2059
		printf "$text" >"$file"
		gaishim enable --dotenv "$file"
		printf 'Z=1' >>"$file"
		gaishim enable --dotenv "$file" --strict
		gaishim disable --dotenv "$file"
		is "lines after it, ${text:+something} before" "$(cat "$file")" "${text:+A=1
}Z=1"
	done

	mkdir -p "$TMP/links"
	echo A=1 >"$TMP/links/real"
	cp "$TMP/links/real" "$TMP/copy"
	ln -sfn real "$TMP/links/link"
	ln -sfn "$TMP/links/link" "$file.link"
	gaishim enable --dotenv "$file.link"
	is "a link is followed" "$(lines_of "$TMP/links/real" LD_PRELOAD)" "LD_PRELOAD=$object"
	gaishim disable --dotenv "$file.link"
	is "and stays one" "$(readlink "$file.link") $(readlink "$TMP/links/link")" "$TMP/links/link real"
	unchanged "through a link" "$TMP/copy" "$TMP/links/real"
	rm "$TMP/links/real"
	refused 1 'leads nowhere' enable --dotenv "$file.link"
	printf 'A\0B\n' >"$file"
	refused 1 'NUL' enable --dotenv "$file"
	rm -r "$TMP/links" "$file.link"
	(cd "$TMP/home" && gaishim enable --dotenv 'a b' && gaishim disable --dotenv './a b' && [ "$status" = 0 ] && [ ! -e 'a b' ])
	is "a relative name with a blank" $? 0

	printf 'A=1\n' >"$file"
	gaishim enable --dotenv "$file"
	for edit in '/^PYTHONPATH/i X=1' '/^TOX_OVERRIDE/d' '$p;1,$p'; do
		sed "$edit" "$file" >"$TMP/edited"
		cp "$TMP/edited" "$TMP/copy"
		for verb in enable disable; do
			refused 1 'were edited' $verb --dotenv "$TMP/edited"
			unchanged "$verb after the edit $edit" "$TMP/copy" "$TMP/edited"
		done
	done
	rm "$file" "$TMP/edited"
}

github() {
	GITHUB_ENV=$TMP/github
	export GITHUB_ENV
	printf 'A=1\nM<<E\nx\nE\n' >"$GITHUB_ENV"
	cp "$GITHUB_ENV" "$TMP/copy"
	inode=$(stat -c %i "$GITHUB_ENV")
	done_by "enable --github --lock=none" 'from the next step'
	is "--github: the file is the one that the runner made" "$(stat -c %i "$GITHUB_ENV")" "$inode"
	is "--github appends" "$(lines_of "$GITHUB_ENV" A GAISHIM_LOCK LD_PRELOAD PYTHONPATH)" "A=1
GAISHIM_LOCK=none
LD_PRELOAD=$object
PYTHONPATH=$hook"
	cp "$GITHUB_ENV" "$TMP/enabled"
	done_by "enable --github --lock=none" 'nothing was changed'
	unchanged "--github twice" "$TMP/enabled" "$GITHUB_ENV"
	done_by "enable --github" 'changed to the options'
	is "--github without the option" "$(grep -c GAISHIM_LOCK "$GITHUB_ENV")" 0
	echo B=2 >>"$GITHUB_ENV"
	echo B=2 >>"$TMP/copy"
	done_by "disable --github" 'taken out'
	unchanged "disable --github" "$TMP/copy" "$GITHUB_ENV"
	printf A=1 >"$GITHUB_ENV"
	cp "$GITHUB_ENV" "$TMP/copy"
	gaishim enable --github
	is "--github after a line without an end" "$(sed -n 1,2p "$GITHUB_ENV")" "A=1
GAISHIM_ENABLED=unended"
	gaishim disable --github
	unchanged "disable --github, a line without an end" "$TMP/copy" "$GITHUB_ENV"

	# A later step: the runner has made it the environment.
	: >"$GITHUB_ENV"
	export LD_PRELOAD="libm.so.6:$object:libdl.so.2" PYTHONPATH="$hook:a"
	done_by "disable --github" 'the next steps'
	is "disable --github in a later step" "$(cat "$GITHUB_ENV")" "LD_PRELOAD=libm.so.6:libdl.so.2
PYTHONPATH=a"
	done_by "disable --github" 'nothing was changed'
	unset PYTHONPATH
	LD_PRELOAD=$object
	: >"$GITHUB_ENV"
	gaishim disable --github
	is "with nothing else there" "$(cat "$GITHUB_ENV")" LD_PRELOAD=
	gaishim enable --github
	is "and on again" "$(tail -n 4 "$GITHUB_ENV" | grep ^LD_PRELOAD)" "LD_PRELOAD=$object"
	unset LD_PRELOAD
	rm "$GITHUB_ENV"
	unset GITHUB_ENV
}

# All lines of others that append at the same time are there, and one block.
appenders() {
	GITHUB_ENV=$TMP/github
	export GITHUB_ENV
	: >"$GITHUB_ENV"
	for n in 1 2 3; do
		(
			i=0
			while [ $i -lt 200 ]; do
				echo "L$n=$i" >>"$GITHUB_ENV"
				i=$((i + 1))
			done
		) &
	done
	for _ in 1 2; do
		gaishim enable --github &
	done
	wait
	is "nobody's line is lost" "$(grep -c '^L[123]=[0-9]*$' "$GITHUB_ENV")" 600
	is "and none is within the block" "$(sed -n '/^GAISHIM_ENABLED/,/^TOX_OVERRIDE/p' "$GITHUB_ENV" | wc -l)" 5
	if command -v strace >/dev/null && strace -o /dev/null true 2>/dev/null; then
		: >"$GITHUB_ENV"
		PYTHONPATH=$(printf '%9000s' '') strace -f -qq -y -o "$TMP/trace" -e trace=write \
			"$tree/scripts/gaishim" enable --github >/dev/null
		is "9000 bytes are one write" "$(grep -c "write([0-9]*<$GITHUB_ENV>" "$TMP/trace")" 1
	else
		skip "9000 bytes are one write" "no strace, or not permitted here"
	fi
	rm "$GITHUB_ENV"
	unset GITHUB_ENV
}

gitlab() {
	CI_PROJECT_DIR=$TMP/home
	export CI_PROJECT_DIR
	made=$CI_PROJECT_DIR/gaishim.env
	done_by "enable --gitlab --idn off" 'dotenv: gaishim.env'
	is "--gitlab: a report that GitLab reads" "$(grep -Evc '^[A-Z_]+=' "$made") $(lines_of "$made" GAISHIM_IDN)" \
		"0 GAISHIM_IDN=off"
	is "--gitlab: the rest of the job, as it says" "$(${shell:-sh} -euc "$(echo "$out" | sed -n 's/.* \(while IFS\)/\1/p')"'
		printenv GAISHIM_IDN LD_PRELOAD')" "off
$object"
	done_by "enable --gitlab --idn off" 'nothing was changed'
	done_by "disable --gitlab" removed
	is "disable --gitlab" "$(ls -A "$CI_PROJECT_DIR")" ''
	refused 2 'dollar sign' enable --gitlab '--log=/$x'
	unset CI_PROJECT_DIR
}

# with_block FILE COMMAND...: runs it in the environment that the lines of FILE make.
with_block() {
	(
		while IFS= read -r line; do
			export "${line?}"
		done <"$1"
		shift
		"$@"
	)
}

# trace: the log that --trace has, and the step that it says reports it.
trace() {
	GITHUB_ENV=$TMP/github RUNNER_TEMP="$TMP/a b"
	export GITHUB_ENV RUNNER_TEMP
	log=$RUNNER_TEMP/gaishim.log
	mkdir "$RUNNER_TEMP" "$TMP/named.d"
	[ -z "$user" ] || chmod 777 "$RUNNER_TEMP"
	: >"$GITHUB_ENV"
	umask 0
	done_by "enable --github --trace --retry=3" "log is $log\$"
	umask 022
	is "--trace: the log is there, and its owner's alone" "$(stat -c '%a %s' "$log")" '600 0'
	is "--trace: the next steps have it" "$(lines_of "$GITHUB_ENV" GAISHIM_LOG GAISHIM_RETRY)" "GAISHIM_LOG=$log
GAISHIM_RETRY=3"
	with_block "$GITHUB_ENV" getent ahosts 127.0.0.1 >/dev/null
	like "--trace: and write to it" "$(cat "$log")" ' call=getaddrinfo host="127\.0\.0\.1"'
	cp "$log" "$TMP/copy"
	done_by "enable --github --trace --retry=3" 'nothing was changed'
	like "--trace: a second enable says which step to have, too" "$out" 'GITHUB_STEP_SUMMARY'
	ok "--trace: a second enable keeps the log" cmp "$log" "$TMP/copy"
	done_by "enable --github --retry=3" 'changed to the options'
	is "without --trace: no log" "$(grep -c GAISHIM_LOG "$GITHUB_ENV")" 0
	trace_step
	trace_off
	trace_given
	trace_wrong
	rm -r "$RUNNER_TEMP" "$GITHUB_ENV" "$TMP/named.d"
	unset GITHUB_ENV RUNNER_TEMP
	trace_gitlab
}

# trace_step: the line that it prints is run, with a report that says what it is asked for.
trace_step() {
	gaishim enable --github --trace
	step=$(printf '%s\n' "$out" | sed -n 's/^gaishim: *run: //p')
	like "--trace: the step runs after a failure" "$out" '^gaishim: +- if: always\(\)'
	is "--trace: the step calls the command where it is" "${step%% report*}" "$tree/scripts/gaishim"
	saved=$PATH PATH=$tree/scripts:$PATH
	gaishim enable --github --trace
	PATH=$saved
	step=$(printf '%s\n' "$out" | sed -n 's/^gaishim: *run: //p')
	is "--trace: or by its name, if that is enough" "${step%% *}" gaishim
	printf '#!/bin/sh\nprintf "<%%s>" "$@"\n' >"$TMP/named.d/gaishim"
	chmod 755 "$TMP/named.d/gaishim"
	echo before >"$TMP/summary"
	PATH=$TMP/named.d:$PATH GITHUB_STEP_SUMMARY=$TMP/summary with_block "$GITHUB_ENV" sh -euc "$step"
	is "--trace: the step adds the report to the summary" "$(cat "$TMP/summary")" "before
<report><--markdown><$log>"
	rm "$TMP/summary"
}

# trace_off: disable leaves the log to the steps that come, and says so.
trace_off() {
	done_by "disable --github" "the log stays: $log"
	is "disable --github: the entry is gone" "$(cat "$GITHUB_ENV")" ''
	ok "disable --github: the log is not" cmp "$log" "$TMP/copy"
	LD_PRELOAD=$object PYTHONPATH=$hook GAISHIM_LOG=$log gaishim disable --github
	like "disable --github in a later step says so, too" "$out" "the log stays: $log"
	: >"$GITHUB_ENV"
	gaishim disable --github
	is "where there is none, nothing is said of it" "$(printf '%s\n' "$out" | grep -c 'log')" 0
	gaishim enable --github --log="$TMP/away"
	gaishim disable --github
	is "nor of one that nobody has made" "$(printf '%s\n' "$out" | grep -c 'log')" 0
}

# trace_given: the log that --log names.
trace_given() {
	for words in "enable --github --trace --log=$TMP/named" "--log=$TMP/named enable --github --trace"; do
		done_by "$words" "log is $TMP/named\$"
		is "$words: the log is that one" "$(lines_of "$GITHUB_ENV" GAISHIM_LOG) $(stat -c %a "$TMP/named")" \
			"GAISHIM_LOG=$TMP/named 600"
		rm -f "$TMP/named"
		gaishim disable --github
	done
	(cd "$RUNNER_TEMP" && GAISHIM_LOG=/nowhere/else gaishim enable --github --trace --log=here)
	is "a relative one, and what the variable was before" "$(lines_of "$GITHUB_ENV" GAISHIM_LOG)" "GAISHIM_LOG=$RUNNER_TEMP/here"
	rm "$RUNNER_TEMP/here"
	gaishim disable --github
	refused 2 'names no file.*stderr|stderr.*no file' enable --github --trace --log=stderr
	refused 2 'leave --trace out' enable --github --trace --log="$TMP/log.%p"
}

# trace_wrong: no log, no entry.
trace_wrong() {
	rm -f "$log" "$file"
	for target in --print --profile --system "--dotenv=$file"; do
		refused 2 "${target%%=*} with --trace" enable "$target" --trace
		like "$target: it says what to do instead" "$out" '--log=FILE'
	done
	refused 2 'unknown option' disable --github --trace
	refused 2 'unknown option' enable --github --trace=yes
	refused 2 'a target is missing' enable --trace
	ln -s "$TMP/elsewhere" "$log"
	refused 1 "$log is a link" enable --github --trace
	is "a link is not followed" "$(ls "$TMP/elsewhere" 2>/dev/null)" ''
	: >"$TMP/elsewhere"
	refused 1 "$log is a link" enable --github --trace
	rm "$log" "$TMP/elsewhere"
	mkdir "$log"
	refused 1 'not a regular file' enable --github --trace
	rmdir "$log"
	mkfifo "$log"
	refused 1 'not a regular file' enable --github --trace
	rm "$log"
	if [ -n "$user" ]; then
		: >"$log"
		chmod 644 "$log"
		chmod 666 "$GITHUB_ENV"
		as=$user
		refused 1 "$log cannot be written" enable --github --trace
		as=''
		rm "$log"
	fi
	saved=$RUNNER_TEMP
	RUNNER_TEMP=$TMP/nowhere
	refused 1 'cannot be made' enable --github --trace
	unset RUNNER_TEMP
	refused 1 'RUNNER_TEMP is not set' enable --github --trace
	like "it says what to do" "$out" '--log=FILE'
	export RUNNER_TEMP="$saved"
	is "and no entry was written" "$(cat "$GITHUB_ENV") $(find "$file" "$log" 2>/dev/null)" ' '
	saved=$GITHUB_ENV
	unset GITHUB_ENV
	refused 1 'GITHUB_ENV is not set' enable --github --trace
	export GITHUB_ENV="$saved"
	is "nor a log for a job that is none" "$(ls "$RUNNER_TEMP")" ''
}

# trace_gitlab: each later job has a checkout of its own, and so a log of its own.
trace_gitlab() {
	CI_PROJECT_DIR=$TMP/home
	export CI_PROJECT_DIR
	done_by "enable --gitlab --trace" '- touch '
	is "--gitlab --trace" "$(lines_of "$CI_PROJECT_DIR/gaishim.env" GAISHIM_LOG)" "GAISHIM_LOG=$CI_PROJECT_DIR/gaishim.log"
	is "--gitlab --trace: this job gets no log" "$(ls "$CI_PROJECT_DIR")" gaishim.env
	printf '%s\n' "$out" | sed -n 's/^gaishim:  *- //p' >"$TMP/lines"
	is "--gitlab --trace: what comes after the script" "$(cat "$TMP/lines")" "touch $CI_PROJECT_DIR/gaishim.log
$tree/scripts/gaishim report --html=gaishim.html $CI_PROJECT_DIR/gaishim.log"
	like "--gitlab --trace: the page is kept, whatever became of the script" "$out" 'when: always, paths: \[gaishim.html\]'
	rm "$TMP/lines"
	done_by "disable --gitlab" removed
	refused 2 'dollar sign' enable --gitlab --trace '--log=/$x'
	CI_PROJECT_DIR="$TMP/\$x"
	mkdir "$CI_PROJECT_DIR"
	refused 2 'dollar sign' enable --gitlab --trace
	rmdir "$CI_PROJECT_DIR"
	unset CI_PROJECT_DIR
	refused 1 'CI_PROJECT_DIR is not set' enable --gitlab --trace
}

# login [VARIABLE=VALUE] SCRIPT: what a login shell of the user prints.
login() {
	# shellcheck disable=SC2086 # words
	$as env -i HOME="$TMP/home" PATH="$PATH" "$@"
}

profile() {
	rc=$TMP/home/.profile
	export HOME="$TMP/home"
	as=$user
	for text in '' 'A=1 # é\n' 'A=1'; do
		# shellcheck disable=SC2059
		printf "$text" >"$rc"
		[ -z "$user" ] || chown "$nobody" "$rc"
		cp -p "$rc" "$TMP/copy"
		gaishim enable --profile "--log=$TMP/home/it's.%p" --lock=none
		is "--profile after ${#text} bytes" "$status" 0
		cp "$rc" "$TMP/enabled"
		gaishim enable --profile "--log=$TMP/home/it's.%p" --lock=none
		like "--profile twice" "$out" 'nothing was changed'
		unchanged "--profile twice" "$TMP/enabled" "$rc"
		gaishim enable --profile "--log=$TMP/home/it's.%p"
		is "--profile with other options" "$(grep -c GAISHIM_LOCK "$rc")" 0
		for login in 'dash -l' 'bash -l' 'busybox sh -l' 'dash -eu -l' 'bash -eu -l'; do
			${login%% *} -c : 2>/dev/null || continue
			# shellcheck disable=SC2086 # words
			is "a login by $login" "$(login $login -c 'printenv LD_PRELOAD PYTHONPATH TOX_OVERRIDE')" "$object
$hook
$tox"
			# shellcheck disable=SC2086 # words
			is "$login keeps what there is" "$(login LD_PRELOAD=libm.so.6 PYTHONPATH=a TOX_OVERRIDE=b=c $login \
				-c 'printenv LD_PRELOAD PYTHONPATH TOX_OVERRIDE')" "libm.so.6:$object
$hook:a
$tox;b=c"
			# shellcheck disable=SC2086 # words
			is "$login within $login has it once" "$(login $login -c "$login -c 'printenv LD_PRELOAD PYTHONPATH'")" "$object
$hook"
		done
		login sh -l -c 'getent ahosts 127.0.0.1' >/dev/null
		like "--profile: programs are led through it" "$(cat "$TMP/home/it's".*)" 'how=numeric'
		rm -f "$TMP/home/it's".*
		mv "$object" "$object.away"
		is "--profile: without the object a login is quiet" "$(login sh -l -c 'printenv LD_PRELOAD; true' 2>&1)" ''
		gaishim disable --profile
		like "disable --profile needs no object" "$status $out" '^0 .*taken out'
		mv "$object.away" "$object"
		unchanged "disable --profile" "$TMP/copy" "$rc"
	done
	rm "$rc"
	mkdir "$TMP/home/dotfiles"
	echo A=1 >"$TMP/home/dotfiles/profile"
	cp "$TMP/home/dotfiles/profile" "$TMP/copy"
	[ -z "$user" ] || chown -R "$nobody" "$TMP/home"
	ln -s dotfiles/profile "$rc"
	: >"$TMP/home/.bash_profile"
	gaishim enable --profile
	like "--profile warns of .bash_profile" "$out" 'bash reads .*/.bash_profile instead'
	like "--profile through a link" "$(cat "$TMP/home/dotfiles/profile")" libgaishim
	gaishim disable --profile
	is "which stays" "$(readlink "$rc")" dotfiles/profile
	unchanged "disable --profile through a link" "$TMP/copy" "$TMP/home/dotfiles/profile"
	rm -r "$TMP/home/dotfiles" "$rc" "$TMP/home/.bash_profile"
	gaishim enable --profile
	gaishim disable --profile
	is "--profile where there was none" "$(ls -A "$TMP/home")" ''
	as=''
}

unwritable() {
	mkdir "$TMP/closed"
	echo A=1 >"$TMP/closed/file"
	echo A=1 >"$TMP/copy"
	gaishim enable --dotenv "$TMP/closed/file"
	cp "$TMP/closed/file" "$TMP/enabled"
	[ -z "$user" ] || chown -R "$nobody" "$TMP/closed"
	chmod 555 "$TMP/closed"
	as=$user
	refused 1 'as it was' disable --dotenv "$TMP/closed/file"
	unchanged "disable in a closed directory" "$TMP/enabled" "$TMP/closed/file"
	done_by "enable --dotenv $TMP/closed/file" 'nothing was changed'
	refused 1 'as it was' enable --dotenv "$TMP/closed/file" --strict
	refused 1 'as it was' enable --dotenv "$TMP/closed/new"
	unchanged "enable in a closed directory" "$TMP/enabled" "$TMP/closed/file"
	chmod 755 "$TMP/closed"
	chmod 444 "$TMP/closed/file"
	refused 1 'cannot be written' disable --dotenv "$TMP/closed/file"
	GITHUB_ENV=$TMP/closed/file
	export GITHUB_ENV
	cp "$TMP/copy" "$TMP/closed/file" 2>/dev/null || { rm -f "$TMP/closed/file" && cp "$TMP/copy" "$TMP/closed/file"; }
	chmod 444 "$TMP/closed/file"
	[ -z "$user" ] || chown -R "$nobody" "$TMP/closed"
	refused 1 'cannot be written' enable --github
	unset GITHUB_ENV
	unchanged "a read-only file" "$TMP/copy" "$TMP/closed/file"
	chmod 000 "$TMP/closed/file"
	refused 1 'cannot be read' enable --dotenv "$TMP/closed/file"
	if [ -n "$user" ]; then
		chown -R 0:0 "$TMP/closed"
		chmod 777 "$TMP/closed"
		chmod 666 "$TMP/closed/file"
		refused 1 'owner' enable --dotenv "$TMP/closed/file"
		unchanged "another user's file" "$TMP/copy" "$TMP/closed/file"
	else
		skip "another user's file" "the test is not root's"
	fi
	as=''
	rm -rf "$TMP/closed"
}

objects() {
	mv "$object" "$object.good"
	echo A=1 >"$file"
	cp "$file" "$TMP/copy"
	for bad in text short class machine; do
		case $bad in
		text) echo 'not an object' >"$object" ;;
		short) head -c 200 "$object.good" >"$object" ;;
		*)
			cp "$object.good" "$object"
			at=18
			[ $bad = machine ] || at=4
			# 32 bits, or a machine that nobody has (EM_M32 is 1).
			printf '\001' | dd of="$object" bs=1 seek=$at conv=notrunc 2>/dev/null
			[ $bad = class ] || printf '\0' | dd of="$object" bs=1 seek=19 conv=notrunc 2>/dev/null
			;;
		esac
		refused 125 'cannot be preloaded here' enable --dotenv "$file"
		refused 125 'cannot be preloaded' enable --print
		unchanged "an object with a bad $bad" "$TMP/copy" "$file"
	done
	rm "$object"
	refused 125 "not there" enable --dotenv "$file"
	unchanged "no object" "$TMP/copy" "$file"
	mv "$object.good" "$object"
	rm "$file"
}

# Paths and values are data, whatever is in them: a backslash, a quote, what a shell or a
# pattern would take for its own.
# shellcheck disable=SC2089,SC2090
odd() {
	plain=$tree
	tree="$TMP/a\\tb\\\\c'd\"e\$HOME*[x]\`f#%s"
	object=$tree/build/libgaishim.so hook=$tree/shim/python
	mv "$plain" "$tree"
	log=$tree/'l \n\0101 "o" $(g)'
	export HOME="$TMP/home/h\\n \"o\" 'me'"
	mkdir "$HOME"
	[ -z "$user" ] || chown "$nobody" "$HOME"

	printf 'A=\\t\\0101\n' >"$HOME/file"
	cp "$HOME/file" "$TMP/copy"
	gaishim enable --dotenv "$HOME/file" "--log=$log"
	is "odd: enable --dotenv" "$status" 0
	is "odd: --dotenv, byte for byte" "$(lines_of "$HOME/file" A GAISHIM_LOG LD_PRELOAD PYTHONPATH)" "A=\\t\\0101
GAISHIM_LOG=$log
LD_PRELOAD=$object
PYTHONPATH=$hook"
	gaishim enable --dotenv "$HOME/file" "--log=$log"
	like "odd: a second enable --dotenv" "$status $out" '^0 .*nothing was changed'
	gaishim disable --dotenv "$HOME/file"
	unchanged "odd: disable --dotenv" "$TMP/copy" "$HOME/file"
	rm "$HOME/file"

	GITHUB_ENV=$HOME/github
	export GITHUB_ENV
	: >"$GITHUB_ENV"
	LD_PRELOAD="/x\\ty.so:$object:/z\\0101.so" PYTHONPATH="p\\nq:$hook" gaishim disable --github
	is "odd: disable --github keeps what is others'" "$status $(cat "$GITHUB_ENV")" "0 LD_PRELOAD=/x\\ty.so:/z\\0101.so
PYTHONPATH=p\\nq"
	: >"$GITHUB_ENV"
	LD_PRELOAD="$object" PYTHONPATH="$hook:a${newline}b" refused 2 'PYTHONPATH holds a newline' disable --github
	is "odd: nothing was appended" "$(cat "$GITHUB_ENV")" ''
	rm "$GITHUB_ENV"
	unset GITHUB_ENV

	CI_PROJECT_DIR=$HOME
	export CI_PROJECT_DIR
	gaishim enable --gitlab --lock=none
	like "odd: --gitlab is refused a dollar sign" "$status $out" '^2 .*dollar sign'
	unset CI_PROJECT_DIR
	odd_profile
	gaishim --version
	is "odd: --version" "$status ${out%% (*}" "0 gaishim $(sed -n 's/^VERSION = //p' Makefile)"
	gaishim "--log=$log" printenv LD_PRELOAD PYTHONPATH GAISHIM_LOG
	is "odd: the command" "$status $out" "0 $object
$hook
$log"

	mv "$tree" "$tree${newline}g"
	tree="$tree${newline}g"
	: >"$TMP/copy"
	cp "$TMP/copy" "$file"
	refused 2 'LD_PRELOAD holds a newline' enable --dotenv "$file"
	unchanged "odd: a newline in the path" "$TMP/copy" "$file"
	rm "$file"
	if [ -n "$user" ] || [ "$(id -u)" != 0 ]; then
		as=$user
		refused 2 'LD_PRELOAD holds a newline' enable --profile
		as=''
	fi
	is "odd: and nothing was made" "$(ls -A "$HOME")" ''

	mv "$tree" "$plain"
	tree=$plain object=$plain/build/libgaishim.so hook=$plain/shim/python
	rmdir "$HOME"
	HOME=$TMP/home
}

odd_profile() {
	if [ -z "$user" ] && [ "$(id -u)" = 0 ]; then
		skip "odd: --profile" "no other user here"
		return
	fi
	as=$user
	gaishim enable --profile "--log=$log" --lock=none
	is "odd: enable --profile" "$status" 0
	# shellcheck disable=SC2016 # the inner shell's
	is "odd: what it says can be typed" "$(login HOME="$HOME" sh -c "$(printf '%s\n' "$out" |
		sed -n 's/.*in this shell after: //p')"'; printf "%s\n" "$LD_PRELOAD"')" "$object"
	for login in 'dash -l' 'bash -l' 'busybox sh -l'; do
		${login%% *} -c : 2>/dev/null || continue
		# shellcheck disable=SC2086 # words
		is "odd: a login by $login" "$(login HOME="$HOME" $login -c 'printenv LD_PRELOAD PYTHONPATH GAISHIM_LOG')" "$object
$hook
$log"
	done
	gaishim disable --profile
	is "odd: disable --profile" "$status $(ls -A "$HOME")" '0 '
	as=''
}

# Killed before each program that it starts, one after the other, the file is the
# old one or the new one.
killed() {
	mkdir -p "$TMP/killers"
	for tool in sed cksum tail head mktemp cp stat cat sync mv rm; do
		path=$(command -v $tool)
		cat >"$TMP/killers/$tool" <<-END
			#!/bin/sh
			PATH=$PATH
			echo >>"$TMP/started"
			[ \$(wc -l <"$TMP/started") -lt \$KILL_AT ] || kill -9 0
			exec $path "\$@"
		END
	done
	chmod +x "$TMP/killers/"*
	printf 'A=1\nB' >"$TMP/plain"
	cp "$TMP/plain" "$file"
	gaishim enable --dotenv "$file" --lock=none
	cp "$file" "$TMP/enabled"
	for verb in 'enable --lock=none' disable; do
		at=0 wrong='' killed=0
		while :; do
			at=$((at + 1))
			if [ "$verb" = disable ]; then cp "$TMP/enabled" "$file"; else cp "$TMP/plain" "$file"; fi
			: >"$TMP/started"
			# shellcheck disable=SC2086 # words
			PATH=$TMP/killers:$PATH KILL_AT=$at setsid -w "$tree/scripts/gaishim" ${verb} --dotenv "$file" \
				>/dev/null 2>&1 && break
			killed=$((killed + 1))
			cmp -s "$file" "$TMP/plain" || cmp -s "$file" "$TMP/enabled" || wrong="$wrong $at"
			[ $at -lt 100 ] || break
		done
		verb=${verb%% *}
		is "$verb, killed at each of its steps: old or new" "$wrong" ''
		ok "$verb was killed more than ten times" [ $killed -gt 10 ]
		ok "$verb came to its end" [ $killed -lt 99 ]
	done
	is "what was killed leaves nothing, once one ends" "$(find "$TMP" -name '.*gaishim-new*')" ''
	unchanged "after all" "$TMP/plain" "$file"
	rm "$file"
}

# Two at once, and one who edits the file just before it is replaced.
together() {
	printf 'A=1\nB' >"$file"
	cp "$file" "$TMP/copy"
	for option in --strict --lock=none --lock=global --idn=off --strict --lock=none; do
		$shell "$tree/scripts/gaishim" enable --dotenv "$file" $option >/dev/null 2>"$TMP/together.$option" &
	done
	wait
	is "six at once: nobody complains" "$(cat "$TMP"/together.*)" ''
	is "six at once: one block" "$(grep -c LD_PRELOAD= "$file") $(grep -Ec 'GAISHIM_(STRICT|LOCK|IDN)=' "$file")" '1 1'
	gaishim disable --dotenv "$file"
	unchanged "six at once" "$TMP/copy" "$file"
	rm "$TMP"/together.*
	mkdir "$TMP/editor"
	printf '#!/bin/sh\necho C=3 >>"%s"\nexec %s "$@"\n' "$file" "$(command -v sync)" >"$TMP/editor/sync"
	chmod +x "$TMP/editor/sync"
	echo A=1 >"$file"
	saved=$PATH PATH=$TMP/editor:$PATH
	refused 1 'changed at the same time' enable --dotenv "$file"
	PATH=$saved
	is "another's edit in between is not lost" "$(cat "$file")" "A=1
C=3"
	rm -r "$TMP/editor" "$file"
}

mkdir "$TMP/home"
user='' nobody=65534:65534
if [ "$(id -u)" = 0 ]; then
	if setpriv --reuid 65534 --regid 65534 --clear-groups true 2>/dev/null; then
		user='setpriv --reuid 65534 --regid 65534 --clear-groups'
		chown "$nobody" "$TMP/home"
	else
		skip "as an ordinary user" "root, and no setpriv to become another"
	fi
fi
for shell in dash 'bash --posix' 'busybox sh'; do
	if ! $shell -c : 2>/dev/null; then
		skip "under $shell" "not installed"
		continue
	fi
	echo "# under $shell"
	prints
	dotenv
	github
	gitlab
	trace
	objects
	odd
	[ "$shell" = dash ] || continue
	listed=$(ls "$TMP")
	arguments
	edits
	if [ -n "$user" ] || [ "$(id -u)" != 0 ]; then
		profile
		unwritable
	fi
done
shell=''
appenders
killed
together
done_testing
