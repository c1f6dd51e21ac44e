# shellcheck shell=sh
# SPDX-License-Identifier: MIT
# The one reader of programs and libraries: by readelf where there is one, and by the loader,
# which lists the libraries that it would load. Sourced by check.sh.

# shellcheck source=scripts/commands/elf-bytes.sh
. "${commands:?}/elf-bytes.sh"

# find_reader: the fastest program that reads ELF files, in $reader.
find_reader() {
	for reader in eu-readelf readelf llvm-readelf; do
		! command -v $reader >/dev/null || return 0
	done
	reader='od'
}

# show_elf FILE: its headers and its dynamic symbols, in readelf's words.
show_elf() {
	case $reader in
	od) read_bytes "$1" ;;
	*) $reader -W -h -l -d -S --dyn-syms "$1" ;;
	esac
}

# read_elf FILE: what counts of it, a line each. The tools are without preloads: a
# sanitizer's runtime among these would end them for faults of their own.
read_elf() (
	unset LD_PRELOAD
	to_machine "$1"
	LC_ALL=C
	export LC_ALL
	show_elf "$1" 2>/dev/null | awk -v machine="$machine" '
		/^ *Type: / { print "type " $2 }
		/interpreter: / {
			gsub(/^.*interpreter: |\].*$/, "")
			print "interpreter " $0
		}
		/\.go\.buildinfo|\.note\.go\.buildid|NEEDED.*\[libgo\.so/ { print "go" }
		/FLAGS_1.*( PIE|0x0*8000000)/ { print "pie" }
		/^ *0x0*6ffffef[bc] |^ *(DEP)?AUDIT / { print "audit" } # llvm has no name for it
		/^ *[0-9]+: [0-9a-f]+ / {
			gsub(/\[[^]]*\]/, "") # other flags of a symbol
			name = $8
			sub(/@.*/, "", name)
			# A sanitizer inside the program has calls that ask the next.
			if (name ~ /^(getaddrinfo(_a)?|gethostby(name2?|addr)(_r)?|getnameinfo)$/)
				print ($7 ~ /^UND/ || $5 == "WEAK" ? "asks " : "has ") name
			else if (name ~ /^(r(cmd|exec)(_af)?|i?ruserok(_af)?|gethostid)$/ && $7 ~ /^UND/)
				print "asks " name
			else if (name ~ /^(__)?res_n?(query(domain)?|search|send)$/ && $7 ~ /^UND/) {
				sub(/^__/, "", name)
				print "asks " name
			} else if (name ~ /^dlm?open$/)
				print "opens"
			else if (name ~ /^ares_init(_options)?$/)
				print "resolves by c-ares"
			else if (name == "evdns_base_new")
				print "resolves by libevent"
			else if (name ~ /^(exec[vl]p?e?|execvpe|fexecve|posix_spawnp?|system|popen)$/)
				print "starts programs"
		}
		END { print "machine " machine }
	'
)

# elf_has FACTS LINE: it is one of the lines that read_elf printed.
elf_has() {
	# shellcheck disable=SC2154 # a constant of the command
	case $newline$1$newline in
	*"$newline$2$newline"*) ;;
	*) return 1 ;;
	esac
}

# elf_get FACTS WORD: prints what follows WORD.
elf_get() {
	printf '%s\n' "$1" | sed -n "s/^$2 //p" | sed -n 1p
}

# list_libraries FILE INTERPRETER: prints what the loader would load for FILE. Or fails, and
# prints why FILE does not start, or not with the object.
list_libraries() {
	listed=$(env -u LD_AUDIT -u LD_BIND_NOW -u LD_DEBUG -u LD_VERBOSE -u LD_WARN \
		LC_ALL=C LD_PRELOAD="${object:?}" "$2" --list "$1" 2>&1)
	status=$?
	missing=$(printf '%s\n' "$listed" | sed -n 's/^	\(.*\) => not found.*/\1/p
		s/^Error loading shared library \([^:]*\): .*/\1/p' | sed -n 1p)
	case $listed in
	*"'$object' from LD_PRELOAD cannot be preloaded"*)
		why=${listed#*"'$object' from LD_PRELOAD cannot be preloaded "}
		printf '%s\n' "its loader leaves the object out: ${why%%: ignored*}: see 'gaishim doctor'"
		return 1
		;;
	*"Error relocating $object: "*)
		why=${listed#*"Error relocating $object: "}
		printf '%s\n' "with the object it does not start: ${why%%"$newline"*}: see 'gaishim doctor'"
		return 1
		;;
	esac
	if [ -n "$missing" ]; then
		printf '%s\n' "it does not start here: $missing is missing"
		return 1
	elif [ $status -ne 0 ]; then
		printf '%s\n' "it does not start here: $(printf '%s\n' "$listed" | sed -n 1p)"
		return 1
	fi
	printf '%s\n' "$listed" | sed -n 's/^	\(.* => \)\{0,1\}\(\/.*\) (0x[0-9a-f]*)$/\2/p'
}
