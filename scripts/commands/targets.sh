# shellcheck shell=sh
# SPDX-License-Identifier: MIT
# What `gaishim enable` and `gaishim disable` share: the targets, and how their
# files are changed. What enable writes is one block of lines. The first says
# what the file was before, so that disable can leave it as it was.
#
# There is one target, whose state those who source this share:
#   $target $trace     as parse_target finds it; whether it is to have a log
#   $path $dir $mark   as find_target does: its file, the file's directory, how a block begins
#   $first $last $was  as find_block does: where the block is; what the file was before it

LC_ALL=C
export LC_ALL

# shellcheck source=scripts/commands/preloads.sh
. "${commands:?}/preloads.sh"

# What is done is done, whether or not anybody reads of it.
say() {
	printf 'gaishim: %s\n' "$@" || :
}

# The command's own, and the targets: set_option refuses by it too.
refuse() {
	die 2 "$@" "targets of $verb are $targets" "try 'gaishim $verb --help'"
}

# choose TARGET [FILE]
choose() {
	[ -z "$target" ] || refuse "$target and $1: one target at a time"
	target=$1 path=${2-}
}

# is_target WORD
is_target() {
	for name in $targets; do
		[ "$name" != "$1" ] || return 0
	done
	return 1
}

# parse_target TARGETS VERB [ARG...]: leaves $target, the file of --dotenv in $path, and in
# $trace true, if --trace was given, else false.
# shellcheck disable=SC2034 # trace is for enable.sh
parse_target() {
	targets=$1 verb=$2 target='' path='' trace=false
	shift
	while shift && [ $# -gt 0 ]; do
		case $1 in
		--help | -h)
			"${verb}_usage"
			exit
			;;
		--dotenv=) refuse "--dotenv: FILE is missing" ;;
		--dotenv=*) choose --dotenv "${1#*=}" ;;
		--dotenv)
			case ${2-} in
			'' | -*) refuse "--dotenv: FILE is missing" ;;
			esac
			choose "$1" "$2"
			shift
			;;
		-*)
			if is_target "$1"; then
				choose "$1"
				continue
			fi
			[ "$verb" = enable ] || refuse "$1: unknown option"
			if [ "$1" = --trace ]; then
				trace=true
				continue
			fi
			set_option "$@"
			[ "${taken:?}" = 1 ] || shift
			;;
		*) refuse "$1: unknown target" ;;
		esac
	done
	[ -n "$target" ] || refuse "a target is missing"
}

# one_line VARIABLE VALUE
one_line() {
	case $2 in
	*"${newline:?}"*) refuse "$1 holds a newline, which a line NAME=VALUE cannot" ;;
	esac
	case $target$2 in
	--print*[[:blank:]]*) refuse "$1 holds a blank, which would tear the line apart" \
		"for a shell there is: eval \"\$(gaishim env)\"" ;;
	--gitlab*\$*) refuse "$1 holds a dollar sign, which GitLab would expand" ;;
	esac
}

# in_job VARIABLE VALUE KIND
in_job() {
	[ -n "$2" ] || die 1 "$1 is not set: this is no $3 job" "--dotenv FILE writes a file that you name"
}

# shape_block: what the block looks like: EREs for its first line, its last and those between.
# shellcheck disable=SC2034 # mark is for those who source this
shape_block() {
	mark='# >>> gaishim' begin='^# >>> gaishim' end='^# <<< gaishim'
	case $target in
	--github | --gitlab | --dotenv)
		# Neither $GITHUB_ENV nor a report for GitLab may hold a comment.
		mark=GAISHIM_ENABLED= begin='^GAISHIM_ENABLED=' end='^TOX_OVERRIDE=.*GAISHIM_'
		inside='^(GAISHIM_[A-Z0-9_]*|LD_PRELOAD|PYTHONPATH|TOX_TESTENV_PASSENV)='
		;;
	--profile) inside='^(	|if |fi$)' ;;
	# The loader finds one comment for sure and may take a second for names (glibc's
	# do_preload file loop never moves on): one line, whose indent tells.
	--system) begin='^  *\/[^ ]*\/libgaishim\.so$' end=$begin inside=none ;;
	esac
}

# find_target: leaves the file of $target in $path, its directory in $dir, $mark.
find_target() {
	shape_block
	case $target in
	--github)
		in_job GITHUB_ENV "${GITHUB_ENV-}" GitHub
		path=$GITHUB_ENV
		;;
	--gitlab)
		in_job CI_PROJECT_DIR "${CI_PROJECT_DIR-}" GitLab
		path=$CI_PROJECT_DIR/gaishim.env
		;;
	--system) path=/etc/ld.so.preload ;;
	--profile)
		path=/etc/profile.d/gaishim.sh
		if [ "$(id -u)" != 0 ]; then
			[ -n "${HOME-}" ] || die 1 "HOME is not set: where is .profile?"
			path=$HOME/.profile
		fi
		;;
	esac

	case $path in
	/*) ;;
	*)
		[ -d "${PWD-}" ] || die 1 "the current directory is gone: name FILE by its whole path"
		path=$PWD/$path
		;;
	esac
	# A link is followed: what it names is changed, not the link.
	if [ -L "$path" ]; then
		[ -e "$path" ] || die 1 "$path is a link that leads nowhere"
		path=$(readlink -f -- "$path")
	fi
	dir=${path%/*}/
	temporary=$dir.${path##*/}.gaishim-new
	[ -d "$dir" ] || die 1 "$path: there is no directory $dir"
	[ ! -e "$path" ] || [ -f "$path" ] || die 1 "$path is not a regular file"
}

