# shellcheck shell=sh
# SPDX-License-Identifier: MIT
# Words for a shell, and a try of the object before anything is told to preload it. The
# subcommands source this.

# shellcheck source=scripts/commands/path.sh
. "${commands:?}/path.sh"

# quote TEXT: as one word for a shell, whatever is in it.
quote() {
	to_quoted "$1"
	# shellcheck disable=SC2154 # it has left this
	printf '%s' "$quoted"
}

# fish_quote TEXT: the same in fish's words.
fish_quote() {
	printf '%s\n' "$1" | sed "s/[\\\\']/\\\\&/g; 1s/^/'/; \$s/\$/'/"
}

# word TEXT: the same for people, who are spared the quotes where there is no need.
word() {
	case $1 in
	'' | *[!A-Za-z0-9_./+:=@%,-]*) quote "$1" ;;
	*) printf '%s' "$1" ;;
	esac
}

# run COMMAND...: what it says on standard error, and its status. It need not end.
run() {
	unset LD_PRELOAD
	if command -v timeout >/dev/null; then
		timeout 20 "$@"
	else
		"$@"
	fi 2>&1 >/dev/null </dev/null
	printf 'exit status %s\n' $?
}

# require_loadable: the loader takes the object here.
require_loadable() {
	require_object
	find_program true || die 1 "there is no program 'true' to try the object with"
	with=$(run env LD_PRELOAD="${object:?}" "$file")
	# What the loader cannot take is a warning to it, no error. It may have others.
	[ "$with" = "$(run env "$file")" ] || die 125 "$object cannot be preloaded here:" "$with"
}
