# shellcheck shell=sh
# SPDX-License-Identifier: MIT
# gaishim completion SHELL: what lets a shell complete the words after gaishim, made from the
# table of options, the list of subcommands and what each of these says by --help. Sourced
# by gaishim.

# shellcheck source=scripts/commands/shells.sh
. "${commands:?}/shells.sh"

completion_usage() {
	cat <<'END'
usage: gaishim completion bash|zsh|fish

Print what lets a shell complete the words after gaishim. `make install` puts it
where the shells look for it. Without that, for this shell:

  bash   eval "$(gaishim completion bash)"
  zsh    eval "$(gaishim completion zsh)", after compinit
  fish   gaishim completion fish | source

The exit status is 0; 2 for another word.
END
}

# words_of NAME: the words that the subcommand takes, by what it says by --help; with = if a
# value comes after it.
words_of() {
	(use "$1" --help) | sed -n 's/^  \(-\{0,2\}[a-z][a-z-]*\)\(  .*\)\{0,1\}$/\1/p; s/^  \(--[a-z-]*\)[ =][A-Z].*/\1=/p'
	printf '%s\n' --help
}

# takes_options NAME: the subcommand takes the options of the command behind its name, too.
takes_options() {
	(use "$1" --help) | sed -n 1p | grep -q " $1 .*\\[options\\]"
}

# option_word KIND OPTION VARIABLE HELP [WORD...]: with = if a value comes after it.
option_word() {
	case $1 in
	FLAG) printf ' %s' "$2" ;;
	*) printf ' %s=' "$2" ;;
	esac
}

# valued_option KIND OPTION VARIABLE HELP [WORD...]: prints OPTION, if a value comes after it.
valued_option() {
	[ "$1" = FLAG ] || printf ' %s' "$2"
}

# print_name NAME...
print_name() {
	printf ' %s' "$1"
}

# bash_values KIND OPTION VARIABLE HELP [WORD...]: what comes after OPTION.
bash_values() {
	kind=$1 option=$2
	shift 4
	case $kind in
	CHOICE) printf "	%s) words='%s' ;;\\n" "$option" "$*" ;;
	FILENAME) printf '	%s) words=stderr files=yes ;;\n' "$option" ;;
	esac
}

# bash_subcommand NAME...: the words that it takes.
bash_subcommand() {
	words=$(words_of "$1" | tr '\n' ' ')
	! takes_options "$1" || words="$words\$options"
	printf '	%s) words="%s" ;;\n' "$1" "${words% }"
}

print_bash() {
	printf '%s\n' "# What completes the words of gaishim in bash; made by 'gaishim completion bash'." '_gaishim() {'
	printf "	local options='%s' subcommands='%s'\\n" "$(each_option option_word)" "$(each_subcommand print_name)"
	printf "	local valued='%s --dotenv '\\n" "$(each_option valued_option)"
	cat <<'END'
	local word current='' option='' name='' words='' files=no programs=no i
	local -a line
	read -ra line <<<"${COMP_LINE:0:COMP_POINT}"
	if [[ ${COMP_LINE:0:COMP_POINT} != *[[:blank:]] ]]; then
		current=${line[${#line[@]}-1]}
		unset "line[${#line[@]}-1]"
	fi
	for word in "${line[@]:1}"; do
		if [[ -n $option ]]; then
			option=''
		elif [[ $valued == *" $word "* ]]; then
			option=$word
		elif [[ -n $name || $word == -* && $word != -- ]]; then
			continue
		elif [[ " $subcommands help " == *" $word "* ]]; then
			name=$word
		else # COMMAND begins here, or behind --
			for ((i = 1; i < COMP_CWORD; i++)); do
				[[ ${COMP_WORDS[i]} != "$word" ]] || break
			done
			[[ $word != -- ]] || i=$((i + 1))
			if declare -F _comp_command_offset >/dev/null; then
				_comp_command_offset $i
			elif declare -F _command_offset >/dev/null; then
				_command_offset $i
			else
				compopt -o default
			fi
			return
		fi
	done
	if [[ $current == --*=* ]]; then
		option=${current%%=*} current=${current#*=}
	fi
	case $option:$name in
	:) words="$subcommands help" programs=yes ;;
	:help) words=$subcommands ;;
	:check) programs=yes ;;
	--dotenv:*) files=yes ;;
	esac
	[[ -n $option$name || $current != -* ]] || words="$options --help --version"
	case ${option:-$name} in
END
	each_option bash_values
	each_subcommand bash_subcommand
	cat <<'END'
	esac
	COMPREPLY=($(compgen -W "$words" -- "$current"))
	[[ $programs = no ]] || COMPREPLY+=($(compgen -c -- "$current"))
	[[ $files = no ]] || compopt -o default
	[[ ${COMPREPLY[0]-} != *= ]] || compopt -o nospace
}
complete -F _gaishim gaishim
END
}

# zsh_option KIND OPTION VARIABLE HELP [WORD...]: its line for _arguments.
zsh_option() {
	to_help "$@"
	kind=$1 option=$2
	shift 4
	case $kind in
	FLAG) set -- "${option}[$help]" ;;
	NUMBER | SECONDS) set -- "$option=[$help]:$kind: " ;;
	CHOICE) set -- "$option=[$help]:value:($*)" ;;
	FILENAME) set -- "$option=[$help]:FILE:_gaishim_log" ;;
	esac
	printf '		%s\n' "$(quote "$1")"
}

