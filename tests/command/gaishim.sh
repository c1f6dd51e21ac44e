#!/bin/sh
# SPDX-License-Identifier: MIT
# The command: every option, what it refuses, its exit status, and where it
# finds the object, under each shell that may be /bin/sh.

# shellcheck disable=SC2016,SC2317 # $$ and $0 are for the inner shells; each_option calls functions
. tests/lib/tap.sh
unset LD_PRELOAD

# A checkout of its own, so that what is tested is the object under test.
checkout "$TMP/tree"
mkdir "$TMP/bin"
unset GAISHIM_SO # so that every variable of this name is the command's doing
object=$TMP/tree/build/libgaishim.so
shell='' command=''
n='
'
# The options that there are, as the command has them.
options=shim/options.def
# shellcheck source=scripts/commands/options.sh
. scripts/commands/options.sh
subcommands=$(sed -n 's/^	"$@" \([a-z]*\) .*/\1/p' scripts/gaishim)

# gaishim ARG...: leaves the exit status in $status, what it wrote in $out.
gaishim() {
	# shellcheck disable=SC2086 # a shell may be two words
	out=$($shell "${command:-$TMP/tree/scripts/gaishim}" "$@" 2>&1)
	status=$?
}

# sets OPTION... = VARIABLE=VALUE: COMMAND finds that variable, and no other.
sets() {
	wanted=$1
	shift
	gaishim "$@" -- env
	is "$* sets $(echo "$wanted" | tr '\n' ' ')" "$(echo "$out" | grep ^GAISHIM_ | sort)" "$(printf '%s\n' "$wanted" | sort)"
}

# variable_of OPTION[=VALUE]: prints what it sets.
variable_of() {
	name=$(printf '%s\n' "${1%%=*}" | sed 's/^--//; y/abcdefghijklmnopqrstuvwxyz-/ABCDEFGHIJKLMNOPQRSTUVWXYZ_/')
	value=${1#"${1%%=*}"}
	value=${value#=}
	printf 'GAISHIM_%s=%s\n' "$name" "${value:-1}"
}

# refuses ERE OPTION...: status 2, COMMAND does not run, the text says why.
refuses() {
	ere=$1
	shift
	gaishim "$@" echo ran
	is "$* is refused" "$status" 2
	like "$* names what is allowed" "$out" "$ere"
	is "$* runs nothing" "$(echo "$out" | grep -c '^ran$')" 0
}

# refuses_alone ERE OPTION: its value is missing, be it with = or without.
refuses_alone() {
	refuses "^gaishim: $2=: $1" "$2="
	gaishim "$2"
	is "$2 alone is refused" "$status" 2
	like "$2 alone names what is allowed" "$out" "^gaishim: $2: $1"
}

# try_option KIND OPTION VARIABLE HELP [WORD...]: with each value that it takes, and with some
# that it does not.
try_option() {
	kind=$1 option=$2 variable=$3
	shift 4
	name_allowed "$kind" "$@"
	case $kind in
	FLAG)
		sets "$variable=1" "$option"
		refuses "^gaishim: $option=1: allowed is $option\$" "$option=1"
		;;
	CHOICE)
		for word; do
			sets "$variable=$word" "$option=$word"
			sets "$variable=$word" "$option" "$word"
		done
		for value in nonsense "$1 " "$1 $2" "$1x"; do
			refuses "^gaishim: $option=$value: allowed are $named\$" "$option=$value"
			refuses "^gaishim: $option=$value: allowed are $named\$" "$option" "$value"
		done
		refuses_alone "allowed are $named\$" "$option"
		;;
	FILENAME)
		for value in stderr '/var/log/a b' /; do
			sets "$variable=$value" "$option=$value"
			sets "$variable=$value" "$option" "$value"
		done
		sets "$variable=$PWD/log.%p" "$option=log.%p"
		sets "$variable=$PWD/./stderr" "$option" ./stderr
		refuses_alone 'allowed are FILE and stderr$' "$option"
		;;
	NUMBER | SECONDS)
		for value in "$1" "$2" "$3" "0$3"; do
			sets "$variable=$value" "$option=$value"
			sets "$variable=$value" "$option" "$value"
		done
		above=$(awk "BEGIN { print $3 + ($3 < 1 ? 0.001 : 1) }")
		for value in nonsense "$above" "-$3" " $3" "$3 " "$3s" "$3e0" "$3." . 1..2 1,5 0x1 1.0000000000 \
			9223372037 18446744073709551617 "${3}000000000000000000000000000000000000"; do
			refuses "^gaishim: $option=$value: allowed (is|are) $named\$" "$option=$value"
		done
		refuses "^gaishim: $option=[+]$3: allowed (is|are) $named\$" "$option=+$3"
		refuses_alone "allowed (is|are) $named\$" "$option"
		;;
	*) is "$option is of a kind that this test knows" "$kind" '' ;;
	esac
}

