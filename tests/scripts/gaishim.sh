#!/bin/sh
# SPDX-License-Identifier: MIT
# The command: every option, what it refuses, its exit status, and where it
# finds the object, under each shell that may be /bin/sh.

# shellcheck disable=SC2016 # $$ and $0 are for the inner shells
. tests/tap.sh
unset LD_PRELOAD

# A checkout of its own, so that what is tested is the object under test.
checkout "$TMP/tree"
mkdir "$TMP/bin"
unset GAISHIM_SO # so that every variable of this name is the command's doing
object=$TMP/tree/build/libgaishim.so
shell='' command=''

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
	is "$* sets $wanted" "$(echo "$out" | grep ^GAISHIM_)" "$wanted"
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

options() {
	sets GAISHIM_STRICT=1 --strict
	sets GAISHIM_DISABLE=1 --disable
	for mode in host global none; do
		sets GAISHIM_LOCK=$mode --lock=$mode
		sets GAISHIM_LOCK=$mode --lock $mode
	done
	for state in on off; do
		sets GAISHIM_IDN=$state --idn=$state
		sets GAISHIM_IDN=$state --idn $state
	done
	for seconds in 0 10 0.5 .5 5. 1000000; do
		sets GAISHIM_PATIENCE=$seconds --patience=$seconds
	done
	sets GAISHIM_PATIENCE=3 --patience 3
	sets GAISHIM_PYTHON_IDNA=libidn2 --python-idna=libidn2
	sets GAISHIM_PYTHON_IDNA=off --python-idna off
	sets GAISHIM_LOG=stderr --log=stderr
	sets GAISHIM_LOG=stderr --log stderr
	sets "GAISHIM_LOG=/var/log/a b" "--log=/var/log/a b"
	sets "GAISHIM_LOG=$PWD/log.%p" --log=log.%p
	sets "GAISHIM_LOG=$PWD/./stderr" --log ./stderr
	sets GAISHIM_LOCK=none --lock=host --lock=none
	sets '' # without options
}

refusals() {
	refuses 'host, global or none' --lock=all
	refuses 'host, global or none' --lock=
	refuses 'host, global or none' --lock Host
	refuses 'on and off' --idn=yes
	refuses 'on and off' --idn 1
	for seconds in '' . x -1 1e3 1,5 1.2.3 ' 1' 1000001 99999999999999999999; do
		refuses 'number up to 1000000' "--patience=$seconds"
	done
	refuses 'libidn2 and off' --python-idna=on
	refuses 'FILE .*stderr' --log=
	refuses '--lock=MODE' --unknown
	refuses '--log=FILE' --strict=1
	refuses '--strict' -s
	for option in --lock --idn --patience --log --python-idna; do
		gaishim $option
		is "$option alone is refused" "$status" 2
	done
	for arguments in '' -- --strict '--strict --'; do
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
	gaishim -- sh -c 'echo "$0"' --strict
	is "-- ends the options" "$out" --strict
	# shellcheck disable=SC2046,SC2086 # words
	set -- $(sh -c 'echo $$; exec "$@"' sh $shell "$TMP/tree/scripts/gaishim" sh -c 'echo $$')
	is "the command takes its place" "$1" "$2"
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

about() {
	gaishim --version
	is "--version" "$status $out" "0 gaishim $(sed -n 's/^VERSION = //p' Makefile)"
	like "it is a number" "$out" '[0-9]+\.[0-9]+\.[0-9]+$'
	gaishim --help
	is "--help" "$status" 0
	is "--help fits a screen" "$(echo "$out" | awk 'length > 79 || NR > 32')" ''
	for word in enable disable env status doctor check --strict --lock= --idn= --patience= --disable --log= --python-idna= --help --version \
		GAISHIM_STRICT GAISHIM_LOCK GAISHIM_IDN GAISHIM_PATIENCE GAISHIM_DISABLE GAISHIM_LOG \
		GAISHIM_PYTHON_IDNA; do
		like "--help names $word" "$out" "$word"
	done
}

is "a variable from outside does not reach a test" \
	"$(GAISHIM_SEED=1 GAISHIM_LOCK=none GAISHIM_other=1 sh -c '. tests/tap.sh; env' | grep ^GAISHIM_)" ''
is "the command has no echo, which takes backslashes for its own" \
	"$(grep -nw echo scripts/gaishim scripts/commands/*)" ''
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