# zsh_name NAME SYNOPSIS HELP
zsh_name() {
	printf '		%s\n' "$(quote "$1:$3")"
}

# zsh_subcommand NAME...: the branch for it.
zsh_subcommand() {
	printf '	%s)\n		_arguments' "$1"
	for word in $(words_of "$1"); do
		case $word in
		*=) printf " '%s:FILE:_files'" "$word" ;;
		-*) printf ' %s' "$word" ;;
		esac
	done
	! takes_options "$1" || printf ' %s' "\$options"
	words=$(words_of "$1" | grep -v '^-' | tr '\n' ' ')
	[ -z "$words" ] || printf " '1:word:(%s)'" "${words% }"
	[ "$1" != check ] || printf " '*:program:_gaishim_programs'"
	printf '\n		;;\n'
}

print_zsh() {
	printf '%s\n' '#compdef gaishim' "# What completes the words of gaishim in zsh; made by 'gaishim completion zsh'." \
		'_gaishim_programs() {' '	_command_names -e' '	_files' '}' \
		'_gaishim_log() {' '	compadd stderr' '	_files' '}' \
		'_gaishim() {' '	local -a options=('
	each_option zsh_option
	printf '	)\n	local -a subcommands=(\n'
	each_subcommand zsh_name
	cat <<'END'
		'help:tell about one of these'
	)
	local curcontext=$curcontext state
	_arguments -C -S -A '-*' $options '(- *)'{--help,-h}'[a summary]' '(- *)'{--version,-V}'[the version]' \
		'1: :->first' '*:: :->rest'
	case $state in
	first)
		_describe -t subcommands subcommand subcommands
		_gaishim_programs
		;;
	rest)
		_gaishim_rest
		;;
	esac
}
_gaishim_rest() {
	case $words[1] in
END
	each_subcommand zsh_subcommand
	cat <<'END'
	help)
		subcommands=(${subcommands:#help:*})
		_describe -t subcommands subcommand subcommands
		;;
	*)
		_normal
		;;
	esac
}
if [[ $funcstack[1] = _gaishim ]]; then
	_gaishim "$@"
else
	compdef _gaishim gaishim
fi
END
}

# fish_option KIND OPTION VARIABLE HELP [WORD...]: its line, where $condition holds.
fish_option() {
	to_help "$@"
	kind=$1 option=$2 help=$(fish_quote "$help")
	shift 4
	printf "complete -c gaishim -n '%s' -l %s -d %s" "$condition" "${option#--}" "$help"
	case $kind in
	FLAG) printf ' -f\n' ;;
	NUMBER | SECONDS) printf ' -x\n' ;;
	CHOICE) printf " -x -a '%s'\\n" "$*" ;;
	FILENAME) printf ' -r -F -a stderr\n' ;;
	esac
}

# fish_subcommand NAME SYNOPSIS HELP: its lines.
fish_subcommand() {
	help=$(fish_quote "$3")
	printf "complete -c gaishim -n 'not __gaishim_first' -f -a %s -d %s\\n" "$1" "$help"
	printf "complete -c gaishim -n '__gaishim_first help' -f -a %s -d %s\\n" "$1" "$help"
	condition="__gaishim_first $1"
	for word in $(words_of "$1"); do
		case $word in
		*=) word=${word%=} && set -- "$1" "-r -F -l ${word#--}" ;;
		-*) set -- "$1" "-f -l ${word#--}" ;;
		*) set -- "$1" "-f -a $word" ;;
		esac
		printf "complete -c gaishim -n '%s' %s\\n" "$condition" "$2"
	done
	! takes_options "$1" || each_option fish_option
}

print_fish() {
	cat <<END
# What completes the words of gaishim in fish; made by 'gaishim completion fish'.
# __gaishim_first [NAME...]: there is a first word that is no option, and it is one of these.
function __gaishim_first
	set -l line (commandline -opc)
	set -e line[1]
	while set -q line[1]
		switch \$line[1]
		case$(each_option valued_option)
			set -e line[1]
		case --
			return 1
		case '-*'
		case '*'
			test (count \$argv) -eq 0; or contains -- \$line[1] \$argv
			return
		end
		set -e line[1]
	end
	return 1
end
complete -c gaishim -n 'not __gaishim_first$(each_subcommand print_name) help' -x \\
	-a '(__fish_complete_subcommand$(each_option valued_option))'
complete -c gaishim -n 'not __gaishim_first' -f -s h -l help -d 'a summary'
complete -c gaishim -n 'not __gaishim_first' -f -s V -l version -d 'the version'
complete -c gaishim -n 'not __gaishim_first' -f -a help -d 'tell about a subcommand'
complete -c gaishim -n '__gaishim_first check' -a '(__fish_complete_command)'
END
	condition='not __gaishim_first'
	each_option fish_option
	each_subcommand fish_subcommand
}

case $#:${2-} in
2:--help | 2:-h) completion_usage ;;
2:bash) print_bash ;;
2:zsh) print_zsh ;;
2:fish) print_fish ;;
*) refuse "completion: allowed are bash, zsh and fish" ;;
esac