options() {
	each_option try_option
	sets GAISHIM_LOCK=none --lock=host --lock=none
	sets '' # without options
	for value in 3 0.5 nonsense ''; do
		sets '' "--patience=$value"
	done
	sets '' --patience 3
}

refusals() {
	refuses '^gaishim: --lock=all: allowed are host, global and none$' --lock=all
	refuses 'host, global and none' --lock Host
	refuses '^gaishim: --idn=yes: allowed are on and off$' --idn=yes
	refuses 'unknown option; allowed are .*--lock=host\|global\|none .*--log=FILE\|stderr .*--version$' --unknown
	refuses '^gaishim: --python_idna=off: unknown option' --python_idna=off
	refuses '^gaishim: --lock	GAISHIM_LOCK=x: unknown' '--lock	GAISHIM_LOCK=x'
	refuses '^gaishim: --deadline=0.009: allowed are 0 and 0.01 to 3600 seconds$' --deadline=0.009
	refuses '^gaishim: --deadline=0.0099999999: allowed are 0 and' --deadline=0.0099999999
	refuses '^gaishim: --retry=11: allowed is 0 to 10$' --retry 11
	refuses '^gaishim: --retry=3.0: allowed is 0 to 10$' --retry=3.0
	refuses '^gaishim: --retry-delay=0: allowed is 0.01 to 60 seconds$' --retry-delay=0
	for value in .5 0.5 5 05 000.010000000 3600.000000000 0.0; do
		sets "GAISHIM_DEADLINE=$value" "--deadline=$value"
	done
	for lock in global none; do
		for option in --hedge --deadline=1 --hold=0.5; do
			refuses "^gaishim: ${option%%=*} with --lock=$lock: allowed is --lock=host\$" --lock=$lock $option
			refuses 'leave one of the two out$' $option --lock=$lock
			GAISHIM_LOCK=$lock
			export GAISHIM_LOCK
			refuses "^gaishim: ${option%%=*} with GAISHIM_LOCK=$lock: allowed is --lock=host\$" $option
			sets "GAISHIM_LOCK=host$n$(variable_of $option)" --lock=host $option
			unset GAISHIM_LOCK
		done
		for option in --deadline=0 --hold=0.0 --retry=3 --retry-delay=1 --fork-wait=0; do
			sets "GAISHIM_LOCK=$lock$n$(variable_of $option)" --lock=$lock $option
		done
		# What comes from outside gives way.
		GAISHIM_HEDGE=1
		export GAISHIM_HEDGE
		sets "GAISHIM_HEDGE=1${n}GAISHIM_LOCK=$lock" --lock=$lock
		unset GAISHIM_HEDGE
	done
	refuses '^gaishim: -s: unknown option.*--strict' -s
	for arguments in '' -- --strict '--strict --' --patience; do
		# shellcheck disable=SC2086 # words
		gaishim $arguments
		is "'$arguments' and no command is refused" "$status" 2
		like "'$arguments' and no command says so" "$out" 'COMMAND'
	done
}

commands() {
	gaishim sh -c 'exit 7'
	is "the status is the command's" "$status" 7
	gaishim "$TMP/nowhere"
	is "127 for a command that is not there" "$status" 127
	gaishim "$TMP/tree/scripts"
	is "126 for one that is no program" "$status" 126
	gaishim printf '%s|' --help '' 'a b' "*"
	is "arguments are handed on as they are" "$out" "--help||a b|*|"
	gaishim -- --no-such-program
	is "after -- an option is a program" "$status $(printf '%s\n' "$out" | grep -c 'llegal\|invalid')" '127 0'
	gaishim -- sh -c 'echo "$0"' --strict
	is "-- ends the options" "$out" --strict
	# shellcheck disable=SC2046,SC2086 # words
	set -- $(sh -c 'echo $$; exec "$@"' sh $shell "$TMP/tree/scripts/gaishim" sh -c 'echo $$')
	is "the command takes its place" "$1" "$2"
	# The user's variables are data, also those whose names the scripts use.
	names=$(grep -Eho '\b[a-z_]+=' scripts/gaishim scripts/commands/options.sh scripts/commands/values.sh | tr -d = | sort -u)
	ok "there are such names" [ "$(printf '%s\n' "$names" | wc -l)" -gt 20 ]
	set --
	for name in $names; do
		set -- "$@" "$name=theirs's"
	done
	# shellcheck disable=SC2086 # words
	out=$(env "$@" $shell "$TMP/tree/scripts/gaishim" --strict --lock none "--log=/a'b" printenv LD_PRELOAD GAISHIM_LOG $names 2>&1 | uniq)
	is "COMMAND finds the user's variables as they were" "$out" "$object
/a'b
theirs's"
}

