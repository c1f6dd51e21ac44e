# shellcheck shell=sh
# SPDX-License-Identifier: MIT
# What is preloaded, one a line, as glibc's loader takes the two lists apart. The
# subcommands source this.

# preloads_of LIST: of a value of LD_PRELOAD.
preloads_of() {
	printf '%s\n' "$1" | tr ' :' '[\n*]' | sed '/^$/d'
}

# system_preloads: of /etc/ld.so.preload, which every program that starts has, a setuid
# one too.
system_preloads() {
	sed 's/#.*//' /etc/ld.so.preload 2>/dev/null | tr ' \t:' '[\n*]' | sed '/^$/d'
}

# preload_file ENTRY: prints which file it is. A name without a slash is looked for by the
# loader, and is in the program that tells, if it was found.
preload_file() {
	case $1 in
	*/*) printf '%s\n' "$1" ;;
	*) sed -n "s|^[^/]* \\(/.*\\)\$|\\1|p" /proc/self/maps 2>/dev/null | awk -v name="/$1" '
		substr($0, length($0) - length(name) + 1) == name { print; exit }' ;;
	esac
}

# names_object: /etc/ld.so.preload names the object, whoever wrote it there.
names_object() {
	system_preloads | grep -Fqx -e "${object:?}"
}