# lock: one gaishim at a time changes a file there; flock(1) leaves nothing behind.
# Without it a change is still whole, and the later one wins.
lock() {
	[ -r "$dir" ] && command -v flock >/dev/null || return 0
	exec 9<"$dir"
	timeout 30 flock 9 2>/dev/null
	case $? in
	0) rm -f "$temporary".?????? ;; # those of one that was killed
	124 | 143) die 1 "$dir is locked by another process: nothing was done" ;;
	esac
}

damaged() {
	die 1 "$path: the lines from 'gaishim enable' were edited: remove them by hand"
}

# find_block: its lines in $first and $last, 0 if there is none; $was is what the
# file was before it: absent, whole or unended (its last line had no end).
find_block() {
	first=0 last=0 was=absent sum=''
	[ -e "$path" ] || return 0
	[ -r "$path" ] || die 1 "$path cannot be read"
	[ "$(tr -d '\0' <"$path" | wc -c)" -eq "$(wc -c <"$path")" ] || die 1 "$path is no text: it holds NUL bytes"
	sum=$(cksum <"$path") was=whole
	[ "$(tail -c 1 "$path" | tr -d '\n' | wc -c)" -eq 0 ] || was=unended
	first=$(sed -n "/$begin/=" "$path")
	case $first in
	'')
		first=0
		return
		;;
	*"$newline"*) damaged ;;
	esac
	last=$(sed -n "$first,\$ { /$end/ { =; q; }; }" "$path")
	[ -n "$last" ] || damaged
	! block_lines | sed '1d; $d' | grep -Eqv "$inside" || damaged
	case $(sed -n "${first}p" "$path") in
	' /'* | *absent*) was=absent ;;
	'   /'* | *unended*) was=unended ;;
	*) was=whole ;;
	esac
}

# block_lines: as they are in the file.
block_lines() {
	[ "$first" = 0 ] || sed -n "$first,${last}p" "$path"
}

# other_lines: of the file, without the block.
other_lines() {
	if [ "$first" = 0 ]; then
		cat "$path"
	else
		sed "$first,${last}d" "$path"
	fi
}

# new_content BLOCK: the file with BLOCK in the place of the one it has, or at its end.
new_content() {
	if [ "$first" = 0 ]; then
		[ ! -e "$path" ] || cat "$path"
		[ "$was" != unended ] || printf '\n'
		printf '%s\n' "$1"
	elif [ -n "$1" ]; then
		head -n $((first - 1)) "$path"
		printf '%s\n' "$1"
		tail -n +$((last + 1)) "$path"
	elif [ "$was" = unended ] && [ "$(tail -n +$((last + 1)) "$path" | wc -c)" -eq 0 ]; then
		head -n $((first - 1)) "$path" | head -c -1
	else
		head -n $((first - 1)) "$path"
		tail -n +$((last + 1)) "$path"
	fi
}

# replace_file BLOCK: the file gets BLOCK for the one it has. Whenever this is killed, it is
# the old file or the new one.
replace_file() {
	kept="$path is as it was"
	[ ! -e "$path" ] || [ -w "$path" ] || die 1 "$path cannot be written; $kept"
	new=''
	trap 'rm -f "$new"' EXIT
	trap 'exit 129' HUP
	trap 'exit 130' INT
	trap 'exit 143' TERM
	new=$(mktemp "$temporary.XXXXXX") || die 1 "nothing can be written to $dir; $kept"
	if [ -e "$path" ]; then
		cp -p "$path" "$new"
		[ "$(stat -c '%u %g %a' "$path")" = "$(stat -c '%u %g %a' "$new")" ] ||
			die 1 "$path would not keep its owner and mode; $kept"
	elif [ "$dir" = /etc/ ] || [ "$dir" = /etc/profile.d/ ]; then
		chmod 644 "$new"
	else
		chmod '=rw' "$new" # but for the umask
	fi
	{ new_content "$1" >"$new" && sync "$new"; } || die 1 "$new cannot be written; $kept"
	[ "$sum" = "$([ ! -e "$path" ] || cksum <"$path")" ] ||
		die 1 "$path was changed at the same time: nothing was done, try again"
	if [ -z "$1" ] && [ "$was" = absent ] && [ ! -s "$new" ]; then
		rm -f "$path"
	else
		mv -f "$new" "$path"
	fi || die 1 "$path cannot be replaced; it is as it was"
}

# append LINES: to $path, by one write: others may be appending too.
append() {
	[ "$was" != unended ] || set -- "$newline$1"
	kept=$(printf '%s\n' "$1" | { dd obs=1048576 >>"$path"; } 2>&1) ||
		die 1 "$path cannot be written" "$kept"
}