preload() {
	gaishim printenv LD_PRELOAD
	is "LD_PRELOAD is the object" "$out" "$object"
	LD_PRELOAD=libc.so.6:libm.so.6
	export LD_PRELOAD
	gaishim printenv LD_PRELOAD
	unset LD_PRELOAD
	is "and comes after what was there" "$out" "libc.so.6:libm.so.6:$object"

	hook=$TMP/tree/shim/python
	gaishim printenv PYTHONPATH
	is "PYTHONPATH is the site hook's" "$out" "$hook"
	PYTHONPATH=a::b
	export PYTHONPATH
	gaishim printenv PYTHONPATH
	is "and what was there comes after it" "$out" "$hook:a::b"
	PYTHONPATH=$hook:a
	gaishim printenv PYTHONPATH
	unset PYTHONPATH
	is "and it is there once" "$out" "$hook:a"
	TOX_OVERRIDE=a=b TOX_TESTENV_PASSENV=c gaishim sh -c 'echo "$TOX_OVERRIDE|$TOX_TESTENV_PASSENV"'
	like "what tox was told stays" "$out" \
		"^testenv.passenv\+=LD_PRELOAD,PYTHONPATH,GAISHIM_\*;.*;a=b\|LD_PRELOAD PYTHONPATH GAISHIM_\* c\$"

	gaishim "--log=$TMP/log.%p" getent ahosts 127.0.0.1
	is "getent runs" "$status" 0
	like "and the object saw its lookup" "$(cat "$TMP"/log.*)" 'host="127.0.0.1".*how=numeric'
	rm -f "$TMP"/log.*
	gaishim --disable "--log=$TMP/log" getent ahosts 127.0.0.1
	is "and stands aside when disabled" "$(cat "$TMP/log" 2>/dev/null)" ''
	rm -f "$TMP/log"

	ln -sf "$TMP/tree/scripts/gaishim" "$TMP/bin/link"
	ln -sf link "$TMP/bin/link2"
	for command in "$TMP/bin/link" "$TMP/bin/link2"; do
		gaishim printenv LD_PRELOAD
		is "found through ${command##*/}" "$out" "$object"
	done
	cd "$TMP/tree/scripts" || exit
	command=./gaishim
	gaishim printenv LD_PRELOAD
	is "found from its own directory" "$out" "$object"
	cd "$OLDPWD" || exit
	command=''
}

elsewhere() {
	for name in 'a b' a:b; do
		cp -r "$TMP/tree" "$TMP/$name"
		command="$TMP/$name/scripts/gaishim"
		gaishim echo ran
		is "a path like '$name' cannot be preloaded" "$status" 125
		like "'$name' says so" "$out" 'LD_PRELOAD cannot carry a space or a colon'
	done
	mkdir -p "$TMP/bare/scripts"
	cp scripts/gaishim "$TMP/bare/scripts/"
	command=$TMP/bare/scripts/gaishim
	gaishim echo ran
	is "no object" "$status" 125
	like "says what to do" "$out" "not there: run 'make' in $TMP/bare"
	mkdir "$TMP/bare/build"
	cp "$object" "$TMP/bare/build/"
	gaishim echo ran
	is "no site hook" "$status" 125
	rm -r "$TMP/bare"
	command=''
}

# helps KIND OPTION VARIABLE HELP [WORD...]: --help has it all.
helps() {
	to_form "$@"
	to_help "$@"
	variable=$3
	[ "$1" != FLAG ] || variable=$3=1
	is "--help has $2" "$(printf '%s\n' "$out" | grep -Fx -A 1 -e "$(printf '  %-40s%37s' "$form" "$variable")")" \
		"$(printf '  %-40s%37s\n        %s' "$form" "$variable" "$help")"
	help_lines=$((help_lines + 2))
}

