# shellcheck shell=sh
# SPDX-License-Identifier: MIT
# What `gaishim env` and `gaishim enable` share: words for a shell, and a try of the
# object before anything is told to preload it.
# shellcheck disable=SC2154 # gaishim's own variables

# quote TEXT: as one word for a shell, whatever is in it.
quote() {
	printf '%s\n' "$1" | sed "s/'/'\\\\''/g; 1s/^/'/; \$s/\$/'/"
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

# program NAME: its file. `command -v` will not do: busybox's shell has programs
# within, which no loader starts.
program() {
	IFS=:
	for place in $PATH; do
		if [ -f "$place/$1" ] && [ -x "$place/$1" ]; then
			printf '%s\n' "$place/$1"
			return
		fi
	done
	return 1
}

# require_loadable: the loader takes the object here.
require_loadable() {
	require_object
	file=$(program true) || die 1 "there is no program 'true' to try the object with"
	with=$(run env LD_PRELOAD="$object" "$file")
	# What the loader cannot take is a warning to it, no error. It may have others.
	[ "$with" = "$(run env "$file")" ] || die 125 "$object cannot be preloaded here:" "$with"
}
