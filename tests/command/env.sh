#!/bin/sh
# SPDX-License-Identifier: MIT
# `gaishim env`: what it prints sets the same variables as the command does, in each shell
# that reads it, whatever is in them; and env(1) is still there to be run.

# shellcheck disable=SC2016,SC2089,SC2090 # for the inner shells
. tests/lib/tap.sh
unset LD_PRELOAD PYTHONPATH TOX_OVERRIDE TOX_TESTENV_PASSENV

tree=$TMP/tree
checkout "$tree"
unset GAISHIM_SO
object=$tree/build/libgaishim.so
newline='
'
names='LD_PRELOAD PYTHONPATH TOX_TESTENV_PASSENV TOX_OVERRIDE GAISHIM_LOG GAISHIM_LOCK'

# gaishim ARG...: leaves the exit status in $status, what it wrote in $out.
gaishim() {
	# shellcheck disable=SC2086 # a shell may be two words
	out=$($shell "$tree/scripts/gaishim" "$@" 2>&1)
	status=$?
}

# sets NAME: eval of what `gaishim env` prints, with --log and --lock, leaves what the
# command gives, in each shell there is.
sets() {
	# shellcheck disable=SC2086 # words
	wanted=$("$tree/scripts/gaishim" "--log=$log" --lock=none printenv $names)
	for reader in dash bash 'bash --posix' 'busybox sh' ksh mksh zsh 'zsh --emulate sh'; do
		if ! $reader -c : 2>/dev/null; then
			skip "$1: $reader" "not installed"
			continue
		fi
		# shellcheck disable=SC2086 # words
		got=$($reader -c 'eval "$("$@")" && printenv $0' "$names" \
			$shell "$tree/scripts/gaishim" "--log=$log" env --lock=none 2>&1)
		[ "${reader%% *}" != zsh ] || got=$($reader -c 'eval "$("$@")" && printenv ${(z)0}' "$names" \
			"$tree/scripts/gaishim" "--log=$log" env --lock=none 2>&1)
		is "$1: $reader" "$got" "$wanted"
	done
	if command -v fish >/dev/null; then
		is "$1: fish" "$(HOME=$TMP command="$tree/scripts/gaishim" log="$log" fish -N -c \
			'$command --log=$log --lock=none env --fish | source; printenv (string split " " $argv)' "$names" 2>&1)" "$wanted"
	else
		skip "$1: fish" "not installed"
	fi
}

for shell in dash 'bash --posix' 'busybox sh'; do
	if ! $shell -c : 2>/dev/null; then
		skip "under $shell" "not installed"
		continue
	fi
	echo "# under $shell"
	log=/var/log/lookups
	sets "plain"
	export LD_PRELOAD=libm.so.6 PYTHONPATH="a b::c'd" TOX_OVERRIDE='e="f g"' TOX_TESTENV_PASSENV='h  i*'
	log="/a b\\t'c'\"d\" \$HOME \`e\` *[x] f\\\\${newline}g	#;&|<>(){}!~%p"
	sets "odd"
	unset LD_PRELOAD PYTHONPATH TOX_OVERRIDE TOX_TESTENV_PASSENV

	is "a second time adds nothing" "$($shell -c 'eval "$("$@")"; one=$(env); eval "$("$@")"; [ "$one" = "$(env)" ] && echo same' \
		sh "$tree/scripts/gaishim" env)" same
	gaishim env --fish --idn off
	like "for fish" "$out" "^set -gx LD_PRELOAD '$object'\$"
	like "for fish: an option" "$out" "^set -gx GAISHIM_IDN 'off'\$"
	is "for fish: nothing else" "$(printf '%s\n' "$out" | grep -v '^set -gx [A-Z_]* ')" ''
	gaishim env --help
	like "--help" "$status $out" '^0 usage: gaishim .*env'
	for word in --unknown --lock=all '--lock'; do
		gaishim env $word
		is "$word is refused" "$status" 2
		is "$word: nothing is printed for a shell" "$(printf '%s\n' "$out" | grep '^export')" ''
	done
	gaishim env --fish word
	like "a word too many is refused" "$status $out" '^2 .*word'
	mv "$object" "$object.away"
	is "no object: nothing is printed, and eval goes on" \
		"$($shell -c 'eval "$("$@" 2>/dev/null)"; printenv LD_PRELOAD; echo on' sh "$tree/scripts/gaishim" env)" on
	gaishim env
	is "no object: status" "$status" 125
	mv "$object.away" "$object"

	gaishim --lock=none env A=1 printenv A GAISHIM_LOCK
	is "env(1) is run where it is given words" "$out" "1${newline}none"
	gaishim env -u GAISHIM_LOG printenv LD_PRELOAD
	is "or an option of its own" "$out" "$object"
	gaishim --strict -- env
	like "and after --" "$out" '^GAISHIM_STRICT=1$'
done
done_testing