about() {
	gaishim --version
	is "--version" "$status ${out%% (*}" "0 gaishim $(sed -n 's/^VERSION = //p' Makefile)"
	like "it is a number, and what the object is" "$out" '^gaishim [0-9]+\.[0-9]+\.[0-9]+ \(commit .*\)$'
	gaishim --help
	is "--help" "$status" 0
	help_lines=0
	each_option helps
	is "--help is no wider than a screen" "$(printf '%s\n' "$out" | awk 'length > 79')" ''
	is "--help: the rest fits a screen" "$(printf '%s\n' "$out" | awk -v n="$help_lines" 'NR > n + 24')" ''
	for word in $subcommands --help --version; do
		like "--help names $word" "$out" "$word"
	done
}

# complaint VARIABLE VALUE: prints what the object says about it in its log.
complaint() {
	rm -f "$TMP/log"
	env LD_PRELOAD="$object" GAISHIM_LOG="$TMP/log" "$1=$2" getent ahosts 127.0.0.1 >/dev/null
	sed -n 's/.*gaishim="\(.*\)"$/\1/p' "$TMP/log" 2>/dev/null
}

# agree KIND OPTION VARIABLE HELP [WORD...]: the object has the option, and the same words.
agree() {
	kind=$1 variable=$3
	shift 4
	name_allowed "$kind" "$@"
	case $named in
	*' and '*) wanted="$variable is not ${named% and *} or ${named##* and }" ;;
	*) wanted="$variable is not $named" ;;
	esac
	[ "$kind" != FILENAME ] || wanted=''
	is "the object knows $variable, and says the same" "$(complaint "$variable" /dev/null)" "$wanted"
}

# agree_on_numbers KIND OPTION VARIABLE HELP [WORD...]: the command refuses what the object
# complains about, and nothing else.
agree_on_numbers() {
	case $1 in
	NUMBER | SECONDS) ;;
	*) return ;;
	esac
	option=$2 variable=$3 taken=''
	shift 4
	for value in "$@" 0 00 0.0 .0 . 1. 1.0 .5 0.01 0.009999999 0.0100000000 10.000000001 11 60.1 3600.000000001 \
		-0 +1 1e1 0x1 1,5 ' 1' 12345678901234567890 000000000000000000000000000001; do
		gaishim "$option=$value" true
		[ "$status" != 0 ] || taken="$taken $value"
		is "$option=$value: the object says the same" "$status$(complaint "$variable" "$value" | sed 's/.*/2/')" \
			"$(echo "$status" | sed 's/2/22/')"
	done
	like "$option takes some of these" "$taken" ' .* '
}

is "a row is a line" "$(grep -c '^[A-Z]' shim/options.def)" "$(each_option echo | grep -c .)"
is "a help is plain text" "$(sed -n 's/^[A-Z].*(.*"\(.*\)")$/\1/p' shim/options.def | grep -c '^[A-Za-z0-9_ ,;:%=/()'\''-]*$')" \
	"$(each_option echo | grep -c .)"
each_option agree
each_option agree_on_numbers
rm -f "$TMP/log"

# The site hook cannot read the table where it is carried alone.
# keep_words KIND OPTION VARIABLE HELP [WORD...]: those that set a flag.
keep_words() {
	[ "$1" != FLAG ] || words="$6, $8, ${10}, ${12}"
}
each_option keep_words
is "the site hook has the same words for GAISHIM_DISABLE" \
	"$(sed -n 's/.*get("GAISHIM_DISABLE") in (\(.*\)):$/\1/p' shim/python/sitecustomize.py | tr -d '"')" "$words"

# Nothing of the object's settings reaches a test.
cat >"$TMP/told" <<'END'
#!/bin/sh
echo "not ok 1 - $(env | grep '^GAISHIM_' | grep -vc '^GAISHIM_SO=')"
END
chmod 755 "$TMP/told"
export_nonsense() {
	export "$3=nonsense"
}
out=$(each_option export_nonsense; tests/run "$TMP/told")
like "tests/run clears the environment" "$out" 'not ok 1 - 0$'
is "a variable from outside does not reach a test" \
	"$(GAISHIM_SEED=1 GAISHIM_LOCK=none GAISHIM_other=1 sh -c '. tests/lib/tap.sh; env' | grep ^GAISHIM_)" ''
is "the command has no echo, which takes backslashes for its own" \
	"$(grep -nw echo scripts/gaishim scripts/commands/*.sh)" ''
for shell in dash 'bash --posix' bash 'busybox sh'; do
	if ! $shell -c : 2>/dev/null; then
		skip "under $shell" "not installed"
		continue
	fi
	echo "# under $shell"
	options
	refusals
	commands
	preload
	elsewhere
	about
done
done_testing
