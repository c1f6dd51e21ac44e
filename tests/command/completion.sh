#!/bin/sh
# SPDX-License-Identifier: MIT
# `gaishim completion`: what it prints has bash, zsh and fish complete each option, each of
# its words, each subcommand and what that takes, as the tables have them.

# shellcheck disable=SC2016,SC2317 # for the inner shells; each_option calls functions
. tests/lib/tap.sh
unset LD_PRELOAD

tree=$TMP/tree
checkout "$tree"
command=$tree/scripts/gaishim
# The options and the subcommands that there are, and one more.
options=$tree/shim/options.def
printf 'CHOICE3(new_one, x, y, z, "added; it'"'"'s new")\n' >>"$options"
# shellcheck source=scripts/commands/options.sh
. scripts/commands/options.sh
subcommands=$(sed -n 's/^	"$@" \([a-z]*\) .*/\1/p' scripts/gaishim)
mkdir "$TMP/home" "$TMP/dir"
: >"$TMP/dir/file"
export HOME="$TMP/home"
cd "$TMP/dir" || exit

# In each shell: offers LINE prints what may stand for the last word of LINE, one a line.
bash_offers() {
	bash --norc -c '. "$0"
		compopt() { :; }
		COMP_LINE=$1 COMP_POINT=${#1}
		read -ra COMP_WORDS <<<"$1"
		[[ $1 != *" " ]] || COMP_WORDS+=("")
		COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
		_gaishim
		printf "%s\n" "${COMPREPLY[@]}"' "$TMP/home/_gaishim" "$1"
}

# fish prints the word as a whole, and what it is for behind a tab.
fish_offers() {
	fish -N -c 'source ~/_gaishim; complete -C "$argv"' "$1" 2>&1 | sed 's/	.*//; s/^--[a-z-]*=\(.\)/\1/'
}

# zsh tells nobody, so it is asked on a terminal of its own, with all that it would add said.
zsh_offers() {
	cat >"$TMP/home/ask.zsh" <<-'END'
		zmodload zsh/zpty
		zpty ask zsh -f -i
		zpty -w ask 'PROMPT=; fpath=(~ $fpath); autoload -U compinit; compinit -u -d ~/dump'
		zpty -w ask 'compadd() {
			local -a hits; builtin compadd -O hits "$@"
			print -rl -- "${hits[@]/#/offer:}" >>~/offers; builtin compadd "$@"
		}'
		zpty -w ask 'ask() { _main_complete; compstate[list]=; compstate[insert]=; : >~/done; }; zle -C ask complete-word ask; bindkey "^T" ask'
		zpty -w ask ': >~/ready'
		until [[ -e ~/ready ]]; do zpty -r -t ask said; sleep 0.05; done
		zpty -n -w ask "$1"$'\x14'
		for ((i = 0; i < 400; i++)); do [[ ! -e ~/done ]] || break; zpty -r -t ask said; sleep 0.05; done
	END
	rm -f "$TMP/home/offers" "$TMP/home/done" "$TMP/home/ready"
	timeout 60 zsh -f "$TMP/home/ask.zsh" "$1" >/dev/null 2>&1
	sed -n 's/^offer://p' "$TMP/home/offers" 2>/dev/null
}

# offers LINE WORD...: these are among what the shell offers.
offers() {
	line=$1
	offered=$("${shell}_offers" "$line" | sed 's/[ =]*$//' | sort -u)
	shift
	missing=''
	for word; do
		printf '%s\n' "$offered" | grep -Fqx -e "$word" || missing="$missing $word"
	done
	is "$shell: '$line' has $*" "$missing" ''
}

# offers_only LINE WORD...: these and no more.
offers_only() {
	line=$1
	offered=$("${shell}_offers" "$line" | sed 's/[ =]*$//' | sort -u | tr '\n' ' ')
	shift
	is "$shell: '$line' has only $*" "$offered" "$(printf '%s\n' "$@" | sort | tr '\n' ' ')"
}

# add_option KIND OPTION...
add_option() {
	names="$names $2"
}

# try_option KIND OPTION VARIABLE HELP [WORD...]
try_option() {
	kind=$1 option=$2
	shift 4
	case $kind in
	CHOICE)
		offers_only "gaishim $option=" "$@"
		offers_only "gaishim $option " "$@"
		offers_only "gaishim enable --print $option=" "$@"
		;;
	FILENAME) offers "gaishim $option=" stderr ;;
	# The value is no COMMAND, and nobody can guess it.
	NUMBER | SECONDS)
		is "$shell: '$option ' has nothing" "$("${shell}_offers" "gaishim $option ")" ''
		offers_only "gaishim $option 1 doct" doctor
		;;
	esac
}

# try_subcommand NAME: what it says by --help is offered.
try_subcommand() {
	words=$("$command" "$1" --help | grep -Eo '^  --[a-z-]+' | tr -d '\n')
	# shellcheck disable=SC2086 # words
	offers "gaishim $1 --" $words --help
}

names=''
each_option add_option
for shell in bash zsh fish; do
	if ! command -v $shell >/dev/null; then
		skip "$shell" "not installed"
		continue
	fi
	"$command" completion $shell >"$TMP/home/_gaishim"
	is "$shell: status" "$?" 0
	ok "$shell takes what is printed" $shell -n "$TMP/home/_gaishim"
	# shellcheck disable=SC2086 # words
	{
		offers "gaishim --" $names --help --version
		offers "gaishim --strict --lock none --" --new-one
		offers "gaishim " $subcommands help
		offers_only "gaishim help " $subcommands
		offers "gaishim enable --print --" $names --dotenv --trace
		offers "gaishim env --" $names --fish
	}
	each_option try_option
	for name in $subcommands; do
		try_subcommand "$name"
	done
	offers "gaishim --" --new-one
	offers_only "gaishim --strict doct" doctor
	offers "gaishim completion " bash zsh fish
	offers "gaishim check getconf" getconf
	offers "gaishim getconf" getconf
done

# As a user types it: the word is completed by a tab, and the line is run.
if command -v script >/dev/null && command -v bash >/dev/null; then
	out=$(printf '%s\n' 'eval "$("$COMMAND" completion bash)"; gaishim() { printf "<%s>" "$@"; }; bind "set bell-style none"' \
		"$(printf 'gaishim --loc\tnon\t doct\t')" exit |
		COMMAND=$command TERM=dumb timeout 20 script -qec 'bash --norc -i' /dev/null 2>&1)
	like "bash: a tab completes, on a terminal" "$out" '<--lock=none><doctor>'
else
	skip "bash: a tab completes, on a terminal" "no script(1) or bash"
fi

for words in completion 'completion sh' 'completion bash zsh' 'completion --zsh'; do
	# shellcheck disable=SC2086 # words
	out=$("$command" $words 2>&1)
	like "$words is refused" "$? $out" '^2 gaishim: completion: allowed are bash, zsh and fish$'
done
rm "$tree/build/libgaishim.so"
ok "no object is needed" "$command" completion bash
done_testing
